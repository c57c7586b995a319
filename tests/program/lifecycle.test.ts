import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { rootCertificate } from "../support/fake-cluster";
import { ofType, registered, type Registration } from "../support/recorder";
import { meshValue, topologies } from "../support/topologies";
import { type Run, World } from "../support/world";

describe("stacks of the program, one after the other", () => {
    describe("a primary and its remote", () => {
        const value = topologies["primary-remote-two-networks"];

        it("link in the third run, and say until then what waits for what", async () => {
            const world = new World(value);
            const first = await world.up("cluster1");
            expect(links(first)).to.be.empty;
            expect(first.outputs.mesh.pendingPeers).to.deep.equal([
                {
                    cluster: "cluster2",
                    waitsFor: "its stack does not exist",
                    next: "pulumi up --stack cluster2, then pulumi up --stack cluster1",
                },
            ]);
            const second = await world.up("cluster2");
            expect(second.outputs.mesh.pendingPeers).to.deep.equal([]);
            const third = await world.up("cluster1");
            expect(links(third)).to.deep.equal(["link-cluster2"]);
            expect(third.outputs.mesh.pendingPeers).to.deep.equal([]);
        });

        it("have the remote make its namespace alone when it comes first", async () => {
            const { registrations, outputs, secretOutputNames } = await new World(value).up(
                "cluster2",
            );
            expect(names(registrations)).to.deep.equal(["mesh", "mesh-namespace", "cluster"]);
            expect(outputs.mesh.pendingPeers).to.deep.equal([
                {
                    cluster: "cluster1",
                    waitsFor: "its stack does not exist",
                    next: "pulumi up --stack cluster1, then pulumi up --stack cluster2",
                },
            ]);
            expect(outputs.mesh.rootFingerprint).to.equal("");
            expect(outputs.remoteAccess.readerKubeconfigs).to.deep.equal({});
            expect(secretOutputNames).to.deep.equal(["remoteAccess"]);
        });

        it("converge when the remote comes first", async () => {
            const world = new World(value);
            await world.up("cluster2");
            await world.up("cluster1");
            await world.up("cluster2");
            const last = await world.up("cluster1");
            expect(links(last)).to.deep.equal(["link-cluster2"]);
            expect(last.outputs.mesh.pendingPeers).to.be.empty;
        });

        it("lose the link when the remote's stack is destroyed, and have it again when it is back", async () => {
            const world = await converged(value);
            world.destroy("cluster2");
            const without = await world.up("cluster1");
            expect(links(without)).to.be.empty;
            expect(without.outputs.mesh.pendingPeers.map(({ waitsFor }) => waitsFor)).to.deep.equal(
                ["its stack has not been brought up"],
            );
            await world.up("cluster2");
            expect(links(await world.up("cluster1"))).to.deep.equal(["link-cluster2"]);
        });

        it("refuse to take the mesh from the remote when its primary is destroyed", async () => {
            const world = await converged(value);
            world.destroy("cluster1");
            const { error, registrations } = await world.refused("cluster2");
            expectRunError(error, [
                "stack cluster2: cluster cluster1, on which this installed cluster depends, has " +
                    "withdrawn its facts; going on would remove the mesh from cluster2; " +
                    "run pulumi up in stack cluster1, or pulumi destroy in stack cluster2",
            ]);
            expect(withoutReads(registrations)).to.be.empty;
        });

        it("drop a link without waiting when the stack detaches the cluster", async () => {
            const world = new World(value, { config: { cluster1: { detached: '["cluster2"]' } } });
            await world.up("cluster1");
            await world.up("cluster2");
            const run = await world.up("cluster1");
            expect(links(run)).to.be.empty;
            expect(run.outputs.mesh.pendingPeers).to.be.empty;
        });
    });

    describe("a primary whose load balancer has a host name", () => {
        const value = topologies["primary-remote-two-networks"];
        const ingress = { cluster1: [{ hostname: "lb.example" }] };

        it("is published by that name, and its istiod answers to it from the second run on", async () => {
            const world = new World(value, { ingress });
            const first = await world.up("cluster1");
            expect(first.outputs.mesh.eastWestAddresses).to.deep.equal(["lb.example"]);
            expect(istiodValues(first)).to.not.have.nested.property("pilot");
            const second = await world.up("cluster1");
            expect(istiodValues(second)).to.have.nested.property(
                "pilot.env.ISTIOD_CUSTOM_HOST",
                "lb.example",
            );
        });

        it("is not named in its istiod when it serves no remote", async () => {
            const world = new World(topologies["multi-primary-two-networks"], { ingress });
            await world.up("cluster1");
            const second = await world.up("cluster1");
            expect(second.outputs.mesh.eastWestAddresses).to.deep.equal(["lb.example"]);
            expect(istiodValues(second)).to.not.have.nested.property("pilot");
        });

        it("is called by URL from the remote, which trusts the mesh's root", async () => {
            const world = new World(value, { ingress });
            await world.up("cluster1");
            const values = istiodValues(await world.up("cluster2"));
            expect(values).to.have.nested.property("global.remotePilotAddress", "lb.example");
            expect(values["istiodRemote"]).to.deep.equal({
                injectionURL:
                    "https://lb.example:15017/inject/:ENV:cluster=cluster2:ENV:net=network2",
                injectionCABundle: Buffer.from(rootCertificate).toString("base64"),
            });
        });

        it("converges when each stack has run twice, and then changes nothing", async () => {
            const world = new World(value, { ingress });
            for (const name of ["cluster1", "cluster2", "cluster1"]) {
                await world.up(name);
            }
            const [one, two] = [await world.up("cluster1"), await world.up("cluster2")];
            const [oneMore, twoMore] = [await world.up("cluster1"), await world.up("cluster2")];
            expect(oneMore.registrations).to.deep.equal(one.registrations);
            expect(twoMore.registrations).to.deep.equal(two.registrations);
            expect(links(oneMore)).to.deep.equal(["link-cluster2"]);
        });
    });

    it("keep the remote waiting when the primary's load balancer has no address yet", async () => {
        const value = topologies["primary-remote-two-networks"];
        const world = new World(value, { ingress: { cluster1: [] } });
        expect((await world.up("cluster1")).outputs.mesh.eastWestAddresses).to.deep.equal([]);
        const { outputs } = await world.up("cluster2");
        expect(outputs.mesh.pendingPeers.map(({ waitsFor }) => waitsFor)).to.deep.equal([
            "its east-west gateway has no address yet",
        ]);
    });

    it("use the CAs that they are given when trust is provided", async () => {
        const clusters = topologies["multi-primary-two-networks"].clusters;
        const cacerts = JSON.stringify({
            rootCert: rootCertificate,
            caCert: rootCertificate,
            caKey: "-----BEGIN EC PRIVATE KEY-----\nprovided-key\n-----END EC PRIVATE KEY-----\n",
            certChain: rootCertificate,
        });
        const world = new World(meshValue(clusters, { trust: "provided" }), {
            config: { cluster1: { cacerts }, cluster2: { cacerts } },
        });
        await world.up("cluster2");
        const { registrations, outputs } = await world.up("cluster1");
        expect(outputs.mesh.pendingPeers).to.be.empty;
        expect(outputs.remoteAccess.intermediates).to.deep.equal({});
        expect(registrations.filter(({ type }) => type.includes("cert-manager"))).to.be.empty;
        const { secrets } = registered(registrations, "trust-secret");
        expect(secrets["stringData"]).to.have.property("root-cert.pem", rootCertificate);
        expect(JSON.stringify(registrations.map(({ inputs }) => inputs))).to.not.contain(
            "provided-key",
        );
    });

    it("hand a configured context and kubeconfig to the provider, the latter as a secret", async () => {
        const kubeconfig = "apiVersion: v1\nusers: [{ name: me, user: { token: my-token } }]\n";
        const world = new World(topologies["primary-remote-one-network"], {
            config: { cluster1: { kubeconfig, context: "production" } },
        });
        const { registrations } = await world.up("cluster1");
        const provider = registered(
            ofType(registrations, "pulumi:providers:kubernetes"),
            "cluster",
        );
        expect(provider.inputs["context"]).to.equal("production");
        expect(provider.inputs["kubeconfig"]).to.equal("[secret]");
        expect(provider.secrets["kubeconfig"]).to.equal(kubeconfig);
    });

    describe("a preview", () => {
        it("knows the facts that need no cluster when nothing is up", async () => {
            const { outputs, registrations } = await new World(
                topologies["primary-remote-two-networks"],
            ).preview("cluster1");
            expect(outputs.mesh.clusterName).to.equal("cluster1");
            expect(outputs.mesh.pendingPeers).to.have.length(1);
            expect(names(registrations)).to.include.members([
                "istio-base",
                "istio-istiod",
                "east-west-gateway-service",
            ]);
        });

        it("shows the links of a third cluster when that is added and up", async () => {
            const two = topologies["multi-primary-two-networks"];
            const three = meshValue({
                ...two.clusters,
                cluster3: { role: "remote", primary: "cluster1", network: "network3" },
            });
            const world = new World(three);
            for (const name of ["cluster1", "cluster2", "cluster1", "cluster3"]) {
                await world.up(name);
            }
            expect(links(await world.preview("cluster1"))).to.deep.equal([
                "link-cluster2",
                "link-cluster3",
            ]);
            expect(links(await world.preview("cluster2"))).to.deep.equal([
                "link-cluster1",
                "link-cluster3",
            ]);
        });
    });
});

