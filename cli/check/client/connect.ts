import type { KubeConfig } from "@kubernetes/client-node";

import { execInPod } from "./exec";
import { callApi } from "./http";
import type { KubeClient, ListQuery } from "./kube-client";
import { type KubeAccess, loadKubeConfig } from "./kubeconfig";
import { apiPath, type Kind, type Kinds } from "./objects";

/** Objects per answer, as kubectl asks for them. */
const pageSize = 500;

/**
 * Opens access to a cluster; nothing is sent yet.
 *
 * @throws KubeError where the kubeconfig or its context is missing.
 */
export async function connect(access: KubeAccess): Promise<KubeClient> {
    const config = await loadKubeConfig(access);
    return {
        server: config.getCurrentCluster()?.server ?? "",
        version: async () => {
            const info = await callApi(config, { method: "GET", path: "/version" });
            return (info as { gitVersion?: string } | undefined)?.gitVersion ?? "unknown";
        },
        get: async <K extends Kind>(kind: K, name: string, namespace?: string) =>
            (await callApi(config, { method: "GET", path: apiPath(kind, namespace, name) })) as
                Kinds[K] | undefined,
        list: (kind, query) => list(config, kind, query ?? {}),
        create: async (kind, object) => {
            const path = apiPath(kind, object.metadata?.namespace);
            await callApi(config, { method: "POST", path, body: object });
        },
        remove: async (kind, name, namespace) => {
            await callApi(config, { method: "DELETE", path: apiPath(kind, namespace, name) });
        },
        exec: (target, command) => execInPod(config, target, command),
    };
}

interface Page<T> {
    readonly items?: readonly T[];
    readonly metadata?: { readonly continue?: string };
}

async function list<K extends Kind>(
    config: KubeConfig,
    kind: K,
    { namespace, labelSelector, fieldSelector, limit = Infinity }: ListQuery,
): Promise<readonly Kinds[K][]> {
    const items: Kinds[K][] = [];
    let next: string | undefined;
    do {
        const page = (await callApi(config, {
            method: "GET",
            path: apiPath(kind, namespace),
            query: {
                labelSelector,
                fieldSelector,
                limit: String(Math.min(pageSize, limit)),
                continue: next,
            },
        })) as Page<Kinds[K]> | undefined;
        items.push(...(page?.items ?? []));
        next = page?.metadata?.continue;
    } while (next !== undefined && next !== "" && items.length < limit);
    return items.slice(0, limit);
}
