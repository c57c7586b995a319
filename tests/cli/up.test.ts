import { expect } from "chai";
import * as fc from "fast-check";

import { formatOutcome, formatProblems, isGood } from "../../cli/up/report";
import type { Session } from "../../cli/engine/session";
import { bringUp, type UpReport } from "../../cli/up/up";
import { buildTopology } from "../../components/topology/build";
import { linksReadBy } from "../../components/topology/links";
import { isPrimary, type Mesh } from "../../components/topology/model";
import { phasesOf } from "../../components/topology/phases";
import { arbitraryMesh } from "../support/arbitrary-mesh";
import { named, topologies, topology, type TopologyName } from "../support/topologies";
import { FakeEngine } from "./engine/fake-engine";
import { silentProgress } from "./engine/silent-progress";

function run(mesh: Mesh, engine: FakeEngine, over: Partial<Session> = {}): Promise<UpReport> {
    return bringUp({
        engine,
        mesh,
        selected: mesh.clusters.map(({ name }) => name),
        parallel: 4,
        progress: silentProgress,
        signal: new AbortController().signal,
        ...over,
    });
}

function phaseNames(report: UpReport): readonly string[] {
    const phases = [...new Set(report.runs.map(({ phase }) => phase))];
    return phases.map((phase) =>
        report.runs
            .filter((other) => other.phase === phase)
            .map(({ stack }) => stack)
            .join(" "),
    );
}

describe("up", () => {
    const expectedPhases: Readonly<Record<TopologyName, readonly string[]>> = {
        "primary-remote-one-network": ["cluster1", "cluster2", "cluster1"],
        "primary-remote-two-networks": ["cluster1", "cluster2", "cluster1"],
        "multi-primary-one-network": ["cluster1", "cluster2", "cluster1"],
        "multi-primary-two-networks": ["cluster1", "cluster2", "cluster1"],
        mixed: ["cluster1", "cluster2 cluster3", "cluster1 cluster2 cluster4", "cluster1 cluster2"],
    };
    for (const name of Object.keys(topologies) as TopologyName[]) {
        it(`makes every link of ${name} from nothing`, async () => {
            const mesh = topology(name);
            const engine = new FakeEngine(mesh);
            const report = await run(mesh, engine);
            expect(phaseNames(report)).to.deep.equal(expectedPhases[name]);
            expect(report).to.include({ ok: true });
            expect(report.pending).to.deep.equal([]);
            for (const { name: reader } of mesh.clusters.filter(isPrimary)) {
                expect([...(engine.links.get(reader) ?? [])].sort()).to.deep.equal(
                    linksReadBy(mesh, reader).map(({ cluster }) => cluster),
                );
            }
        });
    }

    it("runs every stack once, side by side, when all links are made already", async () => {
        const mesh = topology("mixed");
        const engine = new FakeEngine(mesh);
        await run(mesh, engine);
        engine.mostAtOnce = 0;
        const report = await run(mesh, engine);
        expect(phaseNames(report)).to.deep.equal(["cluster1 cluster2 cluster3 cluster4"]);
        expect(engine.mostAtOnce).to.equal(4);
    });

    it("makes every link in the planned number of phases when the mesh is any", async () => {
        await fc.assert(
            fc.asyncProperty(arbitraryMesh({ maxClusters: 12 }), async (value) => {
                const mesh = buildTopology(value);
                const engine = new FakeEngine(mesh);
                const report = await run(mesh, engine);
                expect(report.ok).to.equal(true);
                expect(report.pending).to.deep.equal([]);
                expect(phaseNames(report)).to.have.length(phasesOf(mesh).length);
                expect(phaseNames(await run(mesh, engine))).to.have.length(1);
            }),
            { numRuns: 40 },
        );
    });

    it("runs no more stacks at once than it is told", async () => {
        const mesh = topology("mixed");
        const engine = new FakeEngine(mesh);
        await run(mesh, engine, { parallel: 1 });
        expect(engine.mostAtOnce).to.equal(1);
    });

    it("runs a reader again when a peer publishes something new beside it", async () => {
        const mesh = topology("multi-primary-one-network");
        const engine = new FakeEngine(mesh);
        await run(mesh, engine);
        // As if the credential had been revoked: the run of cluster2 publishes another than cluster1 read.
        engine.republish("cluster2", (outputs) => ({
            ...outputs,
            remoteAccess: { contractVersion: 1, readerKubeconfigs: {}, intermediates: {} },
        }));
        const report = await run(mesh, engine);
        expect(phaseNames(report)).to.deep.equal(["cluster1 cluster2", "cluster1"]);
        expect(report.pending).to.deep.equal([]);
    });

    it("lets the others of the phase end, and stops, when a stack fails", async () => {
        const mesh = topology("mixed");
        const engine = new FakeEngine(mesh, new Map([["cluster2", "no such context"]]));
        const report = await run(mesh, engine);
        expect(report.ok).to.equal(false);
        expect(phaseNames(report)).to.deep.equal(["cluster1", "cluster2 cluster3"]);
        expect(engine.links.has("cluster3")).to.equal(true);
        expect(formatProblems(report)).to.equal("stack cluster2 failed:\n  no such context");
        expect(isGood(report, [])).to.equal(false);
    });

    it("brings up the named stacks alone, and says what waits for the others", async () => {
        const mesh = topology("primary-remote-two-networks");
        const engine = new FakeEngine(mesh);
        const selected = [named("cluster1")];
        const report = await run(mesh, engine, { selected });
        expect(engine.calls).to.deep.equal(["create cluster1", "up cluster1"]);
        expect(report.pending.map(({ stack, cluster }) => `${stack} ${cluster}`)).to.deep.equal([
            "cluster1 cluster2",
        ]);
        expect(formatProblems(report)).to.match(
            /^stack cluster1 waits for cluster2: .*; pulumi up/,
        );
        expect(formatOutcome(report)).to.equal("1 stack up after 1 phase, 1 link pending");
        expect(isGood(report, selected), "the other was not asked for").to.equal(true);
        expect(isGood(report, [named("cluster1"), named("cluster2")])).to.equal(false);
    });

    it("says what waits when a named stack cannot install without another", async () => {
        const mesh = topology("primary-remote-two-networks");
        const report = await run(mesh, new FakeEngine(mesh), { selected: [named("cluster2")] });
        expect(report.pending.map(({ stack, cluster }) => `${stack} ${cluster}`)).to.deep.equal([
            "cluster2 cluster1",
        ]);
    });

    it("starts nothing more once it was told to stop", async () => {
        const mesh = topology("multi-primary-one-network");
        const engine = new FakeEngine(mesh);
        await run(mesh, engine);
        engine.calls.length = 0;
        const controller = new AbortController();
        const report = await run(mesh, engine, {
            parallel: 1,
            signal: controller.signal,
            progress: {
                open: () => ({
                    update: () => undefined,
                    note: () => undefined,
                    end: () => {
                        controller.abort();
                    },
                }),
            },
        });
        expect(engine.calls).to.deep.equal(["up cluster1"]);
        expect(report.ok).to.equal(false);
        expect(report.runs.map(({ failure }) => failure)).to.deep.equal([
            undefined,
            ["not started: stopped before"],
        ]);
    });

    it("fails where the check fails", () => {
        const report: UpReport = { ok: true, runs: [], pending: [] };
        expect(isGood({ ...report, check: { ok: false, results: [] } }, [])).to.equal(false);
        expect(isGood({ ...report, check: { ok: true, results: [] } }, [])).to.equal(true);
    });
});
