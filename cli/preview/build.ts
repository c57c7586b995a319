import { type Link, linksOf } from "../../components/topology/links";
import type { ClusterName, Mesh } from "../../components/topology/model";
import { roleInWords } from "../plan/plan";
import type { MeshPreview, PreviewedCluster, PreviewedLink, StackPreview } from "./model";

interface BuildArgs {
    readonly mesh: Mesh;
    readonly stacks: readonly StackPreview[];
    /** Stacks that have resources. */
    readonly up: readonly ClusterName[];
    /** The mesh before the change, where it is known. */
    readonly base?: Mesh;
}

/** Puts the previews of the stacks together with what the mesh says; pure. */
export function buildPreview(args: BuildArgs): MeshPreview {
    return {
        meshId: args.mesh.meshId,
        clusters: clusters(args),
        links: links(args),
        stacks: args.stacks,
    };
}

function clusters({ mesh, up, base }: BuildArgs): readonly PreviewedCluster[] {
    // Without a base, what is up is what was.
    const before = base?.clusters.map(({ name }) => name) ?? up;
    const staying = mesh.clusters.map((cluster) => ({
        name: cluster.name,
        role: roleInWords(cluster),
        network: cluster.network,
        change: before.includes(cluster.name) ? ("stays" as const) : ("joins" as const),
    }));
    const names = mesh.clusters.map(({ name }) => name);
    const leaving = [...new Set([...before, ...up])]
        .filter((name) => !names.includes(name))
        .map((name) => {
            const cluster = base?.clusters.find((candidate) => candidate.name === name);
            return {
                name,
                role: cluster === undefined ? "-" : roleInWords(cluster),
                network: cluster?.network ?? "-",
                change: "leaves" as const,
            };
        });
    return [...staying, ...leaving].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function links({ mesh, stacks, base }: BuildArgs): readonly PreviewedLink[] {
    const planned = linksOf(mesh).filter(({ reader }) =>
        stacks.some(({ stack }) => stack === reader),
    );
    const known = planned.map((link) => plannedLink(link, stackOf(stacks, link.reader)));
    const lost = stacks.flatMap(({ stack, links: seen }) =>
        seen
            .filter(({ cluster, change }) => change === "lost" && !isAmong(known, stack, cluster))
            .map(({ cluster }) => ({ reader: stack, cluster, change: "lost" as const })),
    );
    const goneWithCluster = (base === undefined ? [] : linksOf(base))
        .filter(({ reader, cluster }) => !isAmong([...known, ...lost], reader, cluster))
        .filter(({ reader }) => !mesh.clusters.some(({ name }) => name === reader))
        .map(({ reader, cluster, kind }) => ({ reader, cluster, kind, change: "lost" as const }));
    return [...known, ...lost, ...goneWithCluster];
}

function plannedLink(link: Link, stack: StackPreview | undefined): PreviewedLink {
    const { reader, cluster, kind } = link;
    const seen = stack?.links.find((candidate) => candidate.cluster === cluster);
    if (seen !== undefined) {
        return { reader, cluster, kind, change: seen.change };
    }
    if (stack?.failure !== undefined) {
        return { reader, cluster, kind, change: "unknown", why: `no preview of stack ${reader}` };
    }
    const pending = stack?.pendingPeers?.find((peer) => peer.cluster === cluster);
    if (pending !== undefined) {
        return { reader, cluster, kind, change: "pending", why: pending.waitsFor };
    }
    // A stack that cannot install yet says only what it waits for to do so.
    const blocker = stack?.pendingPeers?.[0];
    return blocker === undefined
        ? { reader, cluster, kind, change: "unknown", why: "known after up" }
        : {
              reader,
              cluster,
              kind,
              change: "pending",
              why: `${reader} waits for ${blocker.cluster}: ${blocker.waitsFor}`,
          };
}

function stackOf(stacks: readonly StackPreview[], name: ClusterName): StackPreview | undefined {
    return stacks.find(({ stack }) => stack === name);
}

function isAmong(
    known: readonly PreviewedLink[],
    reader: ClusterName,
    cluster: ClusterName,
): boolean {
    return known.some((link) => link.reader === reader && link.cluster === cluster);
}
