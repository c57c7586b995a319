import { expect } from "chai";

import { type MeshFacts, type Peer, type RemoteAccess } from "../../components/topology/contract";
import { decide, type Peers } from "../../components/topology/decide";
import { MeshError } from "../../components/topology/errors";
import type { Mesh } from "../../components/topology/model";
import type { ProgramConfig } from "../../components/topology/stack-config";
import { access, facts, intermediate, kubeconfig, programConfig } from "../support/published";
import { named, topology } from "../support/topologies";

const primaryRemote = topology("primary-remote-two-networks");
const multiPrimary = topology("multi-primary-two-networks");

const absent: Peer = { state: "pending", why: "its stack does not exist" };
const notUp: Peer = { state: "pending", why: "its stack has not been brought up" };

describe("decide", () => {
    describe("a remote", () => {
        const config = programConfig(primaryRemote, "cluster2");
        const next = "pulumi up --stack cluster1, then pulumi up --stack cluster2";

        const waiting: { when: string; peer: Peer | undefined; waitsFor: string }[] = [
            {
                when: "its primary's stack does not exist",
                peer: absent,
                waitsFor: "its stack does not exist",
            },
            {
                when: "its primary's stack is not up",
                peer: notUp,
                waitsFor: "its stack has not been brought up",
            },
            {
                when: "the gateway of its primary has no address",
                peer: ready(primaryRemote, "cluster1", { eastWestAddresses: [] }),
                waitsFor: "its east-west gateway has no address yet",
            },
            {
                when: "nothing was read of its primary",
                peer: undefined,
                waitsFor: "its facts were not read",
            },
        ];
        for (const { when, peer, waitsFor } of waiting) {
            it(`waits when ${when}`, () => {
                expect(decide(config, peersOf({ cluster1: peer }))).to.deep.equal({
                    install: false,
                    links: [],
                    pendingPeers: [{ cluster: "cluster1", waitsFor, next }],
                });
            });
        }

        it("installs with the facts of its primary when that has an address", () => {
            const peer = ready(primaryRemote, "cluster1");
            expect(decide(config, peersOf({ cluster1: peer }))).to.deep.equal({
                install: true,
                primary: facts(primaryRemote, "cluster1"),
                links: [],
                pendingPeers: [],
            });
        });

        it("refuses to go on when it is installed and its primary has withdrawn its facts", () => {
            const peers = peersOf({
                cluster1: notUp,
                cluster2: ready(primaryRemote, "cluster2"),
            });
            expect(problemsOf(config, peers)).to.deep.equal([
                "stack cluster2: cluster cluster1, on which this installed cluster depends, has " +
                    "withdrawn its facts; going on would remove the mesh from cluster2; " +
                    "run pulumi up in stack cluster1, or pulumi destroy in stack cluster2",
            ]);
        });

        it("waits and does not refuse when it was never installed", () => {
            const own = ready(primaryRemote, "cluster2", { rootFingerprint: "" });
            const { install } = decide(config, peersOf({ cluster1: absent, cluster2: own }));
            expect(install).to.equal(false);
        });
    });

    describe("a primary that does not hold the root", () => {
        const config = programConfig(multiPrimary, "cluster2");

        it("waits when the holder has issued no intermediate for it", () => {
            const peer = ready(multiPrimary, "cluster1", {}, { intermediates: {} });
            expect(decide(config, peersOf({ cluster1: peer }))).to.deep.equal({
                install: false,
                links: [],
                pendingPeers: [
                    {
                        cluster: "cluster1",
                        waitsFor: "it has not issued an intermediate CA for cluster2 yet",
                        next: "pulumi up --stack cluster1, then pulumi up --stack cluster2",
                    },
                ],
            });
        });

        it("installs with its own intermediate and links when the holder is up", () => {
            const peer = ready(multiPrimary, "cluster1");
            const decision = decide(config, peersOf({ cluster1: peer }));
            expect(decision.install).to.equal(true);
            expect(decision.intermediate).to.deep.equal(intermediate("cluster2"));
            expect(decision.primary).to.equal(undefined);
            expect(
                decision.links.map(({ link, kubeconfig: text }) => [link.cluster, text]),
            ).to.deep.equal([["cluster1", kubeconfig("cluster1", "cluster2")]]);
            expect(decision.pendingPeers).to.be.empty;
        });

        it("refuses when it is installed and the holder has withdrawn its facts", () => {
            const peers = peersOf({ cluster1: absent, cluster2: ready(multiPrimary, "cluster2") });
            expect(problemsOf(config, peers)).to.have.length(1);
        });
    });

    describe("the holder of the root", () => {
        const config = programConfig(primaryRemote, "cluster1");

        it("installs at once and lists the link when nothing else exists", () => {
            expect(decide(config, peersOf({ cluster1: absent, cluster2: absent }))).to.deep.equal({
                install: true,
                links: [],
                pendingPeers: [
                    {
                        cluster: "cluster2",
                        waitsFor: "its stack does not exist",
                        next: "pulumi up --stack cluster2, then pulumi up --stack cluster1",
                    },
                ],
            });
        });

        it("lists the link when the peer has no credential for it", () => {
            const peer = ready(primaryRemote, "cluster2", {}, { readerKubeconfigs: {} });
            const { links, pendingPeers } = decide(config, peersOf({ cluster2: peer }));
            expect(links).to.be.empty;
            expect(pendingPeers.map(({ waitsFor }) => waitsFor)).to.deep.equal([
                "it has no credential for this cluster yet",
            ]);
        });

        it("drops the link when the peer has withdrawn its facts", () => {
            const peers = { cluster1: ready(primaryRemote, "cluster1"), cluster2: notUp };
            const { install, links, pendingPeers } = decide(config, peersOf(peers));
            expect(install).to.equal(true);
            expect(links).to.be.empty;
            expect(pendingPeers.map(({ cluster }) => cluster)).to.deep.equal(["cluster2"]);
        });

        it("neither links nor waits when the peer is detached", () => {
            const stack = { detached: ["cluster2"] };
            const detaching = programConfig(primaryRemote, "cluster1", { stack });
            const peers = peersOf({ cluster2: ready(primaryRemote, "cluster2") });
            expect(decide(detaching, peers)).to.deep.equal({
                install: true,
                links: [],
                pendingPeers: [],
            });
        });
    });

    describe("unusable outputs", () => {
        const unusable: Peer = { state: "unusable", problems: ["line 1", "line 2"] };

        it("refuses with every line when they are a peer's", () => {
            const config = programConfig(primaryRemote, "cluster1");
            expect(problemsOf(config, peersOf({ cluster2: unusable }))).to.deep.equal([
                "line 1",
                "line 2",
            ]);
        });

        it("goes on when the peer is detached", () => {
            const stack = { detached: ["cluster2"] };
            const config = programConfig(primaryRemote, "cluster1", { stack });
            expect(decide(config, peersOf({ cluster2: unusable })).install).to.equal(true);
        });

        it("goes on when they are its own of an earlier time", () => {
            const config = programConfig(primaryRemote, "cluster1");
            expect(decide(config, peersOf({ cluster1: unusable })).install).to.equal(true);
        });
    });

    describe("an API server that only this machine reaches", () => {
        for (const host of ["localhost", "127.0.0.1", "127.8.0.9", "[::1]", "0.0.0.0"]) {
            it(`refuses when a peer would dial ${host}`, () => {
                const server = `https://${host}:6443`;
                const config = programConfig(primaryRemote, "cluster2", { server });
                expect(problemsOf(config, peersOf({}))).to.deep.equal([
                    `config.apiServer.server: leads back to whoever dials it, got "${server}"; ` +
                        "expected a URL that pods of cluster1 can reach; " +
                        "run pulumi config set --path isthmus:apiServer.server https://... in stack cluster2",
                ]);
            });
        }

        it("goes on when no peer dials it", () => {
            const config = programConfig(primaryRemote, "cluster1", {
                server: "https://127.0.0.1:6443",
            });
            expect(decide(config, peersOf({})).install).to.equal(true);
        });
    });

    it("tells every problem at once when there are several", () => {
        const config = programConfig(multiPrimary, "cluster2", { server: "https://localhost" });
        const peers = peersOf({
            cluster1: { state: "unusable", problems: ["line 1"] },
            cluster2: ready(multiPrimary, "cluster2"),
        });
        expect(problemsOf(config, peers)).to.have.length(3);
    });
});

function ready(
    mesh: Mesh,
    name: string,
    overFacts: Partial<MeshFacts> = {},
    overAccess: Partial<RemoteAccess> = {},
): Peer {
    return {
        state: "ready",
        facts: facts(mesh, name, overFacts),
        access: access(mesh, name, overAccess),
    };
}

function peersOf(peers: Readonly<Record<string, Peer | undefined>>): Peers {
    return new Map(
        Object.entries(peers).flatMap(([name, peer]) =>
            peer === undefined ? [] : [[named(name), peer] as const],
        ),
    );
}

function problemsOf(config: ProgramConfig, peers: Peers): readonly string[] {
    try {
        decide(config, peers);
    } catch (error) {
        if (error instanceof MeshError) {
            return error.problems;
        }
        throw error;
    }
    return [];
}
