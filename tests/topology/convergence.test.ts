import { expect } from "chai";
import * as fc from "fast-check";

import { buildTopology } from "../../components/topology/build";
import { linksReadBy } from "../../components/topology/links";
import type { Mesh } from "../../components/topology/model";
import { phasesOf } from "../../components/topology/phases";
import { arbitraryMesh } from "../support/arbitrary-mesh";
import { Simulation } from "../support/published";
import { meshValue, topology } from "../support/topologies";

describe("stacks played in some order", () => {
    it("converge by cluster1, cluster2, cluster1 when cluster2 is a remote of cluster1", () => {
        for (const name of ["primary-remote-one-network", "primary-remote-two-networks"] as const) {
            const simulation = new Simulation(topology(name));
            expect(simulation.up("cluster1").pendingPeers).to.have.length(1);
            expect(simulation.up("cluster2").pendingPeers).to.be.empty;
            expect(simulation.up("cluster1").pendingPeers).to.be.empty;
            expectConverged(topology(name), simulation);
        }
    });

    it("converge in any order and one repetition when two primaries share a root", () => {
        for (const name of ["multi-primary-one-network", "multi-primary-two-networks"] as const) {
            for (const order of [
                ["cluster1", "cluster2"],
                ["cluster2", "cluster1"],
            ]) {
                expectConverged(topology(name), play(topology(name), order, 2));
            }
        }
    });

    it("converge in any order and one repetition when primaries are given their CAs", () => {
        fc.assert(
            fc.property(primaries("provided"), ({ mesh, order }) => {
                expectConverged(mesh, play(mesh, order, 2));
            }),
            { numRuns: 30 },
        );
    });

    it("converge with one repetition when the holder of the root comes first", () => {
        fc.assert(
            fc.property(primaries("held"), ({ mesh, order }) => {
                const holderFirst = ["p0", ...order.filter((name) => name !== "p0")];
                expectConverged(mesh, play(mesh, holderFirst, 2));
            }),
            { numRuns: 30 },
        );
    });

    it("converge in any order and two repetitions when primaries share a root", () => {
        fc.assert(
            fc.property(primaries("held"), ({ mesh, order }) => {
                expectConverged(mesh, play(mesh, order, 3));
            }),
            { numRuns: 30 },
        );
    });

    it("converge in any order and three repetitions when the mesh is any", () => {
        fc.assert(
            fc.property(ordered(arbitraryMesh({ maxClusters: 15 })), ({ mesh, order }) => {
                expectConverged(mesh, play(mesh, order, 4));
            }),
            { numRuns: 40 },
        );
    });

    it("converge phase by phase when the mesh is any", () => {
        fc.assert(
            fc.property(arbitraryMesh({ maxClusters: 15 }), (value) => {
                const mesh = buildTopology(value);
                const simulation = new Simulation(mesh);
                for (const { stacks } of phasesOf(mesh)) {
                    expect(simulation.isSettled()).to.equal(false);
                    simulation.upSideBySide(stacks.map(({ cluster }) => cluster));
                }
                expectConverged(mesh, simulation);
            }),
            { numRuns: 40 },
        );
    });
});

function play(mesh: Mesh, order: readonly string[], times: number): Simulation {
    const simulation = new Simulation(mesh);
    for (let pass = 0; pass < times; pass++) {
        for (const name of order) {
            simulation.up(name);
        }
    }
    return simulation;
}

/** Every cluster installed, every link made, nothing pending, and one more round makes the same. */
function expectConverged(mesh: Mesh, simulation: Simulation): void {
    const results = simulation.results();
    for (const { name } of mesh.clusters) {
        const result = results[name];
        expect(result?.install, name).to.equal(true);
        expect(result?.pendingPeers, name).to.deep.equal([]);
        expect(result?.links.map(({ link }) => link)).to.deep.equal(linksReadBy(mesh, name));
        for (const { link, kubeconfig } of result?.links ?? []) {
            expect(kubeconfig).to.equal(`kubeconfig of ${link.cluster} for ${name}`);
        }
    }
    expect(simulation.isSettled()).to.equal(true);
}

/** A multi-primary mesh p0, p1, …, whose root p0 holds, and an order of its stacks. */
function primaries(trust: "held" | "provided") {
    return ordered(
        fc
            .array(fc.constantFrom("network1", "network2"), { minLength: 2, maxLength: 7 })
            .map((networks) =>
                meshValue(
                    Object.fromEntries(
                        networks.map((network, i) => [`p${i}`, { role: "primary", network }]),
                    ),
                    { trust: trust === "held" ? { heldBy: "p0" } : "provided" },
                ),
            ),
    );
}

function ordered(values: fc.Arbitrary<Parameters<typeof buildTopology>[0]>) {
    return values.chain((value) => {
        const mesh = buildTopology(value);
        const stackNames = mesh.clusters.map(({ name }) => name as string);
        return fc
            .shuffledSubarray(stackNames, { minLength: stackNames.length })
            .map((order) => ({ mesh, order }));
    });
}
