import type { ChartSource, GatewayValue, Locality, ValuesByChart } from "./schema";

/** Name of a cluster: Istio's clusterName, the stack's name, the key of its remote secret. */
export type ClusterName = string & { readonly brand: "ClusterName" };
/** Name of a network: `topology.istio.io/network`. */
export type NetworkName = string & { readonly brand: "NetworkName" };

/** `primary` runs its own istiod; `remote` is served by the istiod of its primary. */
export type Role =
    { readonly kind: "primary" } | { readonly kind: "remote"; readonly primary: ClusterName };

/** One cluster of the mesh. */
export interface Cluster {
    readonly name: ClusterName;
    readonly network: NetworkName;
    readonly role: Role;
    /** Absent where the cluster needs none, or was told to have none. */
    readonly gateway?: Gateway;
    readonly locality?: Locality;
    readonly values: ValuesByChart;
}

/** An east-west gateway with the ports that the topology makes it expose. */
export interface Gateway extends GatewayValue {
    readonly ports: readonly GatewayPort[];
}

/** A port of the east-west gateway's Service. */
export interface GatewayPort {
    /** Name as in Istio's gateway chart. */
    readonly name: "tls" | "tls-istiod" | "tls-webhook";
    readonly port: number;
    /** Why the port is open, for the plan. */
    readonly purpose: string;
}

/** `heldBy`: the root is in this primary's cert-manager. `provided`: each stack is given its cacerts. */
export type Trust =
    { readonly kind: "held"; readonly holder: ClusterName } | { readonly kind: "provided" };

/** The whole mesh: checked, with everything derived that follows from the value. */
export interface Mesh {
    readonly meshId: string;
    readonly trustDomain: string;
    readonly trust: Trust;
    readonly istio: { readonly version: string; readonly charts: ChartSource };
    readonly certManager: { readonly version: string; readonly chart?: string };
    /** Sorted by name. */
    readonly clusters: readonly Cluster[];
    /** Sorted. */
    readonly networks: readonly NetworkName[];
}

/** Looks a cluster up that is known to exist. */
export function clusterNamed(mesh: Mesh, name: ClusterName): Cluster {
    const cluster = mesh.clusters.find((candidate) => candidate.name === name);
    if (cluster === undefined) {
        throw new Error(`no cluster ${name} in mesh ${mesh.meshId}`);
    }
    return cluster;
}

export function isPrimary(cluster: Cluster): boolean {
    return cluster.role.kind === "primary";
}

/** The primary whose istiod serves the cluster: itself, or the primary of a remote. */
export function controlPlaneOf(cluster: Cluster): ClusterName {
    return cluster.role.kind === "primary" ? cluster.name : cluster.role.primary;
}

/** The remotes that the istiod of `primary` serves. */
export function remotesOf(mesh: Mesh, primary: ClusterName): readonly Cluster[] {
    return mesh.clusters.filter(
        (cluster) => cluster.role.kind === "remote" && cluster.role.primary === primary,
    );
}

/** True where traffic between clusters goes through east-west gateways. */
export function isMultiNetwork(mesh: Mesh): boolean {
    return mesh.networks.length > 1;
}
