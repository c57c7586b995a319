import { istioVersionFloor } from "./defaults";
import { describeProblem, MeshError, oneOf } from "./errors";
import type {
    Cluster,
    ClusterName,
    Gateway,
    GatewayPort,
    Mesh,
    NetworkName,
    Role,
    Trust,
} from "./model";
import {
    type ClusterValue,
    type GatewayValue,
    meshSchema,
    type MeshValue,
    type ValuesByChart,
} from "./schema";
import { validate } from "./validate";

/**
 * Checks a mesh value and derives the mesh from it.
 *
 * @param value what the user wrote under `mesh`.
 * @throws MeshError with every problem of the value.
 */
export function buildTopology(value: unknown): Mesh {
    const checked = validate(meshSchema, value, { root: "mesh" });
    if (!checked.ok) {
        throw new MeshError(checked.problems);
    }
    const problems = [...findProblems(checked.value)];
    if (problems.length > 0) {
        throw new MeshError(problems);
    }
    return derive(checked.value);
}

function* findProblems(mesh: MeshValue): Generator<string> {
    yield* findVersionProblems(mesh.istio.version);
    yield* findTrustProblems(mesh);
    for (const [name, cluster] of Object.entries(mesh.clusters)) {
        yield* findRoleProblems(mesh, name, cluster);
        yield* findServiceProblems(name, cluster);
        yield* findGatewayProblems(mesh, name, cluster);
        yield* findValuesProblems(`mesh.clusters.${name}.values`, cluster.values);
    }
    yield* findNetworkProblems(mesh);
}

function* findVersionProblems(version: string): Generator<string> {
    if (compareVersions(version, istioVersionFloor) < 0) {
        yield describeProblem({
            path: "mesh.istio.version",
            wrong: "too old, earlier versions lose a cluster when its remote secret is rewritten",
            got: version,
            expected: `${istioVersionFloor} or later`,
            remedy: "raise it",
        });
    }
}

function* findTrustProblems(mesh: MeshValue): Generator<string> {
    if (mesh.trust === "provided") {
        return;
    }
    const holder = mesh.clusters[mesh.trust.heldBy];
    if (holder?.role !== "primary") {
        yield describeProblem({
            path: "mesh.trust.heldBy",
            wrong: holder === undefined ? "unknown cluster" : "a remote cannot hold the root",
            got: mesh.trust.heldBy,
            expected: oneOfPrimaries(mesh),
            remedy: "name a primary, or set trust to provided",
        });
    }
}

function* findRoleProblems(
    mesh: MeshValue,
    name: string,
    cluster: ClusterValue,
): Generator<string> {
    if (cluster.role !== "remote") {
        return;
    }
    const primary = mesh.clusters[cluster.primary];
    if (primary?.role !== "primary" || cluster.primary === name) {
        yield describeProblem({
            path: `mesh.clusters.${name}.primary`,
            wrong: primary === undefined ? "unknown primary" : "a remote of a remote",
            got: cluster.primary,
            expected: oneOfPrimaries(mesh),
            remedy: "name a cluster with role primary",
        });
    }
}

function* findServiceProblems(name: string, { gateway }: ClusterValue): Generator<string> {
    if (!gateway || gateway.address.type === "loadBalancer") {
        return;
    }
    const { sourceRanges, loadBalancerClass } = gateway;
    const misplaced = {
        ...(sourceRanges.length > 0 ? { sourceRanges } : {}),
        ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
    };
    for (const [key, value] of Object.entries(misplaced)) {
        yield describeProblem({
            path: `mesh.clusters.${name}.gateway.${key}`,
            wrong: `Kubernetes has it for load balancers alone, and the address is of type ${gateway.address.type}`,
            got: value,
            expected: "address.type loadBalancer, or nothing here",
            remedy: "remove it",
        });
    }
}

function* findGatewayProblems(
    mesh: MeshValue,
    name: string,
    cluster: ClusterValue,
): Generator<string> {
    const remotes = remoteNames(mesh, name);
    if (remotes.length === 0) {
        return;
    }
    if (cluster.gateway === false) {
        yield describeProblem({
            path: `mesh.clusters.${name}.gateway`,
            wrong: `no gateway, but it serves ${remotes.join(", ")}`,
            got: false,
            expected: "a gateway that exposes istiod to its remotes",
            remedy: "remove gateway: false",
        });
        return;
    }
    const address = cluster.gateway?.address;
    if (address?.type === "nodePort" && address.addresses.length === 0) {
        yield describeProblem({
            path: `mesh.clusters.${name}.gateway.address.addresses`,
            wrong: `no address at which ${remotes.join(", ")} can reach istiod`,
            got: [],
            expected: "at least one address that leads to ports 15012 and 15017 of the gateway",
            remedy: "add it, or use a load balancer",
        });
    }
}

