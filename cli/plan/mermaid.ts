import type { Link } from "../../components/topology/links";
import type { ClusterName } from "../../components/topology/model";
import type { Plan } from "./plan";

/** The plan as a Mermaid graph: networks as boxes, links as arrows from the reader to the cluster it reads. */
export function formatMermaid(plan: Plan): string {
    const roles = new Map(plan.clusters.map(({ name, role }) => [name, role]));
    return [
        "flowchart LR",
        ...plan.networks.flatMap((network) => [
            `    subgraph ${nodeId("network", network.name)}["${network.name}"]`,
            ...network.clusters.map(
                (name) => `        ${nodeOf(name)}["${name}<br/>${roles.get(name) ?? ""}"]`,
            ),
            "    end",
        ]),
        ...edges(plan.links).map((edge) => `    ${edge}`),
    ].join("\n");
}

/** Two links of the same form in opposite directions are one arrow with two heads. */
function edges(links: readonly Link[]): readonly string[] {
    return links.flatMap((link) => {
        const back = links.find(
            (other) =>
                other.reader === link.cluster &&
                other.cluster === link.reader &&
                label(other) === label(link),
        );
        if (back === undefined) {
            return [`${nodeOf(link.reader)} -->|${label(link)}| ${nodeOf(link.cluster)}`];
        }
        return link.reader < link.cluster
            ? [`${nodeOf(link.reader)} <-->|${label(link)}| ${nodeOf(link.cluster)}`]
            : [];
    });
}

function label({ kind, crossNetwork }: Link): string {
    return crossNetwork ? `${kind} :15443` : kind;
}

function nodeOf(cluster: ClusterName): string {
    return nodeId("cluster", cluster);
}

/** Names may be words that Mermaid keeps for itself, such as `end`. */
function nodeId(kind: string, name: string): string {
    return `${kind}-${name}`;
}
