import { expect } from "chai";

import { type CheckInput, runChecks } from "../../cli/check/checks";
import {
    type ClusterFacts,
    type IstiodFacts,
    known,
    type Unreachable,
} from "../../cli/check/observation";
import type { Mesh } from "../../components/topology/model";
import { multiPrimary, oneNetwork, primaryRemote, withGatewayAddress } from "./check/meshes";
import {
    forbidden,
    having,
    havingGateway,
    havingIstiod,
    havingSecret,
    inputOf,
    otherFingerprint,
    rootFingerprint,
    unreachable,
} from "./check/observations";

/** One fault, and the one failure that it must show as. */
interface Fault {
    readonly fault: string;
    readonly mesh: Mesh;
    readonly changes: Readonly<Record<string, (facts: ClusterFacts) => ClusterFacts | Unreachable>>;
    readonly fails: string;
    readonly seen: string;
    readonly expected: string;
    readonly remedy: string;
}

const peer = "cluster1 -> cluster2";
const secretEntry = { key: "cluster2", clusterName: "cluster2", server: "https://10.0.0.2:6443" };

const faults: readonly Fault[] = [
    {
        fault: "an API server does not answer",
        mesh: multiPrimary(),
        changes: { cluster2: unreachable },
        fails: "E0 cluster2 API server answers",
        seen: "no answer in 10 s",
        expected: "https://cluster2.example:6443",
        remedy: "Pulumi.cluster2.yaml",
    },
    {
        fault: "istiod cannot reach the peer's API server",
        mesh: primaryRemote(),
        changes: { cluster1: havingSync("timeout") },
        fails: `E1 ${peer} istiod reads the peer`,
        seen: "istiod-cluster1 says timeout",
        expected: "synced",
        remedy: "let the pods of cluster1 reach https://cluster2.example:6443",
    },
    {
        fault: "istiod is still syncing",
        mesh: primaryRemote(),
        changes: { cluster1: havingSync("syncing") },
        fails: `E1 ${peer} istiod reads the peer`,
        seen: "says syncing",
        expected: "synced",
        remedy: "wait a minute",
    },
    {
        fault: "istiod closed the peer",
        mesh: primaryRemote(),
        changes: { cluster1: havingSync("closed") },
        fails: `E1 ${peer} istiod reads the peer`,
        seen: "says closed",
        expected: "synced",
        remedy: "run pulumi up in stack cluster1",
    },
    {
        fault: "istiod ignored the secret",
        mesh: primaryRemote(),
        changes: { cluster1: havingIstiod({ clusters: known([ownCluster("cluster1")]) }) },
        fails: `E1 ${peer} istiod reads the peer`,
        seen: "istiod-cluster1 does not know cluster2",
        expected: "synced",
        remedy: "kubectl --context cluster1 -n istio-system rollout restart deployment/istiod",
    },
    {
        fault: "istiod is not ready",
        mesh: primaryRemote(),
        changes: { cluster1: havingIstiod({ ready: false }) },
        fails: "E1 cluster1 istiod is ready, without strangers",
        seen: "istiod-cluster1 is not ready",
        expected: "every istiod ready",
        remedy: "describe pod istiod-cluster1",
    },
    {
        fault: "istiod reads a cluster that left",
        mesh: primaryRemote(),
        changes: {
            cluster1: havingIstiod({
                clusters: known([
                    ownCluster("cluster1"),
                    { id: "cluster2", secretName: "istio-system/b", syncStatus: "synced" },
                    { id: "cluster9", secretName: "istio-system/old", syncStatus: "synced" },
                ]),
            }),
        },
        fails: "E1 cluster1 istiod is ready, without strangers",
        seen: "also reads cluster9, from secret istio-system/old",
        expected: "only cluster1, cluster2",
        remedy: "kubectl --context cluster1 delete secret -n istio-system old",
    },
    {
        fault: "the remote secret has no label",
        mesh: primaryRemote(),
        changes: { cluster1: havingSecret({ labelled: false }) },
        fails: `E2 ${peer} remote secret`,
        seen: "istio-remote-secret-cluster2 has no label istio/multiCluster=true",
        expected: "the label",
        remedy: "run pulumi up in stack cluster1",
    },
    {
        fault: "the kubeconfig leads back to whoever dials it",
        mesh: primaryRemote(),
        changes: {
            cluster1: havingSecret({
                entries: [{ ...secretEntry, server: "https://127.0.0.1:6443" }],
            }),
        },
        fails: `E2 ${peer} remote secret`,
        seen: "its server is https://127.0.0.1:6443",
        expected: "an address that pods of the reader can reach",
        remedy: "set apiServer.server in Pulumi.cluster2.yaml",
    },
    {
        fault: "the kubeconfig names another cluster",
        mesh: primaryRemote(),
        changes: {
            cluster1: havingSecret({ entries: [{ ...secretEntry, clusterName: "kind-2" }] }),
        },
        fails: `E2 ${peer} remote secret`,
        seen: "its kubeconfig names cluster kind-2",
        expected: "cluster2",
        remedy: "run pulumi up in stack cluster2, then in stack cluster1",
    },
    {
        fault: "the token has expired",
        mesh: primaryRemote(),
        changes: {
            cluster1: havingSecret({
                entries: [{ ...secretEntry, tokenExpires: "2029-12-31T00:00:00.000Z" }],
            }),
        },
        fails: `E2 ${peer} remote secret`,
        seen: "its token expired at 2029-12-31",
        expected: "a token that is valid",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "the secret holds no kubeconfig",
        mesh: primaryRemote(),
        changes: {
            cluster1: havingSecret({ entries: [{ key: "cluster2", problem: "not a kubeconfig" }] }),
        },
        fails: `E2 ${peer} remote secret`,
        seen: "not a kubeconfig",
        expected: "a kubeconfig for cluster2",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "two secrets lead to one cluster",
        mesh: primaryRemote(),
        changes: { cluster1: addingSecret("by-hand", "cluster2") },
        fails: `E2 ${peer} remote secret`,
        seen: "by-hand also has key cluster2",
        expected: "one secret per cluster",
        remedy: "delete secret by-hand",
    },
    {
        fault: "a secret is left of a cluster that went",
        mesh: primaryRemote(),
        changes: { cluster1: addingSecret("istio-remote-secret-cluster9", "cluster9") },
        fails: "E2 cluster1 no orphaned remote secret",
        seen: "istio-remote-secret-cluster9 leads to cluster9",
        expected: "secrets of cluster2 alone",
        remedy: "delete secret istio-remote-secret-cluster9",
    },
    {
        fault: "secrets may not be read",
        mesh: oneNetwork(),
        changes: { cluster1: having({ cacerts: forbidden }) },
        fails: "E3 cluster1 intermediate CA",
        seen: "could not look: secrets is forbidden",
        expected: "an answer",
        remedy: "give the kube context of cluster1 the right",
    },
    {
        fault: "a remote was given another root",
        mesh: primaryRemote(),
        changes: {
            cluster2: having({
                distributedRoots: known([
                    { namespace: "istio-system", fingerprints: [otherFingerprint] },
                    { namespace: "shop", fingerprints: [rootFingerprint] },
                ]),
            }),
        },
        fails: "E3 cluster2 same root of trust",
        seen: "istio-ca-root-cert in istio-system holds root 99:88:77:66:55:44",
        expected: "root aa:bb:cc:dd:ee:ff as in cluster1",
        remedy: "kubectl --context cluster1 -n istio-system rollout restart deployment/istiod",
    },
    {
        fault: "a primary has no cacerts",
        mesh: multiPrimary(),
        changes: { cluster2: having({ cacerts: known(null) }) },
        fails: "E3 cluster2 intermediate CA",
        seen: "no secret cacerts in istio-system",
        expected: "secret cacerts",
        remedy: "run pulumi up in stack cluster1, then in stack cluster2",
    },
    {
        fault: "cacerts is incomplete",
        mesh: multiPrimary(),
        changes: { cluster2: havingCacerts({ missingKeys: ["ca-key.pem"] }) },
        fails: "E3 cluster2 intermediate CA",
        seen: "cacerts has no ca-key.pem",
        expected: "all four PEM keys",
        remedy: "run pulumi up",
    },
    {
        fault: "another root signed the intermediate",
        mesh: multiPrimary(),
        changes: { cluster2: havingCacerts({ chainsToRoot: false }) },
        fails: "E3 cluster2 intermediate CA",
        seen: "ca-cert.pem (CN=intermediate) is not signed by root-cert.pem",
        expected: "a chain that ends in the root",
        remedy: "run pulumi up",
    },
    {
        fault: "the intermediate ends soon",
        mesh: multiPrimary(),
        changes: { cluster2: havingCa("2030-01-11T12:00:00.000Z") },
        fails: "E3 cluster2 intermediate CA",
        seen: "CN=intermediate: 10 days left, until 2030-01-11",
        expected: "at least 30 days left",
        remedy: "run pulumi up in stack cluster1",
    },
    {
        fault: "the intermediate has ended",
        mesh: multiPrimary(),
        changes: { cluster2: havingCa("2029-12-30T00:00:00.000Z") },
        fails: "E3 cluster2 intermediate CA",
        seen: "CN=intermediate: expired 2 days ago, on 2029-12-30",
        expected: "at least 30 days left",
        remedy: "run pulumi up in stack cluster1",
    },
    {
        fault: "istio-system has no network",
        mesh: multiPrimary(),
        changes: { cluster2: having({ istioNamespace: known({}) }) },
        fails: "E4 cluster2 network of istio-system",
        seen: "topology.istio.io/network=(not set)",
        expected: "topology.istio.io/network=network2",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "a pod was injected before the network was known",
        mesh: multiPrimary(),
        changes: {
            cluster2: having({ injectedPods: known([{ namespace: "shop", name: "cart-0" }]) }),
        },
        fails: "E4 cluster2 network of injected pods",
        seen: "shop/cart-0 has none",
        expected: "label topology.istio.io/network=network2",
        remedy: "restart these pods",
    },
    {
        fault: "there is no gateway",
        mesh: multiPrimary(),
        changes: { cluster2: having({ gateway: known(null) }) },
        fails: "E5 cluster2 east-west gateway",
        seen: "no Service istio-eastwestgateway",
        expected: "a gateway that exposes 15443",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "the gateway is not needed",
        mesh: oneNetwork(),
        changes: {
            cluster1: having({
                gateway: known({ type: "LoadBalancer", ports: [], addresses: [], pods: [] }),
            }),
        },
        fails: "E5 cluster1 east-west gateway",
        seen: "Service istio-eastwestgateway exists",
        expected: "no gateway",
        remedy: "run pulumi up in stack cluster1",
    },
    {
        fault: "the gateway gets no address",
        mesh: multiPrimary(),
        changes: { cluster2: havingGateway({ addresses: [] }) },
        fails: "E5 cluster2 east-west gateway",
        seen: "its Service has no address yet",
        expected: "an address from the load balancer",
        remedy: "set gateway.address of cluster2 to nodePort or static",
    },
    {
        fault: "the gateway is on another network",
        mesh: multiPrimary(),
        changes: { cluster2: havingGateway({ network: "network1" }) },
        fails: "E5 cluster2 east-west gateway",
        seen: "its Service has topology.istio.io/network=network1",
        expected: "topology.istio.io/network=network2",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "the gateway's pods do not start",
        mesh: primaryRemote(),
        changes: {
            cluster2: havingGateway({
                pods: [
                    { name: "gw-0", ready: false, waiting: "ErrImagePull", network: "network2" },
                ],
            }),
        },
        fails: "E5 cluster2 east-west gateway",
        seen: "gw-0: ErrImagePull",
        expected: "at least one ready pod",
        remedy: "run pulumi up in stack cluster1, which must link to cluster2",
    },
    {
        fault: "a port is open that nothing needs",
        mesh: multiPrimary(),
        changes: { cluster2: havingGateway({ ports: [{ port: 15443 }, { port: 15012 }] }) },
        fails: "E5 cluster2 exposed ports",
        seen: "also exposes 15012",
        expected: "only 15443",
        remedy: "values.gateway",
    },
    {
        fault: "a port that is needed is closed",
        mesh: primaryRemote(),
        changes: { cluster1: havingGateway({ ports: [{ port: 15443 }, { port: 15012 }] }) },
        fails: "E5 cluster1 exposed ports",
        seen: "does not expose 15017",
        expected: "15017: injection and validation, serves cluster2",
        remedy: "run pulumi up in stack cluster1",
    },
    {
        fault: "static addresses are not on the Service",
        mesh: withGatewayAddress({ type: "static", addresses: ["192.0.2.2", "192.0.2.77"] }),
        changes: {
            cluster1: havingGateway({ addresses: ["192.0.2.1", "192.0.2.2", "192.0.2.77"] }),
            cluster2: havingGateway({ addresses: ["192.0.2.2"] }),
        },
        fails: "E5 cluster2 east-west gateway",
        seen: "its Service has 192.0.2.2",
        expected: "192.0.2.2, 192.0.2.77",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "istiod does not know the peer's gateway",
        mesh: primaryRemote(),
        changes: { cluster1: havingIstiod({ gateways: known([]) }) },
        fails: `E5 ${peer} istiod knows the peer's gateway`,
        seen: "istiod-cluster1 has no gateway of it",
        expected: "192.0.2.2 on port 15443, network2",
        remedy: "run pulumi up in stack cluster2, then in stack cluster1",
    },
    {
        fault: "istiod knows an old address of the peer's gateway",
        mesh: primaryRemote(),
        changes: {
            cluster1: havingIstiod({
                gateways: known([
                    {
                        network: "network2",
                        cluster: "cluster2",
                        address: "192.0.2.9",
                        port: 15443,
                    },
                ]),
            }),
        },
        fails: `E5 ${peer} istiod knows the peer's gateway`,
        seen: "192.0.2.9:15443 (network2)",
        expected: "192.0.2.2 on port 15443",
        remedy: "check again",
    },
    {
        fault: "a webhook has no CA",
        mesh: primaryRemote(),
        changes: {
            cluster2: having({
                injector: known({
                    webhooks: [{ name: "namespace.sidecar", hasCaBundle: false }],
                }),
            }),
        },
        fails: "E6 cluster2 sidecar injector",
        seen: "namespace.sidecar has no caBundle",
        expected: "a caBundle in every webhook",
        remedy: "run pulumi up in stack cluster1, which must hold the remote secret of cluster2",
    },
    {
        fault: "there is no injector",
        mesh: primaryRemote(),
        changes: { cluster2: having({ injector: known(null) }) },
        fails: "E6 cluster2 sidecar injector",
        seen: "no webhook in istio-sidecar-injector",
        expected: "the webhooks that inject sidecars",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "a namespace has no root",
        mesh: primaryRemote(),
        changes: {
            cluster2: having({
                distributedRoots: known([
                    { namespace: "istio-system", fingerprints: [rootFingerprint] },
                ]),
            }),
        },
        fails: "E6 cluster2 root given out",
        seen: "no ConfigMap istio-ca-root-cert in shop",
        expected: "it in istio-system, shop",
        remedy: "kubectl --context cluster1 -n istio-system rollout restart deployment/istiod",
    },
    {
        fault: "the remote does not let its primary in",
        mesh: primaryRemote(),
        changes: { cluster2: having({ istioNamespace: known({ network: "network2" }) }) },
        fails: "E6 cluster2 root given out",
        seen: "topology.istio.io/controlPlaneClusters=(not set)",
        expected: "topology.istio.io/controlPlaneClusters=cluster1",
        remedy: "run pulumi up in stack cluster2, then restart istiod in cluster1",
    },
    {
        fault: "istiod lost the endpoints of the peer",
        mesh: primaryRemote(),
        changes: { cluster1: havingIstiod({ shards: known({}) }) },
        fails: `E7 ${peer} endpoints of the peer`,
        seen: "istiod-cluster1 has no endpoint in cluster2",
        expected: "a shard Kubernetes/cluster2",
        remedy: "rollout restart deployment/istiod",
    },
    {
        fault: "endpoints of the peer are on no network",
        mesh: primaryRemote(),
        changes: {
            cluster1: havingIstiod({
                shards: known({
                    cluster2: { services: 1, endpoints: 3, networks: { "": 1, network2: 2 } },
                }),
            }),
        },
        fails: `E7 ${peer} endpoints of the peer`,
        seen: "istiod-cluster1 has 1 endpoints of cluster2 on no network",
        expected: "all of them on network2",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "endpoints of the peer are on the reader's network",
        mesh: primaryRemote(),
        changes: {
            cluster1: havingIstiod({
                shards: known({
                    cluster2: { services: 1, endpoints: 3, networks: { network1: 3 } },
                }),
            }),
        },
        fails: `E7 ${peer} endpoints of the peer`,
        seen: "istiod-cluster1 has 3 endpoints of cluster2 on network1",
        expected: "all of them on network2",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "one of several istiods lost the peer",
        mesh: primaryRemote(),
        changes: { cluster1: addingIstiod("istiod-second", { clusters: known([]) }) },
        fails: `E1 ${peer} istiod reads the peer`,
        seen: "istiod-second does not know cluster2",
        expected: "synced",
        remedy: "rollout restart deployment/istiod",
    },
    {
        fault: "plain text is allowed",
        mesh: multiPrimary(),
        changes: { cluster2: having({ peerAuthentication: known("PERMISSIVE") }) },
        fails: "mTLS cluster2 policy STRICT",
        seen: "mode PERMISSIVE",
        expected: "mode STRICT",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "there is no policy",
        mesh: multiPrimary(),
        changes: { cluster2: having({ peerAuthentication: known(null) }) },
        fails: "mTLS cluster2 policy STRICT",
        seen: "no PeerAuthentication",
        expected: "mode STRICT",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "istiod is of another mesh",
        mesh: multiPrimary(),
        changes: {
            cluster2: having({
                meshConfig: known({
                    meshId: "mesh2",
                    trustDomain: "cluster.local",
                    registries: [],
                }),
            }),
        },
        fails: "E14 cluster2 names in istiod's configuration",
        seen: "meshId mesh2",
        expected: "meshId mesh1",
        remedy: "values.istiod",
    },
    {
        fault: "istiod has another name for its cluster",
        mesh: multiPrimary(),
        changes: { cluster2: havingIstiod({ clusterId: "Kubernetes" }) },
        fails: "E14 cluster2 names in istiod's configuration",
        seen: "CLUSTER_ID Kubernetes",
        expected: "CLUSTER_ID cluster2",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "meshNetworks names a cluster that is not there",
        mesh: multiPrimary(),
        changes: {
            cluster2: having({
                meshConfig: known({
                    meshId: "mesh1",
                    trustDomain: "cluster.local",
                    registries: [{ network: "network1", registry: "cluster9" }],
                }),
            }),
        },
        fails: "E14 cluster2 names in istiod's configuration",
        seen: "meshNetworks.network1 names registry cluster9",
        expected: "one of cluster1, cluster2",
        remedy: "values.istiod",
    },
    {
        fault: "a primary is left on another version",
        mesh: multiPrimary(),
        changes: { cluster2: havingIstiod({ version: "1.30.4" }) },
        fails: "E14 cluster2 version of istiod",
        seen: "istiod-cluster2 runs 1.30.4",
        expected: "1.31.0",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "a Service has other ports in the peer",
        mesh: multiPrimary(),
        changes: {
            cluster2: having({
                services: known([{ namespace: "shop", name: "cart", ports: ["http 8080/TCP"] }]),
            }),
        },
        fails: "E14 cluster2 same Services as in peers",
        seen: "shop/cart has http 8080/TCP",
        expected: "http 80/TCP as in cluster1",
        remedy: "give the Service the same ports",
    },
];

