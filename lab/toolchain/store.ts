import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

import type { Progress, Step } from "../progress";
import { withLock } from "./lock";

/** How long a result that nothing uses any more is kept. */
const UNUSED_DAYS = 14;

const KEY_LENGTH = 16;

/** What one entry of the store is, and how it is made. */
export interface Recipe {
    /** Short name for people and for the path. */
    readonly name: string;
    /** Everything that the result depends on; see {@link keyOf}. */
    readonly key: string;
    /** Entries that take turns share a lock; an entry alone has one under its own name. */
    readonly lock?: string;
    /** Fills the folder, which is empty and becomes the entry only when this ends well. */
    make(folder: string, step: Step): Promise<void>;
}

/**
 * Folders made once and kept, keyed by what they are made of. An entry appears by one rename, so that
 * it is whole or absent whatever was killed; two runs that want the same one meet at a lock.
 */
export class Store {
    constructor(
        readonly root: string,
        private readonly progress: Progress,
    ) {}

    /** Where a recipe's result is, or will be. */
    path(recipe: Pick<Recipe, "name" | "key">): string {
        return join(this.root, "store", `${recipe.name}-${recipe.key}`);
    }

    /** The recipe's folder, made now if it is not there. */
    async get(recipe: Recipe): Promise<string> {
        const entry = this.path(recipe);
        if (existsSync(entry)) {
            // The time says when it was last used.
            await utimes(entry, new Date(), new Date());
            return entry;
        }
        const step = this.progress.step(recipe.name);
        const lock = join(this.root, "locks", recipe.lock ?? recipe.name);
        try {
            const made = await withLock(
                lock,
                (pid) => {
                    step.update(`waiting for process ${pid}, which makes it`);
                },
                () => this.makeUnlessThere(recipe, entry, step),
            );
            step.done(made ? "" : "made by another run");
            return entry;
        } catch (error) {
            step.fail("failed");
            throw error;
        }
    }

    private async makeUnlessThere(recipe: Recipe, entry: string, step: Step): Promise<boolean> {
        if (existsSync(entry)) {
            return false;
        }
        await this.removeLeftovers();
        const temporary = await this.temporary(recipe.name);
        try {
            await recipe.make(temporary, step);
            await mkdir(join(this.root, "store"), { recursive: true });
            await rename(temporary, entry);
        } finally {
            await rm(temporary, { recursive: true, force: true });
        }
        await this.removeUnused(recipe);
        return true;
    }

    /** Removes earlier results of the same name that no run has used for a long time. */
    private async removeUnused(recipe: Recipe): Promise<void> {
        const folder = join(this.root, "store");
        const oldest = Date.now() - UNUSED_DAYS * 24 * 60 * 60 * 1000;
        for (const name of await readdir(folder)) {
            const isEarlier = name.slice(0, -KEY_LENGTH) === `${recipe.name}-`;
            if (isEarlier && (await stat(join(folder, name))).mtimeMs < oldest) {
                await rm(join(folder, name), { recursive: true, force: true });
            }
        }
    }

    private async temporary(name: string): Promise<string> {
        const folder = join(this.root, "tmp");
        await mkdir(folder, { recursive: true });
        return mkdtemp(join(folder, `${process.pid}-${name}-`));
    }

    /** Removes the half-made folders of processes that are no more. */
    private async removeLeftovers(): Promise<void> {
        const folder = join(this.root, "tmp");
        for (const name of existsSync(folder) ? await readdir(folder) : []) {
            const pid = Number.parseInt(name, 10);
            if (!existsSync(`/proc/${pid}`)) {
                await rm(join(folder, name), { recursive: true, force: true });
            }
        }
    }
}

/** A short key over everything that a result depends on. */
export function keyOf(...parts: readonly string[]): string {
    const hash = createHash("sha256");
    for (const part of parts) {
        hash.update(`${Buffer.byteLength(part)}:${part}`);
    }
    return hash.digest("hex").slice(0, KEY_LENGTH);
}

/** A text that changes when a file in the folder is added, removed, renamed or edited. */
export async function digestOfFolder(folder: string): Promise<string> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
    const parts: string[] = [];
    for (const file of files) {
        parts.push(file.slice(folder.length), await readFile(file, "utf8"));
    }
    return keyOf(...parts);
}