describe("the program refuses before any resource", () => {
    const good = topologies["primary-remote-two-networks"];

    it("a bad mesh, with every line", async () => {
        const mesh = { ...good, meshID: "x", trust: { heldBy: "cluster9", by: "me" } };
        const { error, registrations } = await refusedWith({ mesh: JSON.stringify(mesh) });
        expectRunError(error, [
            "mesh.trust.by: unknown key; expected a key of the schema; remove it or correct its spelling",
            "mesh.meshID: unknown key; expected a key of the schema; remove it or correct its spelling",
        ]);
        expect(registrations).to.be.empty;
    });

    it("a megabyte of nonsense", async () => {
        const { error, registrations } = await refusedWith({ mesh: "x".repeat(1_000_000) });
        expectRunError(error, [
            `mesh: wrong type, got "${"x".repeat(56)}...; expected a mapping; correct it`,
        ]);
        expect(registrations).to.be.empty;
    });

    it("an empty mesh", async () => {
        const { error, registrations } = await refusedWith({ mesh: "{}" });
        expect(error).to.be.instanceOf(pulumi.RunError);
        expect(registrations).to.be.empty;
    });

    it("a stack whose name is no cluster", async () => {
        const { error, registrations } = await new World(good).refused("cluster9");
        expectRunError(error, [
            'stack: no cluster of the mesh has this name, got "cluster9"; expected "cluster1" or "cluster2"; select the stack of a cluster, or add the cluster to mesh.clusters',
        ]);
        expect(registrations).to.be.empty;
    });

    it("an API server that peers cannot reach", async () => {
        const apiServer = '{"server":"https://127.0.0.1:6443"}';
        const world = new World(good, { config: { cluster2: { apiServer } } });
        const { error, registrations } = await world.refused("cluster2");
        expect(error).to.be.instanceOf(pulumi.RunError);
        expect((error as Error).message).to.match(/^config\.apiServer\.server: leads back/);
        expect(withoutReads(registrations)).to.be.empty;
    });

    it("a peer's outputs that belong to another mesh", async () => {
        const world = new World(good, {
            config: { cluster2: { mesh: JSON.stringify({ ...good, meshId: "mesh2" }) } },
        });
        await world.up("cluster2");
        const { error, registrations } = await world.refused("cluster1");
        expectRunError(error, [
            'stack cluster2: output mesh.meshId: belongs to another mesh, got "mesh2"; expected "mesh1"; run pulumi up in stack cluster2 with this project',
        ]);
        expect(withoutReads(registrations)).to.be.empty;
    });

    function refusedWith(config: Record<string, string>) {
        return new World(good, { config: { cluster1: config } }).refused("cluster1");
    }
});

async function converged(value: ConstructorParameters<typeof World>[0]): Promise<World> {
    const world = new World(value);
    for (const name of ["cluster1", "cluster2", "cluster1"]) {
        await world.up(name);
    }
    return world;
}

/** Pulumi prints the message of a RunError alone, and the stack trace of any other error. */
function expectRunError(error: unknown, lines: readonly string[]): void {
    expect(error).to.be.instanceOf(pulumi.RunError);
    expect((error as Error).message.split("\n")).to.deep.equal(lines);
}

function links({ registrations }: Run): readonly string[] {
    return names(ofType(registrations, "isthmus:index:PeerLink"));
}

function names(registrations: readonly Registration[]): readonly string[] {
    return registrations.map(({ name }) => name);
}

function withoutReads(registrations: readonly Registration[]): readonly Registration[] {
    return registrations.filter(({ kind }) => kind !== "read");
}

function istiodValues({ registrations }: Run): Record<string, unknown> {
    return registered(registrations, "istio-istiod").inputs["values"] as Record<string, unknown>;
}
