import { expect } from "chai";

import { cacertsFacts, fingerprintsOf, shortFingerprint } from "../../cli/check/certificates";
import { KubeError } from "../../cli/check/client/kube-client";
import type { ClusterFacts, Fact } from "../../cli/check/observation";
import { observeCluster } from "../../cli/check/observe";
import { istioVersion, readShards } from "../../cli/check/observe/istiod";
import { meshConfigFacts } from "../../cli/check/observe/mesh-config";
import { kubeconfigFacts } from "../../cli/check/observe/remote-secrets";
import { renderReaderKubeconfig } from "../../components/topology/kubeconfig";
import { type Authority, makeAuthority } from "./check/certificates";
import { FakeClient } from "./check/fake-client";
import { c } from "./check/meshes";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const namespace = "istio-system";

/** A token that expires, as the API server issues them. */
const token = ["e30", base64(JSON.stringify({ exp: 1_900_000_000 })), "c2lnbmF0dXJl"].join(".");

const kubeconfig = renderReaderKubeconfig({
    clusterName: "cluster2",
    server: "https://10.0.0.2:6443",
    caData: base64("ca"),
    token,
});

const debugAnswers: Readonly<Record<string, unknown>> = {
    "/debug/clusterz": [{ id: "cluster1", secretName: "", syncStatus: "synced" }],
    "/debug/networkz": [
        { Network: "network2", Cluster: "cluster2", Addr: "192.0.2.2", Port: 15443, HBONEPort: 0 },
    ],
    "/debug/endpointShardz": {
        "kube-dns.kube-system.svc.cluster.local": {
            "kube-system": {
                Shards: {
                    "Kubernetes/cluster1": [{ Network: "network1" }, { Network: "network1" }],
                },
            },
        },
    },
};

/** A primary with everything that is looked at. */
async function primary(): Promise<{ client: FakeClient; ca: Authority; root: Authority }> {
    const root = await makeAuthority("root");
    const ca = await makeAuthority("intermediate", root);
    const client = new FakeClient(c("cluster1"));
    client
        .put("namespaces", {
            metadata: { name: namespace, labels: { "topology.istio.io/network": "network1" } },
        })
        .put("namespaces", { metadata: { name: "shop", labels: { "istio-injection": "enabled" } } })
        .put("namespaces", { metadata: { name: "canary", labels: { "istio.io/rev": "v2" } } })
        .put("namespaces", {
            metadata: {
                name: "off",
                labels: { "istio-injection": "disabled", "istio.io/rev": "v2" },
            },
        })
        .put("secrets", {
            metadata: { name: "cacerts", namespace },
            data: {
                "ca-cert.pem": base64(ca.pem),
                "ca-key.pem": base64(ca.keyPem),
                "root-cert.pem": base64(root.pem),
                "cert-chain.pem": base64(ca.pem + root.pem),
            },
        })
        .put("secrets", {
            metadata: {
                name: "istio-remote-secret-cluster2",
                namespace,
                labels: { "istio/multiCluster": "true" },
                creationTimestamp: "2029-12-22T00:00:00Z",
            },
            data: { cluster2: base64(kubeconfig) },
        })
        .put("secrets", { metadata: { name: "istio-remote-secret-cluster3", namespace } })
        .put("configmaps", {
            metadata: { name: "istio-ca-root-cert", namespace: "shop" },
            data: { "root-cert.pem": root.pem },
        })
        .put("configmaps", {
            metadata: { name: "istio-ca-root-cert", namespace: "default" },
            data: { "root-cert.pem": root.pem },
        })
        .put("pods", {
            metadata: { name: "istiod-0", namespace, labels: { app: "istiod" } },
            spec: {
                containers: [
                    {
                        name: "discovery",
                        image: "istio/pilot:1.31.0-distroless",
                        env: [{ name: "CLUSTER_ID", value: "cluster1" }],
                    },
                ],
            },
            status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
        })
        .put("services", {
            metadata: {
                name: "istio-eastwestgateway",
                namespace,
                labels: { "topology.istio.io/network": "network1" },
            },
            spec: { type: "LoadBalancer", ports: [{ name: "tls", port: 15443 }] },
            status: {
                loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { hostname: "lb.example" }] },
            },
        })
        .put("services", {
            metadata: { name: "cart", namespace: "shop" },
            spec: { ports: [{ name: "http", port: 80 }] },
        })
        .put("services", { metadata: { name: "kubernetes", namespace: "default" } })
        .put("mutatingwebhookconfigurations", {
            metadata: { name: "istio-sidecar-injector" },
            webhooks: [{ name: "a", clientConfig: { caBundle: "eA==" } }, { name: "b" }],
        })
        .put("peerauthentications", {
            metadata: { name: "default", namespace, creationTimestamp: "2029-01-01T00:00:00Z" },
            spec: { mtls: { mode: "STRICT" } },
        })
        .put("peerauthentications", {
            metadata: { name: "newer", namespace, creationTimestamp: "2029-02-01T00:00:00Z" },
            spec: { mtls: { mode: "PERMISSIVE" } },
        });
    client.exec_ = (_target, command) => {
        const path = command.at(-1) ?? "";
        const stdout = path === "/version" ? "unknown-x" : JSON.stringify(debugAnswers[path]);
        return { ok: true, stdout, stderr: "GOMEMLIMIT is updated" };
    };
    return { client, ca, root };
}

