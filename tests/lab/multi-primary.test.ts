import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { parse, stringify } from "yaml";

import { leftovers } from "../../lab/clusters";
import { labEnvironment } from "../../lab/environment";
import { labMesh } from "../../lab/mesh";
import { isthmusWell } from "./lab";

describe("two primaries on two networks", () => {
    before(async () => {
        await isthmusWell("lab", "up");
        await isthmusWell("destroy", "--lab", "--yes");
    });

    it("are up, linked both ways and proven after one command", async () => {
        const { output } = await isthmusWell("lab", "start", "--topology", "multi-primary");
        expect(output).to.include("every cluster answers every other under STRICT mutual TLS");
        expect(output).to.match(/ok +E1 +cluster1 -> cluster2/);
        expect(output).to.match(/ok +E1 +cluster2 -> cluster1/);
    });

    it("open 15443 and no other port, since nobody is served from afar", async () => {
        const { output } = await isthmusWell("check", "--lab");
        expect(output).to.match(/ok +E5 +cluster1 +exposed ports +15443\n/);
        expect(output).to.match(/ok +E5 +cluster2 +exposed ports +15443\n/);
    });

    it("change nothing when they are brought up again", async () => {
        const { output } = await isthmusWell("up", "--lab", "--yes", "--skip-check", "--json");
        const { runs } = JSON.parse(output) as { runs: { changes: Record<string, number> }[] };
        const operations = runs.flatMap(({ changes }) => Object.keys(changes));
        expect(runs).to.have.lengthOf(2);
        expect(new Set(operations.filter((name) => name !== "read"))).to.deep.equal(
            new Set(["same"]),
        );
    });

    it("show the links that a third cluster would gain, before that cluster exists", async () => {
        const { configDir } = await labEnvironment();
        const folder = await mkdtemp(join(tmpdir(), "isthmus-third-"));
        try {
            await cp(configDir, folder, { recursive: true });
            await addThirdCluster(folder);
            const { output } = await isthmusWell(
                ...["preview", "--lab", "--config-dir", folder, "--format", "markdown"],
            );
            for (const [reader, cluster] of [
                ["cluster1", "cluster3"],
                ["cluster2", "cluster3"],
                ["cluster3", "cluster1"],
                ["cluster3", "cluster2"],
            ]) {
                expect(output).to.match(new RegExp(`${reader ?? ""}.*${cluster ?? ""}`));
            }
            expect(output).to.match(/cluster3.*cannot be reached/);
        } finally {
            await rm(folder, { recursive: true, force: true });
        }
    });

    it("are gone without a trace when the lab goes down", async () => {
        await isthmusWell("lab", "down");
        expect(await leftovers()).to.deep.equal([]);
    });
});

/** Puts a third primary into every stack file, with a file of its own for a cluster that nobody has started. */
async function addThirdCluster(folder: string): Promise<void> {
    const clusters = ["cluster1", "cluster2", "cluster3"];
    const read = async (cluster: string) =>
        parse(await readFile(join(folder, `Pulumi.${cluster}.yaml`), "utf8")) as {
            config: Record<string, unknown>;
        };
    for (const cluster of clusters) {
        const { config } = await read(cluster === "cluster3" ? "cluster1" : cluster);
        config["isthmus:mesh"] = labMesh("multi-primary", clusters);
        config["isthmus:context"] = cluster;
        await writeFile(join(folder, `Pulumi.${cluster}.yaml`), stringify({ config }));
    }
}
