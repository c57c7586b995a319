import { type ChangeKind, changeKinds, type MeshPreview, type StackPreview } from "./model";

/** Number of changes by kind. */
export function countChanges({ changes }: StackPreview): Readonly<Record<ChangeKind, number>> {
    const count = (kind: ChangeKind) => changes.filter((change) => change.kind === kind).length;
    return {
        replace: count("replace"),
        delete: count("delete"),
        create: count("create"),
        update: count("update"),
    };
}

/** `1 to replace, 2 to create`. */
export function countsInWords(preview: StackPreview): string {
    const counts = countChanges(preview);
    const words = changeKinds
        .filter((kind) => counts[kind] > 0)
        .map((kind) => `${counts[kind]} to ${kind}`);
    return words.length === 0 ? "no change" : words.join(", ");
}

/** Everything that the preview could not know, one sentence each. */
export function unknowns({ stacks, links }: MeshPreview): readonly string[] {
    return [
        ...stacks.flatMap(({ stack, failure }) =>
            failure === undefined ? [] : [`stack ${stack} has no preview: ${failure.join(" ")}`],
        ),
        ...stacks.flatMap(({ stack, warnings }) =>
            warnings.map((warning) => `stack ${stack}: ${warning}`),
        ),
        ...links
            .filter(({ change }) => change === "pending")
            .map(({ reader, cluster, why = "" }) => `link ${reader} -> ${cluster} waits: ${why}`),
        ...stacks
            .filter(
                ({ failure, pendingPeers }) => failure === undefined && pendingPeers === undefined,
            )
            .map(({ stack }) => `which links of stack ${stack} would wait is known after up`),
    ];
}
