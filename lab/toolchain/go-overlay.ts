import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { goFolder } from "../paths";
import { run } from "./run";

/** A required module of which a build sees a copy with some files replaced or removed. */
export interface PatchedModule {
    readonly module: string;
    /** By path in the module: path below the batch's own module of what takes its place, or null. */
    readonly files: Readonly<Record<string, string | null>>;
}

/** What a build sees besides the work tree and the modules as they are published. */
export interface GoAdditions {
    /** Contents of files of the batch's own module that the work tree does not hold, by path. */
    readonly generated: Readonly<Record<string, string>>;
    readonly patched?: PatchedModule & {
        /** Folder of the module as it was published. */
        readonly folder: string;
    };
}

/** Additions laid out in a folder of their own, and the flags that show them to the Go command. */
export interface GoOverlay {
    readonly flags: readonly string[];
    remove(): Promise<void>;
}

/** Lays out what a build needs besides the work tree, outside of it. */
export async function layOut(module: string, additions: GoAdditions): Promise<GoOverlay> {
    const folder = await mkdtemp(join(tmpdir(), "isthmus-go-"));
    const flags = ["-overlay", await describeGenerated(module, folder, additions.generated)];
    if (additions.patched !== undefined) {
        flags.push("-modfile", await patch(module, folder, additions.patched));
    }
    return { flags, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function describeGenerated(
    module: string,
    folder: string,
    files: Readonly<Record<string, string>>,
): Promise<string> {
    const replace: Record<string, string> = {};
    for (const [index, [path, content]] of Object.entries(files).entries()) {
        const file = join(folder, String(index));
        await writeFile(file, content);
        replace[join(goFolder, module, path)] = file;
    }
    const description = join(folder, "overlay.json");
    await writeFile(description, JSON.stringify({ Replace: replace }));
    return description;
}

/** Go refuses an overlay over its module cache, so the module is copied and a second go.mod points there. */
async function patch(
    module: string,
    folder: string,
    patched: NonNullable<GoAdditions["patched"]>,
): Promise<string> {
    const own = join(goFolder, module);
    const copy = join(folder, "module");
    await run("go", "cp", ["-R", "--no-preserve=mode", patched.folder, copy]);
    for (const [path, replacement] of Object.entries(patched.files)) {
        await rm(join(copy, path));
        if (replacement !== null) {
            await copyFile(join(own, replacement), join(copy, path));
        }
    }
    const goMod = await readFile(join(own, "go.mod"), "utf8");
    await writeFile(join(folder, "go.mod"), `${goMod}\nreplace ${patched.module} => ${copy}\n`);
    await copyFile(join(own, "go.sum"), join(folder, "go.sum"));
    return join(folder, "go.mod");
}