async function observe(client: FakeClient): Promise<ClusterFacts> {
    const observation = await observeCluster(client.cluster, () => Promise.resolve(client), [
        c("cluster2"),
        c("cluster3"),
    ]);
    if (!observation.reachable) {
        throw new Error(observation.why);
    }
    return observation;
}

function valueOf<T>(fact: Fact<T>): T {
    if (!fact.known) {
        throw new Error(fact.why);
    }
    return fact.value;
}

describe("observeCluster", () => {
    it("asks istiod itself, by command in its pod", async () => {
        const { client } = await primary();
        const [istiod] = valueOf((await observe(client)).istiods);
        expect(istiod).to.deep.equal({
            pod: "istiod-0",
            ready: true,
            clusterId: "cluster1",
            version: "1.31.0",
            clusters: {
                known: true,
                value: [{ id: "cluster1", secretName: "", syncStatus: "synced" }],
            },
            gateways: {
                known: true,
                value: [
                    {
                        network: "network2",
                        cluster: "cluster2",
                        address: "192.0.2.2",
                        port: 15443,
                    },
                ],
            },
            shards: {
                known: true,
                value: { cluster1: { services: 1, endpoints: 2, networks: { network1: 2 } } },
            },
        });
    });

    it("reads remote secrets by label, and those that lack it by name", async () => {
        const { client } = await primary();
        expect(valueOf((await observe(client)).remoteSecrets)).to.deep.equal([
            {
                name: "istio-remote-secret-cluster2",
                labelled: true,
                created: "2029-12-22T00:00:00Z",
                entries: [
                    {
                        key: "cluster2",
                        clusterName: "cluster2",
                        server: "https://10.0.0.2:6443",
                        tokenExpires: "2030-03-17T17:46:40.000Z",
                    },
                ],
            },
            { name: "istio-remote-secret-cluster3", labelled: false, created: "", entries: [] },
        ]);
    });

    it("keeps every key and token to itself", async () => {
        const { client, ca } = await primary();
        const text = JSON.stringify(await observe(client));
        expect(text).not.to.include("PRIVATE KEY");
        expect(text).not.to.include(ca.keyPem.split("\n")[1] ?? "");
        expect(text).not.to.include(base64(ca.keyPem).slice(0, 40));
        expect(text).not.to.include("c2lnbmF0dXJl");
        expect(text).not.to.include(token);
    });

    it("sees the trust, the gateway, the injector and the policy", async () => {
        const { client, root } = await primary();
        const facts = await observe(client);
        const fingerprints = fingerprintsOf(root.pem);
        expect(valueOf(facts.cacerts)).to.include({ chainsToRoot: true });
        expect(valueOf(facts.cacerts)?.missingKeys).to.deep.equal([]);
        expect(valueOf(facts.cacerts)?.ca).to.include({
            subject: "CN=intermediate",
            notAfter: "2039-01-01T00:00:00.000Z",
        });
        expect(valueOf(facts.distributedRoots)).to.deep.equal([
            { namespace: "shop", fingerprints },
        ]);
        expect(valueOf(facts.gateway)).to.deep.include({
            network: "network1",
            addresses: ["192.0.2.1", "lb.example"],
            ports: [{ name: "tls", port: 15443 }],
        });
        expect(
            valueOf(facts.injector)?.webhooks.map(({ hasCaBundle }) => hasCaBundle),
        ).to.deep.equal([true, false]);
        expect(valueOf(facts.peerAuthentication)).to.equal("STRICT");
        expect(valueOf(facts.injectedNamespaces)).to.deep.equal(["canary", "shop"]);
        expect(valueOf(facts.services)).to.deep.equal([
            { namespace: "shop", name: "cart", ports: ["http 80/TCP"] },
        ]);
    });

    it("goes on when something may not be read", async () => {
        const { client } = await primary();
        client.failures.set(
            `get secrets/${namespace}/cacerts`,
            new KubeError("secrets is forbidden", 403),
        );
        client.exec_ = () => new KubeError("pods/exec is forbidden");
        const facts = await observe(client);
        expect(facts.cacerts).to.deep.equal({ known: false, why: "secrets is forbidden" });
        expect(valueOf(facts.istiods)[0]?.clusters).to.deep.equal({
            known: false,
            why: "istiod-0 /debug/clusterz: pods/exec is forbidden",
        });
        expect(facts.gateway.known).to.equal(true);
    });

    it("is unreachable when the kubeconfig is missing or the API server silent", async () => {
        const client = new FakeClient(c("cluster1"));
        client.failures.set("version", new KubeError("no answer in 10 s"));
        const silent = await observeCluster(c("cluster1"), () => Promise.resolve(client), []);
        expect(silent).to.deep.equal({
            cluster: "cluster1",
            reachable: false,
            why: "no answer in 10 s",
            server: "https://cluster1.example:6443",
        });
        const missing = await observeCluster(
            c("cluster1"),
            () => Promise.reject(new KubeError("no context")),
            [],
        );
        expect(missing).to.deep.equal({ cluster: "cluster1", reachable: false, why: "no context" });
    });
});

