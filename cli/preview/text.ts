import { formatTable } from "../check/table";
import { changeKinds, type MeshPreview, type PreviewedLink, type StackPreview } from "./model";
import { countsInWords, linkWords, unknowns } from "./sections";

/** The preview for people. */
export function formatPreview(preview: MeshPreview): string {
    const links = preview.links.filter(({ change }) => change !== "kept");
    const kept = preview.links.length - links.length;
    const notKnown = unknowns(preview);
    return [
        `Mesh ${preview.meshId}`,
        ...section("Clusters", [
            ...formatTable([
                ["NAME", "ROLE", "NETWORK", "CHANGE"],
                ...preview.clusters.map(({ name, role, network, change }) => [
                    name,
                    role,
                    network,
                    change,
                ]),
            ]),
        ]),
        ...section("Links", [...formatTable(links.map(linkRow)), `${kept} kept`]),
        ...preview.stacks.flatMap(stackSection),
        ...(notKnown.length === 0 ? [] : section("Not known", notKnown)),
    ].join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
    return ["", title, ...lines.map((line) => `  ${line}`)];
}

function linkRow({ reader, cluster, change, why }: PreviewedLink): readonly string[] {
    return [linkWords[change], `${reader} -> ${cluster}`, why ?? ""];
}

function stackSection(stack: StackPreview): readonly string[] {
    const title = `Stack ${stack.stack}: ${stack.failure === undefined ? countsInWords(stack) : "no preview"}`;
    const changes = changeKinds.flatMap((kind) =>
        stack.changes.filter((change) => change.kind === kind),
    );
    return section(
        title,
        changes.flatMap(({ kind, type, name, properties }) => [
            `${kind.padEnd(7)}  ${type}  ${name}`,
            ...properties.map(
                ({ path, from, to, forcesReplacement }) =>
                    `           ${path}${values(from, to)}${forcesReplacement ? "  (forces replacement)" : ""}`,
            ),
        ]),
    );
}

function values(from: string | undefined, to: string | undefined): string {
    return from === undefined && to === undefined ? "" : `: ${from ?? "-"} -> ${to ?? "-"}`;
}
