import { expect } from "chai";

import { destroyStacks } from "../../cli/destroy/destroy";
import { type DestroyPlan, planDestroy } from "../../cli/destroy/plan";
import { bringUp } from "../../cli/up/up";
import { buildTopology } from "../../components/topology/build";
import type { Mesh } from "../../components/topology/model";
import { meshValue, named, topologies, topology } from "../support/topologies";
import { FakeEngine } from "./engine/fake-engine";
import { silentProgress } from "./engine/silent-progress";

const all = ["cluster1", "cluster2", "cluster3", "cluster4"];

function plan(mesh: Mesh, up: readonly string[], leaving: readonly string[]): DestroyPlan {
    return planDestroy(mesh, up.map(named), leaving.map(named));
}

const signal = new AbortController().signal;
const shared = { parallel: 4, progress: silentProgress, signal };

async function meshUp(mesh: Mesh, failing: ReadonlyMap<string, string> = new Map()) {
    const engine = new FakeEngine(mesh, failing);
    await bringUp({
        engine,
        mesh,
        selected: mesh.clusters.map(({ name }) => name).filter((name) => !failing.has(name)),
        ...shared,
    });
    engine.calls.length = 0;
    return engine;
}

describe("destroy", () => {
    it("detaches a cluster from its readers before it is destroyed", async () => {
        const mesh = topology("mixed");
        const engine = await meshUp(mesh);
        const report = await destroyStacks({
            engine,
            plan: plan(mesh, all, ["cluster4"]),
            remove: [],
            ...shared,
        });
        expect(report.ok).to.equal(true);
        expect(engine.calls).to.deep.equal([
            "up cluster1 without cluster4",
            "up cluster2 without cluster4",
            "destroy cluster4",
        ]);
        expect(engine.links.get("cluster1")).to.not.include("cluster4");
        expect(engine.links.get("cluster2")).to.not.include("cluster4");
    });

    it("takes remotes first, then primaries, the holder of the root last", () => {
        const { refusals, detach, waves } = plan(topology("mixed"), all, all);
        expect(refusals).to.deep.equal([]);
        expect(detach, "a reader that leaves too needs no run of its own").to.deep.equal([]);
        expect(waves).to.deep.equal([["cluster3", "cluster4"], ["cluster2"], ["cluster1"]]);
    });

    it("has nobody to wait for where every stack is given its CA", () => {
        const mesh = buildTopology({
            ...topologies["multi-primary-one-network"],
            trust: "provided",
        });
        expect(plan(mesh, all, ["cluster1"])).to.deep.equal({
            refusals: [],
            detach: ["cluster2"],
            detached: ["cluster1"],
            waves: [["cluster1"]],
        });
    });

    it("refuses a primary whose remotes stay", () => {
        expect(plan(topology("mixed"), all, ["cluster2"]).refusals).to.deep.equal([
            "cluster2: its istiod serves cluster4, which would lose configuration and certificates; " +
                "destroy cluster4 first, or together with it: --cluster cluster2 cluster4",
        ]);
        expect(plan(topology("mixed"), all, ["cluster2", "cluster4"]).refusals).to.deep.equal([]);
        expect(plan(topology("mixed"), ["cluster1", "cluster2"], ["cluster2"]).refusals).to.be
            .empty;
    });

    it("refuses the holder of the root while others stay", () => {
        const { refusals } = plan(topology("multi-primary-one-network"), all, ["cluster1"]);
        expect(refusals).to.deep.equal([
            "cluster1: it holds the root of the mesh, from which cluster2 have their certificates; " +
                "destroy cluster2 first, or all of them: npx isthmus destroy",
        ]);
    });

    it("leaves alone what is not up", () => {
        expect(plan(topology("mixed"), ["cluster1", "cluster3"], all)).to.deep.equal({
            refusals: [],
            detach: [],
            detached: ["cluster1", "cluster3"],
            waves: [["cluster3"], ["cluster1"]],
        });
    });

    it("takes a cluster out that the mesh no longer names, without telling stacks of it", () => {
        const mesh = buildTopology(
            meshValue({
                cluster1: { role: "primary", network: "network1" },
                cluster2: { role: "remote", primary: "cluster1", network: "network1" },
            }),
        );
        expect(plan(mesh, ["cluster1", "cluster2", "old"], ["old"])).to.deep.equal({
            refusals: [],
            detach: ["cluster1"],
            detached: [],
            waves: [["old"]],
        });
    });

    it("destroys nothing where a stack cannot be detached", async () => {
        const mesh = topology("multi-primary-one-network");
        const engine = await meshUp(mesh, new Map([["cluster1", "no route to host"]]));
        const report = await destroyStacks({
            engine,
            plan: plan(mesh, ["cluster1", "cluster2"], ["cluster2"]),
            remove: [named("cluster2")],
            ...shared,
        });
        expect(report).to.include({ ok: false });
        expect(report.removed).to.deep.equal([]);
        expect(engine.calls).to.deep.equal(["up cluster1 without cluster2"]);
    });

    it("removes the stacks that it emptied when it is told to", async () => {
        const mesh = topology("primary-remote-one-network");
        const engine = await meshUp(mesh);
        const names = ["cluster1", "cluster2"];
        const report = await destroyStacks({
            engine,
            plan: plan(mesh, names, names),
            remove: names.map(named),
            ...shared,
        });
        expect(report.removed).to.deep.equal(names);
        expect(await engine.stacks()).to.have.lengthOf(0);
    });
});
