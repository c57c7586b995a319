import { formatTable } from "../check/table";
import type { Link } from "../../components/topology/links";
import type { Plan, PlannedCluster, PlannedGateway } from "./plan";

/** The plan for people. */
export function formatPlan(plan: Plan): string {
    return [
        `Mesh ${plan.meshId}`,
        ...indent([
            `trust domain  ${plan.trustDomain}`,
            `trust         ${plan.trust}`,
            `Istio         ${plan.istio.version} from ${plan.istio.charts}`,
        ]),
        ...section("Clusters", clusterRows(plan.clusters)),
        ...section(
            "Networks",
            formatTable(plan.networks.map(({ name, clusters }) => [name, clusters.join(", ")])),
        ),
        ...section("Links", plan.links.length === 0 ? ["none: one cluster"] : linkRows(plan.links)),
        ...section("Exposed ports", gatewayRows(plan.gateways)),
        ...section("Phases", phaseRows(plan)),
        ...section("Commands", commandRows(plan)),
    ].join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
    return ["", title, ...indent(lines)];
}

function indent(lines: readonly string[]): readonly string[] {
    return lines.map((line) => `  ${line}`.trimEnd());
}

function clusterRows(clusters: readonly PlannedCluster[]): readonly string[] {
    return formatTable([
        ["NAME", "ROLE", "NETWORK", "LOCALITY", "SERVES"],
        ...clusters.map(({ name, role, network, locality, remotes }) => [
            name,
            role,
            network,
            locality === undefined
                ? "-"
                : [locality.region, locality.zone, locality.subzone].filter(Boolean).join("/"),
            remotes.join(", ") || "-",
        ]),
    ]);
}

/** `control, between networks`. */
export function linkInWords({ kind, crossNetwork }: Link): string {
    return `${kind}, ${crossNetwork ? "between networks" : "on one network"}`;
}

function linkRows(links: readonly Link[]): readonly string[] {
    return links.flatMap((link) => [
        `${link.reader} -> ${link.cluster}  ${linkInWords(link)}`,
        ...link.needs.map((need) => `    needs: ${need}`),
    ]);
}

function gatewayRows(gateways: readonly PlannedGateway[]): readonly string[] {
    if (gateways.length === 0) {
        return ["none: one network, and no primary serves remotes"];
    }
    return gateways.flatMap(({ cluster, address, sourceRanges, ports }) => [
        `${cluster}  ${address}, open to ${sourceRanges.join(", ") || "every address"}`,
        ...ports.map(({ port, purpose }) => `    ${port}  ${purpose}`),
    ]);
}

function phaseRows({ phases }: Plan): readonly string[] {
    return formatTable(
        phases.flatMap(({ stacks }, index) =>
            stacks.map(({ cluster, adds }, row) => [
                row === 0 ? String(index + 1) : "",
                cluster,
                summarize(adds),
            ]),
        ),
    );
}

/** Fifty links of one run are one sentence. */
function summarize(adds: readonly string[]): string {
    const links = adds.filter((add) => add.startsWith(linkPrefix));
    if (links.length < 4) {
        return adds.join(", ");
    }
    const names = links.map((add) => add.slice(linkPrefix.length));
    return [
        ...adds.filter((add) => !links.includes(add)),
        `link to ${names.length} clusters: ${names.join(", ")}`,
    ].join(", ");
}

const linkPrefix = "link to ";

function commandRows({ phases }: Plan): readonly string[] {
    const byHand = phases.map(({ stacks }, index) => [
        String(index + 1),
        stacks.map(({ cluster }) => cluster).join(", "),
    ]);
    return [
        "npx isthmus up",
        "",
        "or pulumi up --stack <cluster>, in this order; stacks of one line may run side by side:",
        ...formatTable(byHand),
    ];
}