function havingSync(syncStatus: string) {
    return havingIstiod({
        clusters: known([
            ownCluster("cluster1"),
            { id: "cluster2", secretName: "istio-system/b", syncStatus },
        ]),
    });
}

function addingIstiod(pod: string, change: Partial<IstiodFacts>) {
    return (facts: ClusterFacts): ClusterFacts => {
        const istiods = facts.istiods.known ? facts.istiods.value : [];
        return {
            ...facts,
            istiods: known([
                ...istiods,
                ...istiods.map((istiod) => ({ ...istiod, ...change, pod })),
            ]),
        };
    };
}

function ownCluster(id: string) {
    return { id, secretName: "", syncStatus: "synced" };
}

function addingSecret(name: string, cluster: string) {
    return (facts: ClusterFacts): ClusterFacts => ({
        ...facts,
        remoteSecrets: known([
            ...(facts.remoteSecrets.known ? facts.remoteSecrets.value : []),
            {
                name,
                labelled: true,
                created: "2029-01-01T00:00:00Z",
                entries: [{ key: cluster, clusterName: cluster, server: "https://10.0.0.9" }],
            },
        ]),
    });
}

function havingCacerts(change: object) {
    return (facts: ClusterFacts): ClusterFacts => ({
        ...facts,
        cacerts:
            facts.cacerts.known && facts.cacerts.value !== null
                ? known({ ...facts.cacerts.value, ...change })
                : facts.cacerts,
    });
}

