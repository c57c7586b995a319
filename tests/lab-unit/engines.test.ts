import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { endEngines, labEngines } from "../../lab/engines";

describe("endEngines", () => {
    const before = process.env["ISTHMUS_LAB_STATE"];
    let folder = "";

    beforeEach(async () => {
        folder = await mkdtemp(join(tmpdir(), "isthmus-engines-"));
        process.env["ISTHMUS_LAB_STATE"] = folder;
    });

    afterEach(async () => {
        if (before === undefined) {
            delete process.env["ISTHMUS_LAB_STATE"];
        } else {
            process.env["ISTHMUS_LAB_STATE"] = before;
        }
        await rm(folder, { recursive: true, force: true });
    });

    it("ends a plugin of this lab, and no other process", async function () {
        if (process.platform !== "linux") {
            this.skip();
        }
        const plugin = join(folder, "pulumi-plugin");
        await copyFile("/bin/sleep", plugin);
        const start = (home: string) =>
            spawn(plugin, ["60"], { env: { PULUMI_HOME: home }, stdio: "ignore" });
        const ours = start(join(folder, "pulumi", "home"));
        const other = start("/elsewhere");
        try {
            const ended = new Promise((resolve) => {
                ours.once("exit", (_code, signal) => {
                    resolve(signal);
                });
            });
            await new Promise((resolve) => ours.once("spawn", resolve));
            expect(await labEngines()).to.deep.equal([ours.pid]);
            await endEngines();
            expect(await ended).to.equal("SIGKILL");
            expect(other.exitCode).to.equal(null);
            expect(other.signalCode).to.equal(null);
        } finally {
            ours.kill("SIGKILL");
            other.kill("SIGKILL");
        }
    });
});