/** Values that this program sets elsewhere, so that the chart would not see them. */
export function* findValuesProblems(path: string, values: ValuesByChart): Generator<string> {
    if (values.gateway?.["service"] !== undefined) {
        yield describeProblem({
            path: `${path}.gateway.service`,
            wrong: "the chart does not make the Service",
            expected:
                "gateway.address, serviceAnnotations, sourceRanges, externalTrafficPolicy or loadBalancerClass",
            remedy: "move it to gateway of the cluster in the mesh",
        });
    }
}

function* findNetworkProblems(mesh: MeshValue): Generator<string> {
    const networks = networkNames(mesh);
    if (networks.length < 2) {
        return;
    }
    for (const network of networks) {
        const clusters = Object.entries(mesh.clusters).filter(([, c]) => c.network === network);
        if (clusters.every(([, cluster]) => cluster.gateway === false)) {
            yield describeProblem({
                path: "mesh.clusters",
                wrong: `several networks, but none of ${clusters.map(([name]) => name).join(", ")} has a gateway`,
                got: network,
                expected: "an east-west gateway on every network",
                remedy: "remove gateway: false from one of them",
            });
        }
    }
}

function derive(value: MeshValue): Mesh {
    const clusters = Object.entries(value.clusters)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, cluster]) => deriveCluster(value, name as ClusterName, cluster));
    const { version, chart } = value.certManager;
    return {
        meshId: value.meshId,
        trustDomain: value.trustDomain,
        trust: deriveTrust(value),
        istio: value.istio,
        certManager: chart === undefined ? { version } : { version, chart },
        clusters,
        networks: networkNames(value),
    };
}

function deriveTrust(value: MeshValue): Trust {
    return value.trust === "provided"
        ? { kind: "provided" }
        : { kind: "held", holder: value.trust.heldBy as ClusterName };
}

function deriveCluster(mesh: MeshValue, name: ClusterName, value: ClusterValue): Cluster {
    const gateway = deriveGateway(mesh, name, value);
    return {
        name,
        network: value.network as NetworkName,
        role: deriveRole(value),
        ...(gateway === undefined ? {} : { gateway }),
        ...(value.locality === undefined ? {} : { locality: value.locality }),
        values: value.values,
    };
}

function deriveRole(value: ClusterValue): Role {
    return value.role === "primary"
        ? { kind: "primary" }
        : { kind: "remote", primary: value.primary as ClusterName };
}

const defaultGateway: GatewayValue = {
    address: { type: "loadBalancer" },
    serviceAnnotations: {},
    sourceRanges: [],
};

function deriveGateway(mesh: MeshValue, name: string, cluster: ClusterValue): Gateway | undefined {
    const ports = gatewayPorts(mesh, name);
    if (cluster.gateway === false || ports.length === 0) {
        return undefined;
    }
    return { ...(cluster.gateway ?? defaultGateway), ports };
}

/** Ports of Istio's own multi-cluster gateway: samples/multicluster/gen-eastwest-gateway.sh. */
function gatewayPorts(mesh: MeshValue, name: string): readonly GatewayPort[] {
    const remotes = remoteNames(mesh, name);
    const servesRemotes = `serves ${remotes.join(", ")}`;
    return [
        ...(networkNames(mesh).length > 1
            ? [{ name: "tls", port: 15443, purpose: "mTLS between networks" } as const]
            : []),
        ...(remotes.length > 0
            ? ([
                  {
                      name: "tls-istiod",
                      port: 15012,
                      purpose: `configuration and certificates, ${servesRemotes}`,
                  },
                  {
                      name: "tls-webhook",
                      port: 15017,
                      purpose: `injection and validation, ${servesRemotes}`,
                  },
              ] as const)
            : []),
    ];
}

function remoteNames(mesh: MeshValue, primary: string): readonly string[] {
    return Object.entries(mesh.clusters)
        .filter(([, cluster]) => cluster.role === "remote" && cluster.primary === primary)
        .map(([name]) => name)
        .sort();
}

function networkNames(mesh: MeshValue): readonly NetworkName[] {
    return [...new Set(Object.values(mesh.clusters).map((c) => c.network))].sort() as NetworkName[];
}

function oneOfPrimaries(mesh: MeshValue): string {
    const primaries = Object.entries(mesh.clusters)
        .filter(([, cluster]) => cluster.role === "primary")
        .map(([name]) => name);
    return primaries.length === 0 ? "a cluster with role primary" : oneOf(primaries);
}

/** Orders two versions by their three numbers; a pre-release comes before its release. */
export function compareVersions(a: string, b: string): number {
    const parse = (version: string) => {
        const [numbers = "", ...suffix] = version.split("-");
        return { numbers: numbers.split(".").map(Number), prerelease: suffix.length > 0 };
    };
    const [left, right] = [parse(a), parse(b)];
    for (let i = 0; i < 3; i++) {
        const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
        if (difference !== 0) {
            return difference;
        }
    }
    return Number(right.prerelease) - Number(left.prerelease);
}
