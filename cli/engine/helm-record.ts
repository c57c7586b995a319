import { names } from "../../components/topology/names";
import type { KubeClient } from "../check/client/kube-client";
import type { Diagnostic } from "./activity";

/** What the provider says where Helm knows a release that Pulumi does not. */
const nameInUse = "cannot re-use a name that is still in use";

/** Labels that Helm gives the record of an install which it has begun and not ended. */
const unfinished = "owner=helm,status=pending-install";

/** True where a run may have failed over the record of an install that an earlier one was killed in. */
export function isNameInUse(diagnostics: readonly Diagnostic[]): boolean {
    return diagnostics.some(({ message }) => message.includes(nameInUse));
}

/**
 * Removes what Helm has recorded of an unfinished install of cert-manager. What it had made stays, and the next
 * install takes it over. The record of an install that ended is left alone: it may be somebody else's.
 *
 * @returns the names of the releases.
 */
export async function removeUnfinishedInstalls(
    client: Pick<KubeClient, "list" | "remove">,
): Promise<readonly string[]> {
    const namespace = names.certManagerNamespace;
    const records = await client.list("secrets", { namespace, labelSelector: unfinished });
    const recordNames = records.flatMap(({ metadata }) => metadata?.name ?? []);
    for (const name of recordNames) {
        await client.remove("secrets", name, namespace);
    }
    return recordNames;
}