function havingCa(notAfter: string) {
    return havingCacerts({ ca: { fingerprint: "01:02", subject: "CN=intermediate", notAfter } });
}

function failuresOf(input: CheckInput) {
    return runChecks(input).filter(({ status }) => status === "failed");
}

describe("the acceptance checks", () => {
    for (const [topology, mesh] of Object.entries({
        "primary-remote": primaryRemote(),
        "multi-primary": multiPrimary(),
        "one network": oneNetwork(),
    })) {
        it(`all pass when a mesh of topology ${topology} is healthy`, () => {
            const results = runChecks(inputOf(mesh));
            expect(results.filter(({ status }) => status !== "passed")).to.deep.equal([]);
            expect(new Set(results.map(({ id }) => id))).to.include.all.keys(
                ...["E0", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E14", "mTLS"],
            );
        });
    }

    for (const { fault, mesh, changes, fails, seen, expected, remedy } of faults) {
        it(`name the fault when ${fault}`, () => {
            const failures = failuresOf(inputOf(mesh, changes));
            const named = failures.map(({ id, subject, title }) => `${id} ${subject} ${title}`);
            expect(named).to.include(fails);
            const failure = failures[named.indexOf(fails)];
            expect(failure?.seen).to.include(seen);
            expect(failure?.expected).to.include(expected);
            expect(failure?.remedy).to.include(remedy);
        });
    }

    it("blame nothing else for a fault of one cluster", () => {
        const failures = failuresOf(
            inputOf(multiPrimary(), { cluster2: having({ peerAuthentication: known(null) }) }),
        );
        expect(failures).to.have.length(1);
    });

    it("miss the remote secret and the peer together when a link was not made", () => {
        const failures = failuresOf(
            inputOf(primaryRemote(), {
                cluster1: (facts) =>
                    havingIstiod({ clusters: known([ownCluster("cluster1")]) })({
                        ...facts,
                        remoteSecrets: known([]),
                    }),
            }),
        );
        expect(failures.map(({ id }) => id)).to.deep.equal(["E1", "E2"]);
        expect(failures[0]?.remedy).to.equal(
            "run pulumi up in stack cluster2, then in stack cluster1",
        );
    });

    it("are skipped for a cluster whose API server does not answer", () => {
        const results = runChecks(inputOf(multiPrimary(), { cluster2: unreachable }));
        const ofCluster2 = results.filter(({ subject }) => subject.startsWith("cluster2"));
        expect(ofCluster2.filter(({ id }) => id !== "E0").map(({ status }) => status)).to.satisfy(
            (statuses: string[]) => statuses.every((status) => status === "skipped"),
        );
        const linkToIt = results.find(
            ({ id, subject }) => id === "E5" && subject === "cluster1 -> cluster2",
        );
        expect(linkToIt?.status).to.equal("passed");
    });

    it("do not expect a link that a stack leaves out", () => {
        const input = inputOf(multiPrimary());
        const failures = failuresOf({
            ...input,
            links: input.links.filter(({ reader }) => reader !== "cluster1"),
        });
        expect(failures.map(({ id, seen }) => `${id} ${seen ?? ""}`)).to.deep.equal([
            "E1 also reads cluster2, from secret istio-system/istio-remote-secret-cluster2",
            "E2 istio-remote-secret-cluster2 leads to cluster2",
        ]);
    });

    it("say only what is about the clusters that were looked at", () => {
        const input = inputOf(multiPrimary());
        const [first] = input.observations;
        const results = runChecks({ ...input, observations: first === undefined ? [] : [first] });
        expect(results.every(({ subject }) => subject.startsWith("cluster1"))).to.equal(true);
        expect(results.every(({ status }) => status === "passed")).to.equal(true);
    });

    it("accept the node's port of a gateway that is reached through nodes", () => {
        const mesh = withGatewayAddress({ type: "nodePort" });
        const behindNodes = havingGateway({
            type: "NodePort",
            ports: [{ port: 15443, nodePort: 31443 }],
            addresses: [],
            nodeSelector: "{}",
        });
        const gateways = known(
            mesh.clusters.map(({ name, network }) => ({
                network,
                cluster: name,
                address: "10.0.0.1",
                port: 31443,
            })),
        );
        const changed = (facts: ClusterFacts) => havingIstiod({ gateways })(behindNodes(facts));
        expect(failuresOf(inputOf(mesh, { cluster1: changed, cluster2: changed }))).to.deep.equal(
            [],
        );
    });

    it("skip the version when no istiod knows it", () => {
        const forget = (facts: ClusterFacts): ClusterFacts => ({
            ...facts,
            istiods: facts.istiods.known
                ? known(
                      facts.istiods.value.map((istiod) => {
                          const { version, ...rest } = istiod;
                          expect(version).to.be.a("string");
                          return rest;
                      }),
                  )
                : facts.istiods,
        });
        const results = runChecks(inputOf(multiPrimary(), { cluster2: forget }));
        const version = results.find(
            ({ title, subject }) => title === "version of istiod" && subject === "cluster2",
        );
        expect(version?.status).to.equal("skipped");
    });
});
