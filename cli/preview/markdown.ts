import {
    changeKinds,
    type MeshPreview,
    type PreviewedLink,
    type ResourceChange,
    type StackPreview,
} from "./model";
import { countChanges, countsInWords, linkWords, unknowns } from "./sections";

/** GitHub takes comments of up to 65536 characters. */
const maximumLength = 65_000;

/** Lets a workflow find its own earlier comment and write it anew. */
export const commentMarker = "<!-- isthmus preview -->";

/**
 * The preview as a comment on a pull request. What is replaced or deleted comes first; where the whole would be
 * too long for a comment, the tables of the stacks are shortened, never that part.
 */
export function formatMarkdown(preview: MeshPreview): string {
    const limits = [Infinity, 200, 50, 10, 0];
    const texts = limits.map((limit) => render(preview, limit));
    return texts.find((text) => text.length <= maximumLength) ?? cut(texts.at(-1) ?? "");
}

function render(preview: MeshPreview, rowsPerStack: number): string {
    return [
        commentMarker,
        `## Mesh ${preview.meshId}: what would change`,
        ...dangers(preview),
        "### Clusters",
        table(
            ["Cluster", "Role", "Network", "Change"],
            preview.clusters.map(({ name, role, network, change }) => [
                code(name),
                role,
                code(network),
                change === "stays" ? "stays" : `**${change}**`,
            ]),
        ),
        "### Links",
        ...linkSection(preview.links),
        "### Resources",
        counts(preview.stacks),
        ...preview.stacks.flatMap((stack) => stackDetails(stack, rowsPerStack)),
        ...notKnown(preview),
    ].join("\n\n");
}

/** A replacement or a deletion may stop traffic: nothing is to be read before it. */
function dangers({ stacks }: MeshPreview): readonly string[] {
    const rows = changeKinds
        .filter((kind) => kind === "replace" || kind === "delete")
        .flatMap((kind) =>
            stacks.flatMap(({ stack, changes }) =>
                changes
                    .filter((change) => change.kind === kind)
                    .map((change) => [
                        `:warning: **${kind}**`,
                        code(stack),
                        code(change.type),
                        code(change.name),
                        reasons(change),
                    ]),
            ),
        );
    return rows.length === 0
        ? ["Nothing is replaced and nothing is deleted."]
        : [
              `### :warning: ${rows.length} to replace or delete`,
              table(["", "Stack", "Type", "Name", "Because of"], rows),
          ];
}

function reasons({ properties }: ResourceChange): string {
    return properties
        .filter(({ forcesReplacement }) => forcesReplacement)
        .map(({ path }) => code(path))
        .join(", ");
}

const signs: Readonly<Record<PreviewedLink["change"], string>> = {
    gained: ":heavy_plus_sign: gained",
    pending: `:heavy_plus_sign: ${linkWords.pending}`,
    lost: ":heavy_minus_sign: lost",
    kept: linkWords.kept,
    unknown: linkWords.unknown,
};

function linkSection(links: readonly PreviewedLink[]): readonly string[] {
    const changed = links.filter(({ change }) => change !== "kept");
    const kept = `${links.length - changed.length} kept`;
    if (changed.length === 0) {
        return [`No link is gained or lost; ${kept}.`];
    }
    return [
        table(
            ["Link", "Kind", "Change", "Why"],
            changed.map(({ reader, cluster, kind, change, why }) => [
                code(`${reader} -> ${cluster}`),
                kind ?? "",
                signs[change],
                why ?? "",
            ]),
        ),
        `${kept}.`,
    ];
}

function counts(stacks: readonly StackPreview[]): string {
    return table(
        ["Stack", "Replace", "Delete", "Create", "Update", "Unchanged"],
        stacks.map((stack) => {
            const { replace, delete: deleted, create, update } = countChanges(stack);
            return stack.failure === undefined
                ? [
                      code(stack.stack),
                      ...[replace, deleted, create, update, stack.unchanged].map(String),
                  ]
                : [code(stack.stack), "no preview", "", "", "", ""];
        }),
    );
}

function stackDetails(stack: StackPreview, maximumRows: number): readonly string[] {
    const changes = changeKinds.flatMap((kind) =>
        stack.changes.filter((change) => change.kind === kind),
    );
    if (changes.length === 0 || maximumRows === 0) {
        return [];
    }
    const shown = changes.slice(0, maximumRows);
    const rest = changes.length - shown.length;
    return [
        [
            `<details><summary><b>${stack.stack}</b>: ${countsInWords(stack)}</summary>`,
            table(
                ["Change", "Type", "Name", "Properties"],
                shown.map((change) => [
                    change.kind,
                    code(change.type),
                    code(change.name),
                    change.properties.map(property).join("<br>"),
                ]),
            ),
            ...(rest === 0 ? [] : [`and ${rest} more`]),
            "</details>",
        ].join("\n\n"),
    ];
}

function property({ path, from, to }: ResourceChange["properties"][number]): string {
    return from === undefined && to === undefined
        ? code(path)
        : `${code(path)}: ${code(from ?? "-")} -> ${code(to ?? "-")}`;
}

function notKnown(preview: MeshPreview): readonly string[] {
    const sentences = unknowns(preview);
    return sentences.length === 0
        ? []
        : ["### Not known", sentences.map((sentence) => `- ${plain(sentence)}`).join("\n")];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
    return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Names and values come from clusters and files: whatever they hold, they stay in their cell. */
function code(text: string): string {
    return `\`${text.replaceAll("`", "'").replaceAll("|", "\\|").replace(/\s+/g, " ")}\``;
}

function plain(text: string): string {
    return text.replace(/\s+/g, " ").replace(/[<>|`*_[\]]/g, "\\$&");
}

function cut(text: string): string {
    return `${text.slice(0, maximumLength)}\n\nand more: too long for a comment\n`;
}
