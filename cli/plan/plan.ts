import { type Link, linksOf } from "../../components/topology/links";
import {
    type Cluster,
    type ClusterName,
    type GatewayPort,
    type Mesh,
    type NetworkName,
    remotesOf,
} from "../../components/topology/model";
import { phasesOf } from "../../components/topology/phases";
import type { ChartSource, Locality } from "../../components/topology/schema";

/** All that follows from a mesh value before any cluster is asked: what `plan` prints. */
export interface Plan {
    readonly meshId: string;
    readonly trustDomain: string;
    readonly istio: { readonly version: string; readonly charts: string };
    /** Who holds the root, in words. */
    readonly trust: string;
    readonly clusters: readonly PlannedCluster[];
    readonly networks: readonly {
        readonly name: NetworkName;
        readonly clusters: readonly ClusterName[];
    }[];
    readonly links: readonly Link[];
    readonly gateways: readonly PlannedGateway[];
    readonly phases: readonly PlannedPhase[];
}

/** One cluster in words. */
export interface PlannedCluster {
    readonly name: ClusterName;
    readonly network: NetworkName;
    /** `primary`, or `remote of <primary>`. */
    readonly role: string;
    readonly remotes: readonly ClusterName[];
    readonly locality?: Locality;
}

/** One east-west gateway and every port that it opens. */
export interface PlannedGateway {
    readonly cluster: ClusterName;
    /** How peers reach it, in words. */
    readonly address: string;
    /** Who may reach it; empty means everyone. */
    readonly sourceRanges: readonly string[];
    readonly ports: readonly GatewayPort[];
}

/** Stacks to run side by side. */
export interface PlannedPhase {
    readonly stacks: readonly {
        readonly cluster: ClusterName;
        readonly adds: readonly string[];
        readonly command: string;
    }[];
}

/** Makes the plan of a mesh. */
export function planOf(mesh: Mesh): Plan {
    return {
        meshId: mesh.meshId,
        trustDomain: mesh.trustDomain,
        istio: { version: mesh.istio.version, charts: chartsInWords(mesh.istio.charts) },
        trust:
            mesh.trust.kind === "held"
                ? `root held by ${mesh.trust.holder}`
                : "provided: each primary's stack is given its cacerts",
        clusters: mesh.clusters.map((cluster) => plannedCluster(mesh, cluster)),
        networks: mesh.networks.map((name) => ({
            name,
            clusters: mesh.clusters
                .filter(({ network }) => network === name)
                .map((cluster) => cluster.name),
        })),
        links: linksOf(mesh),
        gateways: mesh.clusters.flatMap(plannedGateway),
        phases: phasesOf(mesh).map(({ stacks }) => ({
            stacks: stacks.map(({ cluster, adds }) => ({
                cluster,
                adds,
                command: `pulumi up --stack ${cluster}`,
            })),
        })),
    };
}

/** `primary`, or `remote of <primary>`. */
export function roleInWords({ role }: Cluster): string {
    return role.kind === "primary" ? "primary" : `remote of ${role.primary}`;
}

function plannedCluster(mesh: Mesh, cluster: Cluster): PlannedCluster {
    return {
        name: cluster.name,
        network: cluster.network,
        role: roleInWords(cluster),
        remotes: remotesOf(mesh, cluster.name).map(({ name }) => name),
        ...(cluster.locality === undefined ? {} : { locality: cluster.locality }),
    };
}

function plannedGateway({ name, gateway }: Cluster): readonly PlannedGateway[] {
    if (gateway === undefined) {
        return [];
    }
    const { address, sourceRanges, ports } = gateway;
    const words = {
        loadBalancer: "load balancer",
        nodePort: "node port",
        static: "static",
    }[address.type];
    const addresses = "addresses" in address ? address.addresses : [];
    return [{ cluster: name, address: [words, ...addresses].join(" "), sourceRanges, ports }];
}

function chartsInWords(charts: ChartSource): string {
    return "repository" in charts
        ? charts.repository
        : "folder" in charts
          ? `folder ${charts.folder}`
          : charts.oci;
}
