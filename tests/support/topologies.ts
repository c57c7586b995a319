import { buildTopology } from "../../components/topology/build";
import type { Cluster, ClusterName, Mesh } from "../../components/topology/model";
import type { MeshInput } from "../../components/topology/schema";

type Clusters = MeshInput["clusters"];

/** A mesh value whose root is held by `cluster1`. */
export function meshValue(clusters: Clusters, over: Partial<MeshInput> = {}): MeshInput {
    return { meshId: "mesh1", trust: { heldBy: "cluster1" }, clusters, ...over };
}

const primary = (network: string) => ({ role: "primary", network }) as const;
const remote = (network: string, of: string) => ({ role: "remote", primary: of, network }) as const;

/** Every topology that is planned, rendered and kept as golden files, by the name of its folder. */
export const topologies = {
    "multi-primary-one-network": meshValue({
        cluster1: primary("network1"),
        cluster2: primary("network1"),
    }),
    "multi-primary-two-networks": meshValue({
        cluster1: primary("network1"),
        cluster2: primary("network2"),
    }),
    "primary-remote-one-network": meshValue({
        cluster1: primary("network1"),
        cluster2: remote("network1", "cluster1"),
    }),
    "primary-remote-two-networks": meshValue({
        cluster1: primary("network1"),
        cluster2: remote("network2", "cluster1"),
    }),
    mixed: meshValue({
        cluster1: primary("network1"),
        cluster2: primary("network2"),
        cluster3: remote("network3", "cluster1"),
        cluster4: remote("network2", "cluster2"),
    }),
} as const satisfies Record<string, MeshInput>;

export type TopologyName = keyof typeof topologies;

/** A topology, built; each call gives a new value. */
export function topology(name: TopologyName): Mesh {
    return buildTopology(topologies[name]);
}

/** A cluster of a mesh, which must have it. */
export function clusterOf(mesh: Mesh, name: string): Cluster {
    const cluster = mesh.clusters.find((candidate) => candidate.name === name);
    if (cluster === undefined) {
        throw new Error(`the test's mesh has no ${name}`);
    }
    return cluster;
}

/** A name as the program types it. */
export function named(name: string): ClusterName {
    return name as ClusterName;
}
