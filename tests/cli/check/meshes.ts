import { buildTopology } from "../../../components/topology/build";
import type { ClusterName, Mesh } from "../../../components/topology/model";

/** A cluster's name in a test. */
export const c = (name: string) => name as ClusterName;

const shared = { meshId: "mesh1", trust: { heldBy: "cluster1" } };

/** cluster1 primary on network1, cluster2 its remote on network2. */
export function primaryRemote(): Mesh {
    return buildTopology({
        ...shared,
        clusters: {
            cluster1: { role: "primary", network: "network1" },
            cluster2: { role: "remote", primary: "cluster1", network: "network2" },
        },
    });
}

/** cluster1 and cluster2, primaries on network1 and network2. */
export function multiPrimary(): Mesh {
    return buildTopology({
        ...shared,
        clusters: {
            cluster1: { role: "primary", network: "network1" },
            cluster2: { role: "primary", network: "network2" },
        },
    });
}

/** cluster1 and cluster2, primaries on one network. */
export function oneNetwork(): Mesh {
    return buildTopology({
        ...shared,
        clusters: {
            cluster1: { role: "primary", network: "network1" },
            cluster2: { role: "primary", network: "network1" },
        },
    });
}

/** Two primaries whose gateways have addresses of the given kind. */
export function withGatewayAddress(address: object): Mesh {
    return buildTopology({
        ...shared,
        clusters: {
            cluster1: { role: "primary", network: "network1", gateway: { address } },
            cluster2: { role: "primary", network: "network2", gateway: { address } },
        },
    });
}
