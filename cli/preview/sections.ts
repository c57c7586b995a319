import {
    type ChangeKind,
    changeKinds,
    type MeshPreview,
    type PreviewedLink,
    type StackPreview,
} from "./model";

/** What a link comes to, in words; a pending one is gained by a later run. */
export const linkWords: Readonly<Record<PreviewedLink["change"], string>> = {
    gained: "gained",
    pending: "gained later",
    lost: "lost",
    kept: "kept",
    unknown: "not known",
};

const longestFailure = 500;

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
            failure === undefined
                ? []
                : [`stack ${stack} has no preview: ${failure.join(" ").slice(0, longestFailure)}`],
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
