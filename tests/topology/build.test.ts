import { expect } from "chai";
import * as fc from "fast-check";

import { buildTopology, compareVersions } from "../../components/topology/build";
import { defaults } from "../../components/topology/defaults";
import { isPrimary, type Mesh, remotesOf } from "../../components/topology/model";
import { arbitraryMesh } from "../support/arbitrary-mesh";
import { clusterOf, meshValue, named, topologies, topology } from "../support/topologies";

describe("buildTopology", () => {
    it("fills in the defaults when the value leaves them out", () => {
        const mesh = topology("primary-remote-two-networks");
        expect(mesh.trustDomain).to.equal("cluster.local");
        expect(mesh.istio).to.deep.equal({
            version: defaults.istioVersion,
            charts: { repository: defaults.istioRepository },
        });
        expect(mesh.certManager).to.deep.equal({ version: defaults.certManagerVersion });
    });

    it("derives roles, networks and the trust holder from the value", () => {
        const mesh = topology("primary-remote-two-networks");
        expect(mesh.trust).to.deep.equal({ kind: "held", holder: "cluster1" });
        expect(mesh.networks).to.deep.equal(["network1", "network2"]);
        expect(mesh.clusters.map(({ name, network, role }) => ({ name, network, role }))).to.eql([
            { name: "cluster1", network: "network1", role: { kind: "primary" } },
            {
                name: "cluster2",
                network: "network2",
                role: { kind: "remote", primary: "cluster1" },
            },
        ]);
    });

    const ports: { name: keyof typeof topologies; ports: Record<string, number[] | undefined> }[] =
        [
            { name: "multi-primary-one-network", ports: {} },
            {
                name: "multi-primary-two-networks",
                ports: { cluster1: [15443], cluster2: [15443] },
            },
            { name: "primary-remote-one-network", ports: { cluster1: [15012, 15017] } },
            {
                name: "primary-remote-two-networks",
                ports: { cluster1: [15443, 15012, 15017], cluster2: [15443] },
            },
            {
                name: "mixed",
                ports: {
                    cluster1: [15443, 15012, 15017],
                    cluster2: [15443, 15012, 15017],
                    cluster3: [15443],
                    cluster4: [15443],
                },
            },
        ];
    for (const { name, ports: expected } of ports) {
        it(`exposes no more than needed when the topology is ${name}`, () => {
            const actual = topology(name).clusters.flatMap((cluster) =>
                cluster.gateway === undefined
                    ? []
                    : [[cluster.name, cluster.gateway.ports.map(({ port }) => port)]],
            );
            expect(Object.fromEntries(actual)).to.deep.equal(expected);
        });
    }

    it("makes no gateway where the value says false and another one serves the network", () => {
        const mesh = buildTopology(
            meshValue({
                cluster1: { role: "primary", network: "network1" },
                cluster2: { role: "primary", network: "network2" },
                cluster3: { role: "primary", network: "network2", gateway: false },
            }),
        );
        expect(clusterOf(mesh, "cluster2").gateway).to.not.equal(undefined);
        expect(clusterOf(mesh, "cluster3").gateway).to.equal(undefined);
    });

    it("keeps what the value says of a gateway and its locality", () => {
        const mesh = buildTopology(
            meshValue({
                cluster1: {
                    role: "primary",
                    network: "network1",
                    locality: { region: "eu", zone: "eu-1" },
                    gateway: {
                        serviceAnnotations: { "cloud.example/type": "nlb" },
                        sourceRanges: ["10.0.0.0/8", "fd00::/8"],
                        externalTrafficPolicy: "Local",
                        loadBalancerClass: "nlb",
                    },
                },
                cluster2: { role: "primary", network: "network2" },
            }),
        );
        expect(clusterOf(mesh, "cluster1").locality).to.eql({ region: "eu", zone: "eu-1" });
        expect(clusterOf(mesh, "cluster1").gateway).to.deep.equal({
            address: { type: "loadBalancer" },
            serviceAnnotations: { "cloud.example/type": "nlb" },
            sourceRanges: ["10.0.0.0/8", "fd00::/8"],
            externalTrafficPolicy: "Local",
            loadBalancerClass: "nlb",
            ports: [{ name: "tls", port: 15443, purpose: "mTLS between networks" }],
        });
    });

    it("opens 15012 and 15017 only on primaries with remotes when the mesh is any", () => {
        forEveryMesh((mesh) => {
            for (const cluster of mesh.clusters) {
                const open = portsOf(mesh, cluster.name);
                const serves = isPrimary(cluster) && remotesOf(mesh, cluster.name).length > 0;
                expect(open.includes(15012), cluster.name).to.equal(serves);
                expect(open.includes(15017), cluster.name).to.equal(serves);
            }
        });
    });

    it("opens 15443 only with several networks when the mesh is any", () => {
        forEveryMesh((mesh) => {
            for (const cluster of mesh.clusters.filter(({ gateway }) => gateway !== undefined)) {
                expect(portsOf(mesh, cluster.name).includes(15443)).to.equal(
                    mesh.networks.length > 1,
                );
            }
        });
    });

    it("has a gateway on every network when there are several", () => {
        forEveryMesh((mesh) => {
            for (const network of mesh.networks.length > 1 ? mesh.networks : []) {
                const gateways = mesh.clusters.filter(
                    (cluster) => cluster.network === network && cluster.gateway !== undefined,
                );
                expect(gateways, network).to.not.be.empty;
            }
        });
    });

    it("has no gateway when every cluster is a primary on one network", () => {
        fc.assert(
            fc.property(arbitraryMesh(), (value) => {
                const clusters = Object.fromEntries(
                    Object.keys(value.clusters).map((name) => [
                        name,
                        { role: "primary", network: "network1", gateway: {} } as const,
                    ]),
                );
                for (const cluster of buildTopology({ ...value, clusters }).clusters) {
                    expect(cluster.gateway, cluster.name).to.equal(undefined);
                }
            }),
            { numRuns: 20 },
        );
    });

    it("derives the same mesh when the clusters are written in another order", () => {
        fc.assert(
            fc.property(arbitraryMesh({ maxClusters: 12 }), (value) => {
                const reversed = Object.fromEntries(Object.entries(value.clusters).reverse());
                expect(buildTopology({ ...value, clusters: reversed })).to.deep.equal(
                    buildTopology(value),
                );
            }),
            { numRuns: 50 },
        );
    });
});

