import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";

import type { PendingPeer } from "../../components/topology/contract";
import type { ClusterName } from "../../components/topology/model";
import { remoteSecretName } from "../../components/topology/names";
import { isMapping } from "../project/values";
import type { ChangeKind, LinkChange, ResourceChange, StackPreview } from "./model";
import { propertyChanges } from "./properties";

const rootType = "pulumi:pulumi:Stack";

/** The engine's own, for reading other stacks: nothing in a cluster. */
const ownTypes = [rootType, "pulumi:providers:pulumi"];

/** Makes the preview of a stack from the events of the engine; pure. */
export function collectPreview(
    stack: ClusterName,
    events: readonly EngineEvent[],
): Omit<StackPreview, "warnings" | "failure"> {
    const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
    // A component is its children, and what is only read changes nothing.
    const resources = steps.filter((step) => isResource(step));
    const pendingPeers = findPendingPeers(events);
    return {
        stack,
        // In whichever order the engine came to them, the comment stays the same.
        changes: resources.flatMap(changeOf).sort(byTypeAndName),
        unchanged: resources.filter(({ op }) => op === "same").length,
        links: resources.flatMap(linkOf),
        ...(pendingPeers === undefined ? {} : { pendingPeers }),
    };
}

function byTypeAndName(a: ResourceChange, b: ResourceChange): number {
    return a.type.localeCompare(b.type, "en") || a.name.localeCompare(b.name, "en");
}

function isResource({ type, old, new: after }: StepEventMetadata): boolean {
    return !ownTypes.includes(type) && (after ?? old)?.custom === true;
}

const kinds: Readonly<Partial<Record<string, ChangeKind>>> = {
    create: "create",
    import: "create",
    update: "update",
    replace: "replace",
    delete: "delete",
};

function changeOf(step: StepEventMetadata): readonly ResourceChange[] {
    const kind = kinds[step.op];
    if (kind === undefined) {
        return [];
    }
    const isChanged = kind === "update" || kind === "replace";
    return [
        {
            kind,
            type: step.type,
            name: nameOf(step),
            properties: isChanged ? propertyChanges(step) : [],
        },
    ];
}

/** The name in the cluster where it is known, else Pulumi's. */
function nameOf({ urn, old, new: after }: StepEventMetadata): string {
    const metadata = (after ?? old)?.inputs["metadata"] as unknown;
    if (isMapping(metadata) && typeof metadata["name"] === "string") {
        const { name, namespace } = metadata;
        return typeof namespace === "string" ? `${namespace}/${name}` : name;
    }
    return urn.split("::").slice(3).join("::");
}

const linkChanges: Readonly<Partial<Record<string, LinkChange>>> = {
    create: "gained",
    delete: "lost",
    same: "kept",
    update: "kept",
    replace: "kept",
};

/** A link is the remote secret of the cluster that is read. */
function linkOf(step: StepEventMetadata): StackPreview["links"] {
    const change = linkChanges[step.op];
    const metadata = (step.new ?? step.old)?.inputs["metadata"] as unknown;
    const name = isMapping(metadata) ? metadata["name"] : undefined;
    const prefix = remoteSecretName("" as ClusterName);
    if (
        change === undefined ||
        step.type !== "kubernetes:core/v1:Secret" ||
        typeof name !== "string" ||
        !name.startsWith(prefix) ||
        name.startsWith(`${prefix}token-`)
    ) {
        return [];
    }
    return [{ cluster: name.slice(prefix.length) as ClusterName, change }];
}

function findPendingPeers(events: readonly EngineEvent[]): readonly PendingPeer[] | undefined {
    const mesh = events
        .flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? [])
        .filter(({ type }) => type === rootType)
        .map((step) => step.new?.outputs["mesh"] as unknown)
        .at(-1);
    const pending = isMapping(mesh) ? mesh["pendingPeers"] : undefined;
    return Array.isArray(pending) ? pending.filter(isPendingPeer) : undefined;
}

function isPendingPeer(value: unknown): value is PendingPeer {
    return (
        isMapping(value) &&
        ["cluster", "waitsFor", "next"].every((key) => typeof value[key] === "string")
    );
}
