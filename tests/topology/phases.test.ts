import { expect } from "chai";
import * as fc from "fast-check";

import { buildTopology } from "../../components/topology/build";
import { linksOf, linksReadBy, readersOf } from "../../components/topology/links";
import { controlPlaneOf, isPrimary, type Mesh } from "../../components/topology/model";
import { installsAfter, phasesOf } from "../../components/topology/phases";
import { arbitraryMesh } from "../support/arbitrary-mesh";
import { clusterOf, named, topology, type TopologyName } from "../support/topologies";

describe("phasesOf", () => {
    const table: { name: TopologyName; phases: Record<string, string[]>[] }[] = [
        {
            name: "primary-remote-two-networks",
            phases: [
                { cluster1: ["install the control plane"] },
                { cluster2: ["install as a remote"] },
                { cluster1: ["link to cluster2"] },
            ],
        },
        {
            name: "multi-primary-two-networks",
            phases: [
                { cluster1: ["install the control plane"] },
                { cluster2: ["install the control plane", "link to cluster1"] },
                { cluster1: ["link to cluster2"] },
            ],
        },
        {
            name: "mixed",
            phases: [
                { cluster1: ["install the control plane"] },
                {
                    cluster2: ["install the control plane", "link to cluster1"],
                    cluster3: ["install as a remote"],
                },
                {
                    cluster1: ["link to cluster2", "link to cluster3"],
                    cluster2: ["link to cluster3"],
                    cluster4: ["install as a remote"],
                },
                { cluster1: ["link to cluster4"], cluster2: ["link to cluster4"] },
            ],
        },
    ];
    for (const { name, phases } of table) {
        it(`gives ${phases.length} phases when the topology is ${name}`, () => {
            expect(summary(topology(name))).to.deep.equal(phases);
        });
    }

    it("installs every cluster once and makes every link once when the mesh is any", () => {
        forEveryMesh((mesh) => {
            const rows = phaseRows(mesh);
            const installed = rows.filter(({ adds }) => adds.startsWith("install"));
            expect(installed.map(({ cluster }) => cluster).sort()).to.deep.equal(
                mesh.clusters.map(({ name }) => name),
            );
            expect(
                rows
                    .filter(({ adds }) => adds.startsWith("link to "))
                    .map(({ cluster, adds }) => `${cluster} ${adds.slice("link to ".length)}`)
                    .sort(),
            ).to.deep.equal(
                linksOf(mesh)
                    .map(({ reader, cluster }) => `${reader} ${cluster}`)
                    .sort(),
            );
        });
    });

    it("never needs an output of its own phase or a later one when the mesh is any", () => {
        forEveryMesh((mesh) => {
            const rows = phaseRows(mesh);
            const phaseOfInstall = new Map(
                rows
                    .filter(({ adds }) => adds.startsWith("install"))
                    .map(({ cluster, phase }) => [cluster as string, phase]),
            );
            for (const { cluster, adds, phase } of rows) {
                const needs = adds.startsWith("link to ")
                    ? [adds.slice("link to ".length)]
                    : installsAfter(mesh, clusterOf(mesh, cluster));
                for (const name of needs) {
                    expect(phaseOfInstall.get(name), `${cluster}: ${adds}`).to.be.below(phase);
                }
            }
        });
    });

    it("takes at most four phases when the mesh is any", () => {
        forEveryMesh((mesh) => {
            expect(phasesOf(mesh).length).to.be.within(1, 4);
        });
    });
});

describe("linksOf", () => {
    it("has a link from each primary to every other cluster when the mesh is any", () => {
        forEveryMesh((mesh) => {
            const links = linksOf(mesh);
            const primaries = mesh.clusters.filter(isPrimary);
            expect(links.length).to.equal(primaries.length * (mesh.clusters.length - 1));
            expect(new Set(links.map(({ reader, cluster }) => `${reader} ${cluster}`)).size).to.eq(
                links.length,
            );
            for (const { reader, cluster, kind, crossNetwork } of links) {
                expect(isPrimary(clusterOf(mesh, reader))).to.equal(true);
                expect(reader).to.not.equal(cluster);
                expect(kind === "control").to.equal(
                    controlPlaneOf(clusterOf(mesh, cluster)) === reader,
                );
                expect(crossNetwork).to.equal(
                    clusterOf(mesh, reader).network !== clusterOf(mesh, cluster).network,
                );
            }
        });
    });

    it("is what both sides of a link see when the mesh is any", () => {
        forEveryMesh((mesh) => {
            for (const { name } of mesh.clusters) {
                expect(readersOf(mesh, name)).to.deep.equal(
                    mesh.clusters
                        .filter((c) => linksReadBy(mesh, c.name).some((l) => l.cluster === name))
                        .map((cluster) => cluster.name),
                );
            }
        }, 12);
    });

    it("says what must be reachable when a remote is on another network", () => {
        const [link] = linksReadBy(topology("primary-remote-two-networks"), named("cluster1"));
        expect(link).to.deep.equal({
            reader: "cluster1",
            cluster: "cluster2",
            kind: "control",
            crossNetwork: true,
            needs: [
                "istiod of cluster1 reaches the API server of cluster2",
                "cluster2 reaches the gateway of cluster1 on 15012 and 15017",
                "workloads of network1 reach the gateway of network2 on 15443",
            ],
        });
    });

    it("says that pods reach each other when both clusters are on one network", () => {
        const [link] = linksReadBy(topology("multi-primary-one-network"), named("cluster2"));
        expect(link?.kind).to.equal("discovery");
        expect(link?.needs).to.deep.equal([
            "istiod of cluster2 reaches the API server of cluster1",
            "pods of cluster2 and cluster1 reach each other on network1",
        ]);
    });
});

function forEveryMesh(check: (mesh: Mesh) => void, maxClusters = 30): void {
    fc.assert(
        fc.property(arbitraryMesh({ maxClusters }), (value) => {
            check(buildTopology(value));
        }),
        { numRuns: 25 },
    );
}

function phaseRows(mesh: Mesh) {
    return phasesOf(mesh).flatMap(({ stacks }, phase) =>
        stacks.flatMap(({ cluster, adds }) => adds.map((line) => ({ cluster, adds: line, phase }))),
    );
}

function summary(mesh: Mesh): Record<string, readonly string[]>[] {
    return phasesOf(mesh).map(({ stacks }) =>
        Object.fromEntries(stacks.map(({ cluster, adds }) => [cluster, adds])),
    );
}