describe("compareVersions", () => {
    const ordered = ["0.9.9", "1.30.3", "1.30.4-rc.0", "1.30.4", "1.30.10", "1.31.0", "2.0.0"];

    it("orders by number, and a pre-release before its release", () => {
        expect([...ordered].reverse().sort(compareVersions)).to.deep.equal(ordered);
    });

    const part = fc.constantFrom(0, 1, 2, 9, 10, 30, 31, 100);
    const version = fc
        .tuple(part, part, part, fc.constantFrom("", "-alpha", "-rc.1"))
        .map(([a, b, c, suffix]) => `${a}.${b}.${c}${suffix}`);

    it("is a total order when versions are any", () => {
        fc.assert(
            fc.property(version, version, version, (a, b, c) => {
                expect(compareVersions(a, a)).to.equal(0);
                expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).to.eq(
                    0,
                );
                if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
                    expect(compareVersions(a, c)).to.be.at.most(0);
                }
            }),
        );
    });
});

function forEveryMesh(check: (mesh: Mesh) => void): void {
    fc.assert(
        fc.property(arbitraryMesh(), (value) => {
            check(buildTopology(value));
        }),
        { numRuns: 40 },
    );
}

function portsOf(mesh: Mesh, name: string): number[] {
    return clusterOf(mesh, named(name)).gateway?.ports.map(({ port }) => port) ?? [];
}
