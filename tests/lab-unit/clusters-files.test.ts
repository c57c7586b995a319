import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { parse } from "yaml";

import { addressesOf } from "../../lab/clusters/addressing";
import { objectPath } from "../../lab/clusters/api-client";
import { renderKubeconfig } from "../../lab/clusters/kubeconfig";
import { cniConfig, containerdConfig, kubeProxyConfig } from "../../lab/clusters/node-config";
import { packetRules } from "../../lab/clusters/network";
import { ensurePki } from "../../lab/clusters/pki";
import { readJson, stateDir, writeJson } from "../../lab/clusters/state";

const addresses = addressesOf({ name: "cluster1", index: 1 }, "172.31.250");

describe("the files of the lab's clusters", () => {
    let folder: string;
    beforeEach(async () => {
        folder = await mkdtemp(join(tmpdir(), "isthmus-clusters-"));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    describe("keys", () => {
        it("are issued by the cluster's authority for the addresses they are used at", async () => {
            const pki = await ensurePki(folder, "cluster1", "cluster1-node", addresses);
            const authority = new X509Certificate(pki.authority.certificate);
            const apiServer = new X509Certificate(pki.apiServer.certificate);
            expect(authority.ca).to.equal(true);
            expect(apiServer.verify(authority.publicKey)).to.equal(true);
            expect(apiServer.checkIssued(authority)).to.equal(true);
            expect(apiServer.checkIP("172.31.250.11")).to.equal("172.31.250.11");
            expect(apiServer.checkIP("10.151.0.1")).to.equal("10.151.0.1");
            expect(apiServer.checkHost("kubernetes.default.svc")).to.equal(
                "kubernetes.default.svc",
            );
            const kubelet = new X509Certificate(pki.kubeletServer.certificate);
            expect(kubelet.checkIP("172.31.250.11")).to.equal("172.31.250.11");
            const frontProxy = new X509Certificate(pki.frontProxyClient.certificate);
            expect(frontProxy.verify(authority.publicKey)).to.equal(false);
        });

        it("name users and groups as the API server's roles do", async () => {
            const { users } = await ensurePki(folder, "cluster1", "cluster1-node", addresses);
            const subject = (user: keyof typeof users) =>
                new X509Certificate(users[user].certificate).subject.split("\n");
            expect(subject("kubelet")).to.have.members([
                "O=system:nodes",
                "CN=system:node:cluster1-node",
            ]);
            expect(subject("kube-proxy")).to.deep.equal(["CN=system:kube-proxy"]);
            expect(subject("admin")).to.include("O=system:masters");
            expect(subject("load-balancer")).to.deep.equal(["CN=isthmus:load-balancer"]);
        });

        it("stay as they are when they are asked for again", async () => {
            const first = await ensurePki(folder, "cluster1", "cluster1-node", addresses);
            const second = await ensurePki(folder, "cluster1", "cluster1-node", addresses);
            expect(second).to.deep.equal(first);
        });

        it("are made again when a kill left only half of a pair", async () => {
            const { apiServer } = await ensurePki(folder, "cluster1", "cluster1-node", addresses);
            await rm(apiServer.certificatePath);
            const again = await ensurePki(folder, "cluster1", "cluster1-node", addresses);
            const certificate = new X509Certificate(again.apiServer.certificate);
            expect(again.apiServer.key).not.to.equal(apiServer.key);
            expect(certificate.verify(certificate.publicKey)).to.equal(false);
            expect(certificate.checkIP(addresses.node)).to.equal(addresses.node);
        });

        it("are readable by their owner alone", async () => {
            const { users } = await ensurePki(folder, "cluster1", "cluster1-node", addresses);
            expect((await stat(users.admin.keyPath)).mode & 0o777).to.equal(0o600);
        });
    });

    describe("JSON files", () => {
        it("are read as they were written, and undefined when missing", async () => {
            const path = join(folder, "deep", "value.json");
            expect(await readJson(path)).to.equal(undefined);
            await writeJson(path, { a: [1] });
            expect(await readJson(path)).to.deep.equal({ a: [1] });
        });

        it("are rejected with their path and a remedy when they are broken", async () => {
            const path = join(folder, "broken.json");
            await writeFile(path, "{");
            const error = await readJson(path).catch((reason: unknown) => reason);
            expect(String(error)).to.match(/broken\.json: cannot be read.*isthmus lab down/);
            expect(await readFile(path, "utf8")).to.equal("{");
        });
    });
});

describe("the kubeconfig of the lab", () => {
    it("has one context per cluster, named as the cluster, and makes the first current", () => {
        const user = { certificate: "certificate", key: "key" };
        const text = renderKubeconfig(
            ["cluster1", "cluster2"].map((name) => ({
                name,
                server: `https://${name}:6443`,
                authority: "authority",
                user,
            })),
        );
        const config = parse(text) as {
            readonly contexts: readonly { readonly name: string; readonly context: unknown }[];
            readonly clusters: readonly { readonly cluster: Record<string, string> }[];
            readonly "current-context": string;
        };
        expect(config["current-context"]).to.equal("cluster1");
        expect(config.contexts.map(({ name }) => name)).to.deep.equal(["cluster1", "cluster2"]);
        expect(config.contexts[1]?.context).to.deep.equal({
            cluster: "cluster2",
            user: "cluster2",
        });
        expect(config.clusters[1]?.cluster).to.deep.equal({
            server: "https://cluster2:6443",
            "certificate-authority-data": Buffer.from("authority").toString("base64"),
        });
    });
});

describe("the configuration of a node", () => {
    it("keeps containerd's paths in quotes", () => {
        const text = containerdConfig({
            root: '/var/lib/"odd"',
            pauseImage: "docker.io/lab/pause:1",
            runc: "/usr/sbin/runc",
            plugins: "/usr/lib/cni",
            networks: "/etc/cni",
        });
        expect(text).to.include('root = "/var/lib/\\"odd\\""');
        expect(text).to.include('sandbox_image = "docker.io/lab/pause:1"');
        expect(text).to.include("restrict_oom_score_adj = true");
    });

    it("gives pods addresses of the cluster's range, and kube-proxy the same range", () => {
        const network = JSON.parse(cniConfig(addresses)) as {
            readonly plugins: readonly {
                readonly ipam: {
                    readonly ranges: readonly (readonly { readonly subnet: string }[])[];
                };
            }[];
        };
        expect(network.plugins[0]?.ipam.ranges).to.deep.equal([[{ subnet: "10.101.0.0/16" }]]);
        const proxy = JSON.parse(kubeProxyConfig("node", "/kubeconfig", addresses)) as {
            readonly clusterCIDR: string;
        };
        expect(proxy.clusterCIDR).to.equal("10.101.0.0/16");
    });

    it("lets no new connection from outside reach a pod unless it came by a Service", () => {
        const rules = packetRules(addresses)
            .split("\n")
            .map((line) => line.trim());
        const accept = rules.indexOf('iifname "wan" ct state new ct status dnat accept');
        const drop = rules.indexOf('iifname "wan" ct state new ip daddr 10.101.0.0/16 drop');
        expect(accept).to.be.greaterThan(0);
        expect(drop).to.equal(accept + 1);
    });
});

describe("objectPath", () => {
    const cases = [
        ["v1", "Service", "kube-system", "/api/v1/namespaces/kube-system/services/x"],
        [
            "apps/v1",
            "Deployment",
            "kube-system",
            "/apis/apps/v1/namespaces/kube-system/deployments/x",
        ],
        [
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            undefined,
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/x",
        ],
    ] as const;
    for (const [apiVersion, kind, namespace, expected] of cases) {
        it(`is ${expected}`, () => {
            const metadata = namespace === undefined ? { name: "x" } : { name: "x", namespace };
            expect(objectPath({ apiVersion, kind, metadata })).to.equal(expected);
        });
    }
});

describe("stateDir", () => {
    const before = process.env["ISTHMUS_LAB_STATE"];
    afterEach(() => {
        if (before === undefined) {
            delete process.env["ISTHMUS_LAB_STATE"];
        } else {
            process.env["ISTHMUS_LAB_STATE"] = before;
        }
    });

    it("is the machine's own folder unless another is chosen", () => {
        delete process.env["ISTHMUS_LAB_STATE"];
        expect(stateDir()).to.equal("/var/lib/isthmus-lab");
        process.env["ISTHMUS_LAB_STATE"] = "/tmp/lab/";
        expect(stateDir()).to.equal("/tmp/lab");
    });

    for (const wrong of ["lab", "/", `/${"x".repeat(60)}`]) {
        it(`rejects ${wrong}`, () => {
            process.env["ISTHMUS_LAB_STATE"] = wrong;
            expect(() => stateDir()).to.throw(/^ISTHMUS_LAB_STATE: /);
        });
    }
});
