import { linksReadBy } from "../../components/topology/links";
import {
    type Cluster,
    type ClusterName,
    isPrimary,
    type Mesh,
} from "../../components/topology/model";

/** What has to happen, in this order, for clusters to leave. */
export interface DestroyPlan {
    /** Why it must not happen, one sentence with a remedy each; empty where it may. */
    readonly refusals: readonly string[];
    /** Stacks that stay and run `up` once to take away their links to the leaving clusters. */
    readonly detach: readonly ClusterName[];
    /** Leaving clusters that the mesh still names, which the staying stacks must be told of. */
    readonly detached: readonly ClusterName[];
    /** Stacks to destroy, those of one wave side by side. */
    readonly waves: readonly (readonly ClusterName[])[];
}

/**
 * Plans the leaving of clusters.
 *
 * @param up stacks that have resources, whether the mesh still names them or not.
 */
export function planDestroy(
    mesh: Mesh,
    up: readonly ClusterName[],
    leaving: readonly ClusterName[],
): DestroyPlan {
    const gone = leaving.filter((name) => up.includes(name));
    const staying = mesh.clusters.filter(({ name }) => up.includes(name) && !gone.includes(name));
    const known = new Map(mesh.clusters.map((cluster) => [cluster.name, cluster]));
    return {
        refusals: [...findRefusals(mesh, gone, staying)],
        detach: staying
            .filter((cluster) => isPrimary(cluster) && hasLinkTo(mesh, cluster, gone, known))
            .map(({ name }) => name),
        detached: gone.filter((name) => known.has(name)),
        waves: waves(mesh, gone, known),
    };
}

function* findRefusals(
    mesh: Mesh,
    gone: readonly ClusterName[],
    staying: readonly Cluster[],
): Generator<string> {
    for (const name of gone) {
        const remotes = staying
            .filter(({ role }) => role.kind === "remote" && role.primary === name)
            .map((remote) => remote.name);
        if (remotes.length > 0) {
            yield (
                `${name}: its istiod serves ${remotes.join(", ")}, which would lose configuration and certificates; ` +
                `destroy ${remotes.join(", ")} first, or together with it: --cluster ${[name, ...remotes].join(" ")}`
            );
        }
    }
    const { trust } = mesh;
    if (trust.kind === "held" && gone.includes(trust.holder) && staying.length > 0) {
        const names = staying.map(({ name }) => name).join(", ");
        yield (
            `${trust.holder}: it holds the root of the mesh, from which ${names} have their certificates; ` +
            `destroy ${names} first, or all of them: npx isthmus destroy`
        );
    }
}

/** Whether a stack has a link to a cluster that the mesh no longer names is not known; it may. */
function hasLinkTo(
    mesh: Mesh,
    cluster: Cluster,
    gone: readonly ClusterName[],
    known: ReadonlyMap<ClusterName, Cluster>,
): boolean {
    const read = linksReadBy(mesh, cluster.name).map((link) => link.cluster);
    return gone.some((name) => read.includes(name) || !known.has(name));
}

/** Remotes before the primaries that serve them, the holder of the root last. */
function waves(
    mesh: Mesh,
    gone: readonly ClusterName[],
    known: ReadonlyMap<ClusterName, Cluster>,
): readonly (readonly ClusterName[])[] {
    const rank = (name: ClusterName) => {
        const cluster = known.get(name);
        if (cluster === undefined || !isPrimary(cluster)) {
            return 0;
        }
        return mesh.trust.kind === "held" && mesh.trust.holder === name ? 2 : 1;
    };
    return [0, 1, 2]
        .map((wave) => gone.filter((name) => rank(name) === wave))
        .filter((names) => names.length > 0);
}
