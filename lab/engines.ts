import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { stateDir } from "./clusters";

/** Ends what runs of the lab's engine have left: a plugin outlives an engine that was killed. */
export async function endEngines(): Promise<void> {
    for (const pid of await labEngines()) {
        try {
            process.kill(pid, "SIGKILL");
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
                throw error;
            }
        }
    }
}

/** Processes other than this one that were started with the lab's own PULUMI_HOME. */
export async function labEngines(): Promise<readonly number[]> {
    const mark = `PULUMI_HOME=${join(stateDir(), "pulumi", "home")}`;
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
    const marked = await Promise.all(
        pids.map(async (pid) => {
            // A process that has ended meanwhile has no environment.
            const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
            const command = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
            return environment.split("\0").includes(mark) && command.startsWith("pulumi");
        }),
    );
    return pids.filter((pid, index) => marked[index] === true && pid !== process.pid);
}
