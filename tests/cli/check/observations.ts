import type { CheckInput } from "../../../cli/check/checks";
import {
    type ClusterFacts,
    type GatewayFacts,
    type IstiodFacts,
    known,
    type RemoteSecretFacts,
    unknown,
    type Unreachable,
} from "../../../cli/check/observation";
import { linksOf, linksReadBy } from "../../../components/topology/links";
import {
    type Cluster,
    type ClusterName,
    clusterNamed,
    isMultiNetwork,
    isPrimary,
    type Mesh,
} from "../../../components/topology/model";

export const now = new Date("2030-01-01T00:00:00Z");
export const rootFingerprint = "AA:BB:CC:DD:EE:FF:00:11";
export const otherFingerprint = "99:88:77:66:55:44:33:22";

/** The gateway's address in a healthy mesh: 192.0.2.<number of the cluster>. */
export function gatewayAddress(mesh: Mesh, name: ClusterName): string {
    return `192.0.2.${mesh.clusters.findIndex((cluster) => cluster.name === name) + 1}`;
}

/** What checks are given of a mesh in which everything is as it should be, with changes to some clusters. */
export function inputOf(
    mesh: Mesh,
    changes: Readonly<Record<string, (facts: ClusterFacts) => ClusterFacts | Unreachable>> = {},
): CheckInput {
    return {
        mesh,
        links: linksOf(mesh),
        now,
        observations: mesh.clusters.map((cluster) => {
            const facts = healthy(mesh, cluster.name);
            return changes[cluster.name]?.(facts) ?? facts;
        }),
    };
}

/** A change that replaces some facts. */
export function having(changes: Partial<ClusterFacts>) {
    return (facts: ClusterFacts): ClusterFacts => ({ ...facts, ...changes });
}

/** A change to every istiod. */
export function havingIstiod(change: Partial<IstiodFacts>) {
    return (facts: ClusterFacts): ClusterFacts => ({
        ...facts,
        istiods: facts.istiods.known
            ? known(facts.istiods.value.map((istiod) => ({ ...istiod, ...change })))
            : facts.istiods,
    });
}

/** A change to the first remote secret. */
export function havingSecret(change: Partial<RemoteSecretFacts>) {
    return (facts: ClusterFacts): ClusterFacts => ({
        ...facts,
        remoteSecrets: facts.remoteSecrets.known
            ? known(
                  facts.remoteSecrets.value.map((secret, index) =>
                      index === 0 ? { ...secret, ...change } : secret,
                  ),
              )
            : facts.remoteSecrets,
    });
}

/** A change to the gateway. */
export function havingGateway(change: Partial<GatewayFacts>) {
    return (facts: ClusterFacts): ClusterFacts => ({
        ...facts,
        gateway:
            facts.gateway.known && facts.gateway.value !== null
                ? known({ ...facts.gateway.value, ...change })
                : facts.gateway,
    });
}

export function unreachable({ cluster, server }: ClusterFacts): Unreachable {
    return { cluster, reachable: false, server, why: `${server}: no answer in 10 s` };
}

export const forbidden = unknown("secrets is forbidden");

function healthy(mesh: Mesh, name: ClusterName): ClusterFacts {
    const cluster = clusterNamed(mesh, name);
    const { network, role } = cluster;
    return {
        cluster: name,
        reachable: true,
        server: `https://${name}.example:6443`,
        kubernetesVersion: "v1.36.3",
        istioNamespace: known({
            network,
            ...(role.kind === "remote" ? { controlPlaneClusters: role.primary } : {}),
        }),
        istiods: known(isPrimary(cluster) ? [healthyIstiod(mesh, name)] : []),
        remoteSecrets: known(linksReadBy(mesh, name).map((link) => healthySecret(link.cluster))),
        cacerts: known(isPrimary(cluster) ? healthyCacerts : null),
        distributedRoots: known(
            ["istio-system", "shop"].map((namespace) => ({
                namespace,
                fingerprints: [rootFingerprint],
            })),
        ),
        injectedNamespaces: known(["shop"]),
        injectedPods: known([{ namespace: "shop", name: "cart-0", network }]),
        gateway: known(healthyGateway(mesh, cluster)),
        injector: known({ webhooks: [{ name: "namespace.sidecar", hasCaBundle: true }] }),
        peerAuthentication: known(isPrimary(cluster) ? "STRICT" : null),
        meshConfig: known(
            isPrimary(cluster)
                ? { meshId: mesh.meshId, trustDomain: mesh.trustDomain, registries: [] }
                : null,
        ),
        services: known([{ namespace: "shop", name: "cart", ports: ["http 80/TCP"] }]),
    };
}

const healthyCacerts = {
    missingKeys: [],
    roots: [certificate(rootFingerprint, "CN=root", "2040-01-01T00:00:00.000Z")],
    ca: certificate("01:02", "CN=intermediate", "2031-01-01T00:00:00.000Z"),
    chainsToRoot: true,
};

function certificate(fingerprint: string, subject: string, notAfter: string) {
    return { fingerprint, subject, notAfter };
}

function healthyIstiod(mesh: Mesh, name: ClusterName): IstiodFacts {
    const others = linksReadBy(mesh, name).map(({ cluster }) => clusterNamed(mesh, cluster));
    const all = [clusterNamed(mesh, name), ...others];
    return {
        pod: `istiod-${name}`,
        ready: true,
        clusterId: name,
        version: mesh.istio.version,
        clusters: known(
            all.map((cluster) => ({
                id: cluster.name,
                secretName:
                    cluster.name === name ? "" : `istio-system/istio-remote-secret-${cluster.name}`,
                syncStatus: "synced",
            })),
        ),
        gateways: known(
            all
                .filter(() => isMultiNetwork(mesh))
                .map((cluster) => ({
                    network: cluster.network,
                    cluster: cluster.name,
                    address: gatewayAddress(mesh, cluster.name),
                    port: 15443,
                })),
        ),
        shards: known(
            Object.fromEntries(
                all.map((cluster) => [
                    cluster.name,
                    { services: 2, endpoints: 3, networks: { [cluster.network]: 3 } },
                ]),
            ),
        ),
    };
}

function healthySecret(cluster: ClusterName): RemoteSecretFacts {
    return {
        name: `istio-remote-secret-${cluster}`,
        labelled: true,
        created: "2029-12-22T00:00:00Z",
        entries: [
            { key: cluster, clusterName: cluster, server: `https://${cluster}.example:6443` },
        ],
    };
}

function healthyGateway(mesh: Mesh, { name, network, gateway }: Cluster): GatewayFacts | null {
    return gateway === undefined
        ? null
        : {
              type: "LoadBalancer",
              network,
              ports: gateway.ports.map(({ name, port }) => ({ name, port })),
              addresses: [gatewayAddress(mesh, name)],
              pods: [{ name: "gateway-0", ready: true, network }],
          };
}
