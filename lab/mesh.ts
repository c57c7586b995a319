import type { MeshInput } from "../components/topology/schema";

/** The topologies that the lab runs, each on as many networks as clusters. */
export const labTopologies = ["primary-remote", "multi-primary"] as const;
export type LabTopology = (typeof labTopologies)[number];

/** Names of the lab's clusters: `cluster1` and so on. */
export function labClusterNames(count: number): readonly string[] {
    return Array.from({ length: count }, (_, index) => `cluster${index + 1}`);
}

/**
 * A mesh over the lab's clusters, whose separate networks meet at their gateways alone.
 *
 * @returns `undefined` where Pulumi.yaml describes just this mesh.
 */
export function labMesh(topology: LabTopology, clusters: readonly string[]): MeshInput | undefined {
    if (topology === "primary-remote" && clusters.length === 2) {
        return undefined;
    }
    const [first = "cluster1"] = clusters;
    return {
        meshId: "mesh1",
        trust: { heldBy: first },
        clusters: Object.fromEntries(
            clusters.map((name, index) => {
                const network = `network${index + 1}`;
                return [
                    name,
                    topology === "multi-primary" || name === first
                        ? { role: "primary", network }
                        : { role: "remote", primary: first, network },
                ];
            }),
        ),
    };
}
