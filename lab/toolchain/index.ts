import { symlink } from "node:fs/promises";
import { join } from "node:path";

import { cacheRoot } from "../paths";
import type { Progress } from "../progress";
import { istioCrdsFile, makeCharts } from "./charts";
import { installSystemPrograms, networkPluginsFolder } from "./debian";
import { GoBuilder } from "./go-build";
import { IMAGE_NAMES, makeImage, type ImageSources } from "./images";
import { checkPrerequisites } from "./prerequisites";
import { ENGINE_PROGRAMS, PROGRAM_ORIGINS } from "./programs";
import { findProgram } from "./search-path";
import { keyOf, Store } from "./store";
import type { ImageName, ImageTar, ProgramName, Toolchain } from "./types";

export { IMAGE_NAMES, imageReference } from "./images";
export { checkPrerequisites } from "./prerequisites";
export { ENGINE_PROGRAMS, PROGRAM_NAMES } from "./programs";
export type { ImageName, ImageTar, ProgramName, Toolchain } from "./types";

/**
 * Opens the toolchain. Nothing is built or brought before it is asked for; a machine that cannot run the
 * lab is refused here, with every reason at once.
 */
export async function openToolchain(progress: Progress): Promise<Toolchain> {
    const problems = await checkPrerequisites();
    if (problems.length > 0) {
        throw new Error(["the lab cannot run on this machine:", ...problems].join("\n  - "));
    }
    return new LocalToolchain(progress);
}

class LocalToolchain implements Toolchain {
    private readonly store: Store;
    private readonly builder: GoBuilder;
    private readonly made = new Map<string, Promise<unknown>>();

    constructor(private readonly progress: Progress) {
        this.store = new Store(cacheRoot(), progress);
        this.builder = new GoBuilder(this.store);
    }

    program(name: ProgramName): Promise<string> {
        return this.once(`program ${name}`, () => this.findOrBuild(name));
    }

    engineBin(): Promise<string> {
        return this.once("engine", async () => {
            const paths = await Promise.all(ENGINE_PROGRAMS.map((name) => this.program(name)));
            return this.store.get({
                name: "engine",
                key: keyOf(...paths),
                make: async (folder) => {
                    for (const [index, name] of ENGINE_PROGRAMS.entries()) {
                        await symlink(paths[index] ?? "", join(folder, name));
                    }
                },
            });
        });
    }

    async networkPlugins(): Promise<string> {
        await this.systemPrograms();
        return found("container network plugins", networkPluginsFolder());
    }

    image(name: ImageName): Promise<ImageTar> {
        const sources: ImageSources = {
            builder: this.builder,
            store: this.store,
            systemPrograms: () => this.systemPrograms(),
        };
        return this.once(`image ${name}`, () => makeImage(name, sources));
    }

    images(): Promise<readonly ImageTar[]> {
        return Promise.all(IMAGE_NAMES.map((name) => this.image(name)));
    }

    charts(): Promise<string> {
        return this.once("charts", () => makeCharts(this.store));
    }

    async istioCrds(): Promise<string> {
        return istioCrdsFile(await this.charts());
    }

    private systemPrograms(): Promise<void> {
        return this.once("system", () => installSystemPrograms(this.progress));
    }

    private async findOrBuild(name: ProgramName): Promise<string> {
        const origin = PROGRAM_ORIGINS[name];
        if (origin.kind === "system") {
            await this.systemPrograms();
            return found(name, findProgram(name));
        }
        const present = await origin.present?.();
        return present ?? join(await this.builder.build(origin.batch), name);
    }

    /** Remembers what was asked for before, also while it is still being made. */
    private once<T>(what: string, make: () => Promise<T>): Promise<T> {
        const known = this.made.get(what) as Promise<T> | undefined;
        const result = known ?? make();
        this.made.set(what, result);
        return result;
    }
}

function found(what: string, path: string | undefined): string {
    if (path === undefined) {
        throw new Error(`${what}: not found on this machine after its package was installed`);
    }
    return path;
}
