import { linksReadBy } from "./links";
import { type Cluster, type ClusterName, isPrimary, type Mesh } from "./model";

/** Stacks that may run side by side; each phase needs the outputs of the one before. */
export interface Phase {
    readonly stacks: readonly {
        readonly cluster: ClusterName;
        /** What this run adds, in words. */
        readonly adds: readonly string[];
    }[];
}

/** What a stack waits for before it can install its cluster, by name of the cluster. */
export function installsAfter(mesh: Mesh, cluster: Cluster): readonly ClusterName[] {
    if (cluster.role.kind === "remote") {
        return [cluster.role.primary];
    }
    return mesh.trust.kind === "held" && mesh.trust.holder !== cluster.name
        ? [mesh.trust.holder]
        : [];
}

/**
 * The order of `pulumi up` from nothing to a mesh without pending peers, found by playing it through: a
 * stack sees what its peers had published before the phase began.
 */
export function phasesOf(mesh: Mesh): readonly Phase[] {
    const installed = new Set<ClusterName>();
    const linked = new Set<string>();
    const phases: Phase[] = [];
    for (;;) {
        const stacks = mesh.clusters
            .map((cluster) => ({
                cluster: cluster.name,
                adds: additions(mesh, cluster, installed, linked),
            }))
            .filter(({ adds }) => adds.length > 0);
        if (stacks.length === 0) {
            return phases;
        }
        const seen = new Set(installed);
        for (const { cluster } of stacks) {
            installed.add(cluster);
            linksReadBy(mesh, cluster)
                .filter((link) => seen.has(link.cluster))
                .forEach((link) => linked.add(linkKey(link)));
        }
        phases.push({ stacks });
    }
}

function additions(
    mesh: Mesh,
    cluster: Cluster,
    installed: ReadonlySet<ClusterName>,
    linked: ReadonlySet<string>,
): readonly string[] {
    const isInstalled = installed.has(cluster.name);
    if (!isInstalled && !installsAfter(mesh, cluster).every((name) => installed.has(name))) {
        return [];
    }
    const install = isPrimary(cluster) ? "install the control plane" : "install as a remote";
    return [
        ...(isInstalled ? [] : [install]),
        ...linksReadBy(mesh, cluster.name)
            .filter((link) => installed.has(link.cluster) && !linked.has(linkKey(link)))
            .map((link) => `link to ${link.cluster}`),
    ];
}

function linkKey(link: { readonly reader: ClusterName; readonly cluster: ClusterName }): string {
    return `${link.reader} ${link.cluster}`;
}
