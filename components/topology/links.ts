import { type Cluster, type ClusterName, controlPlaneOf, isPrimary, type Mesh } from "./model";

/**
 * One direction of one edge: the istiod of `reader` watches the API server of `cluster`.
 *
 * `control` where the reader is the primary of the cluster, which it also configures and issues
 * certificates for; `discovery` where it only learns the cluster's endpoints.
 */
export interface Link {
    readonly reader: ClusterName;
    readonly cluster: ClusterName;
    readonly kind: "control" | "discovery";
    /** True where traffic of this link goes through the east-west gateways. */
    readonly crossNetwork: boolean;
    /** What must be reachable for the link to work, in words. */
    readonly needs: readonly string[];
}

/** Every link of the mesh: each primary reads every other cluster. */
export function linksOf(mesh: Mesh): readonly Link[] {
    return mesh.clusters
        .filter(isPrimary)
        .flatMap((reader) =>
            mesh.clusters
                .filter((cluster) => cluster.name !== reader.name)
                .map((cluster) => link(reader, cluster)),
        );
}

/** Links whose reader is `name`: the remote secrets that this stack makes. */
export function linksReadBy(mesh: Mesh, name: ClusterName): readonly Link[] {
    return linksOf(mesh).filter((link) => link.reader === name);
}

/** Primaries that read `name`: the tokens that this stack makes. */
export function readersOf(mesh: Mesh, name: ClusterName): readonly ClusterName[] {
    return linksOf(mesh)
        .filter((link) => link.cluster === name)
        .map((link) => link.reader);
}

function link(reader: Cluster, cluster: Cluster): Link {
    const kind = controlPlaneOf(cluster) === reader.name ? "control" : "discovery";
    const crossNetwork = reader.network !== cluster.network;
    return {
        reader: reader.name,
        cluster: cluster.name,
        kind,
        crossNetwork,
        needs: [
            `istiod of ${reader.name} reaches the API server of ${cluster.name}`,
            ...(kind === "control"
                ? [`${cluster.name} reaches the gateway of ${reader.name} on 15012 and 15017`]
                : []),
            crossNetwork
                ? `workloads of ${reader.network} reach the gateway of ${cluster.network} on 15443`
                : `pods of ${reader.name} and ${cluster.name} reach each other on ${cluster.network}`,
        ],
    };
}