describe("cacertsFacts", () => {
    it("sees that another root signed, and which keys are missing", async () => {
        const [root, other] = [await makeAuthority("root"), await makeAuthority("root")];
        const ca = await makeAuthority("intermediate", other);
        const facts = cacertsFacts({
            "ca-cert.pem": ca.pem,
            "root-cert.pem": root.pem,
            "cert-chain.pem": ca.pem + root.pem,
        });
        expect(facts.chainsToRoot).to.equal(false);
        expect(facts.missingKeys).to.deep.equal(["ca-key.pem"]);
    });

    it("follows a chain of several intermediates", async () => {
        const root = await makeAuthority("root");
        const middle = await makeAuthority("middle", root);
        const ca = await makeAuthority("ca", middle);
        const facts = cacertsFacts({
            "ca-cert.pem": ca.pem,
            "ca-key.pem": "present",
            "root-cert.pem": root.pem,
            "cert-chain.pem": ca.pem + middle.pem,
        });
        expect(facts.chainsToRoot).to.equal(true);
    });

    it("takes a file that holds no certificate for none", () => {
        const facts = cacertsFacts({
            "ca-cert.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        });
        expect(facts).to.deep.include({ roots: [], chainsToRoot: false });
        expect(facts).not.to.have.property("ca");
    });
});

describe("fingerprintsOf", () => {
    it("is the same for the same roots in another order", async () => {
        const [a, b] = [await makeAuthority("a"), await makeAuthority("b")];
        expect(fingerprintsOf(a.pem + b.pem)).to.deep.equal(fingerprintsOf(b.pem + a.pem));
        expect(fingerprintsOf(a.pem)).not.to.deep.equal(fingerprintsOf(b.pem));
        expect(shortFingerprint(fingerprintsOf(a.pem)[0] ?? "")).to.match(
            /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/,
        );
    });
});

describe("kubeconfigFacts", () => {
    const cases = [
        { name: "text that is no YAML", text: "{{{ token: secret", problem: "not a kubeconfig" },
        { name: "a mapping of other things", text: "contexts: 1", problem: "not a kubeconfig" },
        { name: "nothing", text: "", problem: "no server in its current context" },
        { name: "a list", text: "- secret", problem: "no server in its current context" },
        { name: "a token alone", text: "secret", problem: "no server in its current context" },
    ];
    for (const { name, text, problem } of cases) {
        it(`calls ${name} by what is wrong, without showing it`, () => {
            expect(kubeconfigFacts("cluster2", text)).to.deep.equal({ key: "cluster2", problem });
        });
    }
});

describe("istioVersion", () => {
    const cases = [
        ["1.31.0-abc-Clean", "istio/pilot:1.30.0", "1.31.0"],
        ["1.32.0-beta.1-abc-Clean", "", "1.32.0-beta.1"],
        ["unknown-unknown-unknown", "istio/pilot:1.31.0-distroless", "1.31.0"],
        ["", "host:5000/pilot:1.31.1@sha256:00", "1.31.1"],
        ["unknown", "host:5000/pilot", undefined],
    ] as const;
    for (const [told, image, version] of cases) {
        it(`is ${version ?? "nothing"} for ${told || "no answer"} of ${image || "no image"}`, () => {
            expect(istioVersion(told, image)).to.equal(version);
        });
    }
});

describe("readShards", () => {
    it("counts what each cluster has, and leaves out what is not of Kubernetes", () => {
        const endpoint = (Network: string) => ({ Network });
        const answer = {
            "a.x.svc": {
                x: {
                    Shards: {
                        "Kubernetes/c1": [endpoint("n1")],
                        "Kubernetes/c2": [endpoint("n2"), endpoint("")],
                        "External/c1": [endpoint("n1")],
                    },
                },
            },
            "b.x.svc": {
                x: { Shards: { "Kubernetes/c2": [endpoint("n2")], "Kubernetes/c3": null } },
            },
        };
        expect(readShards(JSON.stringify(answer))).to.deep.equal({
            c1: { services: 1, endpoints: 1, networks: { n1: 1 } },
            c2: { services: 2, endpoints: 3, networks: { n2: 2, "": 1 } },
        });
        expect(readShards("null")).to.deep.equal({});
    });
});

describe("meshConfigFacts", () => {
    it("reads the mesh's names and the registries of its networks", () => {
        const facts = meshConfigFacts({
            mesh: "trustDomain: example.org\ndefaultConfig:\n  meshId: mesh1\n",
            meshNetworks: "networks:\n  n1:\n    endpoints:\n    - fromRegistry: c1\n  n2: null\n",
        });
        expect(facts).to.deep.equal({
            meshId: "mesh1",
            trustDomain: "example.org",
            registries: [{ network: "n1", registry: "c1" }],
        });
    });

    it("knows nothing of a configuration that is empty", () => {
        expect(meshConfigFacts({})).to.deep.equal({ registries: [] });
    });
});
