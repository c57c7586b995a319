import { existsSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { goFolder } from "../paths";
import type { Step } from "../progress";
import { run } from "./run";
import { digestOfFolder, keyOf, type Recipe, type Store } from "./store";

/** Several programs of one Go module under `lab/go`, compiled by one command. */
export interface GoBatch {
    readonly name: string;
    /** Folder below `lab/go`. */
    readonly module: string;
    /** Package of each program, by the program's file name. */
    readonly programs: Readonly<Record<string, string>>;
    /** String variables that the linker sets. */
    readonly variables?: Readonly<Record<string, string>>;
    /** Contents of files that the build sees in the module's folder and the work tree does not hold. */
    readonly generated?: () => Promise<Readonly<Record<string, string>>>;
    /** Batches with a lower number are compiled first. */
    readonly order: number;
}

/** No debug information and no paths: smaller programs, and equal ones wherever they are built. */
const COMPILE_FLAGS = ["-trimpath", "-gcflags=all=-dwarf=false"] as const;
const LINK_FLAGS = "-s -w";

/** What the Go command is told by environment. */
const GO_ENVIRONMENT: Readonly<Record<string, string>> = {
    // Programs in images have no C library; and C compilers differ from machine to machine.
    CGO_ENABLED: "0",
    GOFLAGS: "-mod=readonly -buildvcs=false",
    GOWORK: "off",
    // The checksum database lacks a module of Pulumi's; go.sum holds it.
    GONOSUMDB: [process.env["GONOSUMDB"], "github.com/pulumi"].filter(Boolean).join(","),
};

const REMEDY = "see that the Go module proxy can be reached (go env GOPROXY), then run it again";

/** Runs a Go command in one of the modules under `lab/go`. */
export function runGo(
    what: string,
    module: string,
    args: readonly string[],
    onErrorLine?: (line: string) => void,
): Promise<string> {
    return run(what, "go", args, {
        cwd: join(goFolder, module),
        env: GO_ENVIRONMENT,
        remedy: REMEDY,
        ...(onErrorLine === undefined ? {} : { onErrorLine }),
    });
}

const moduleFolders = new Map<string, Promise<string>>();

/** Folder of a module that one of ours requires, in Go's own cache; downloaded and verified if needed. */
export function goModuleFolder(module: string, required: string): Promise<string> {
    const known = moduleFolders.get(required);
    if (known !== undefined) {
        return known;
    }
    const folder = runGo(required, module, ["mod", "download", "-json", required]).then(
        (answer) => (JSON.parse(answer) as { readonly Dir: string }).Dir,
    );
    moduleFolders.set(required, folder);
    return folder;
}

interface Pending {
    readonly batch: GoBatch;
    readonly start: () => Promise<void>;
}

/**
 * Compiles batches one at a time, since one Go build uses every core, in their order; while one is
 * compiled, the modules of the next are downloaded.
 */
export class GoBuilder {
    private readonly results = new Map<string, Promise<string>>();
    private readonly packageCounts = new Map<string, Promise<number>>();
    private readonly queue: Pending[] = [];
    private preparing = 0;
    private running = false;
    private goVersion: Promise<string> | undefined;

    constructor(private readonly store: Store) {}

    /** Folder that holds the batch's programs. */
    build(batch: GoBatch): Promise<string> {
        const known = this.results.get(batch.name);
        if (known !== undefined) {
            return known;
        }
        const result = this.enqueue(batch);
        this.results.set(batch.name, result);
        return result;
    }

    private async enqueue(batch: GoBatch): Promise<string> {
        this.preparing += 1;
        const recipe = await this.recipe(batch).finally(() => {
            this.preparing -= 1;
        });
        if (existsSync(this.store.path(recipe))) {
            void this.drain();
            return this.store.get(recipe);
        }
        return new Promise((resolve, reject) => {
            const start = (): Promise<void> => this.store.get(recipe).then(resolve, reject);
            this.queue.push({ batch, start });
            void this.drain();
        });
    }

    /** Starts only once all that was asked for together is in the queue, so that the order holds. */
    private async drain(): Promise<void> {
        if (this.running || this.preparing > 0) {
            return;
        }
        this.running = true;
        for (let next = this.takeFirst(); next !== undefined; next = this.takeFirst()) {
            await next.start();
        }
        this.running = false;
    }

    private takeFirst(): Pending | undefined {
        this.queue.sort((a, b) => a.batch.order - b.batch.order);
        return this.queue.shift();
    }

    private async recipe(batch: GoBatch): Promise<Recipe> {
        this.goVersion ??= runGo("go", "kubernetes", ["env", "GOVERSION", "GOARCH"]);
        const { name, programs, variables } = batch;
        const key = keyOf(
            await this.goVersion,
            await digestOfFolder(join(goFolder, batch.module)),
            JSON.stringify({ name, programs, variables, COMPILE_FLAGS, LINK_FLAGS }),
        );
        return {
            name,
            key,
            lock: "go-build",
            make: (folder, step) => this.compile(batch, folder, step),
        };
    }

    private async compile(batch: GoBatch, folder: string, step: Step): Promise<void> {
        step.update("resolving modules");
        const total = await this.countPackages(batch);
        const [following] = this.queue;
        if (following !== undefined) {
            // Its failure is reported when its own turn comes.
            this.countPackages(following.batch).catch(() => undefined);
        }
        const packages = Object.values(batch.programs);
        const overlay = await makeOverlay(batch);
        let compiled = 0;
        const onLine = (line: string): void => {
            compiled += 1;
            step.update(`compiled ${compiled} of at most ${total} packages, now ${line}`);
        };
        try {
            const link = [LINK_FLAGS, ...linkVariables(batch)].join(" ");
            const flags = [...COMPILE_FLAGS, "-ldflags", link, ...overlay.flags, "-v"];
            // A single package would be written as a file; the slash makes it a folder.
            const out = ["-o", `${folder}/`];
            await runGo(batch.name, batch.module, ["build", ...flags, ...out, ...packages], onLine);
        } finally {
            await overlay.remove();
        }
        for (const [file, path] of Object.entries(batch.programs)) {
            await rename(join(folder, await builtName(batch, path)), join(folder, file));
        }
    }

    private countPackages(batch: GoBatch): Promise<number> {
        const known = this.packageCounts.get(batch.name);
        if (known !== undefined) {
            return known;
        }
        const packages = Object.values(batch.programs);
        const count = runGo(batch.name, batch.module, ["list", "-e", "-deps", ...packages]).then(
            (list) => list.split("\n").length - 1,
        );
        this.packageCounts.set(batch.name, count);
        return count;
    }
}

function linkVariables(batch: GoBatch): readonly string[] {
    return Object.entries(batch.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
}

/** The file name that `go build` gives a program: the last element of the package's path. */
async function builtName(batch: GoBatch, path: string): Promise<string> {
    if (path === ".") {
        const module = await runGo(batch.name, batch.module, ["list", "-m"]);
        return module.trim().split("/").at(-1) ?? batch.name;
    }
    return path.split("/").at(-1) ?? path;
}

interface Overlay {
    readonly flags: readonly string[];
    remove(): Promise<void>;
}

/** Shows generated files to the build without writing them into the work tree. */
async function makeOverlay(batch: GoBatch): Promise<Overlay> {
    if (batch.generated === undefined) {
        return { flags: [], remove: () => Promise.resolve() };
    }
    const folder = await mkdtemp(join(tmpdir(), "isthmus-overlay-"));
    const replace: Record<string, string> = {};
    for (const [index, [path, content]] of Object.entries(await batch.generated()).entries()) {
        const file = join(folder, String(index));
        await writeFile(file, content);
        replace[join(goFolder, batch.module, path)] = file;
    }
    const description = join(folder, "overlay.json");
    await writeFile(description, JSON.stringify({ Replace: replace }));
    return {
        flags: ["-overlay", description],
        remove: () => rm(folder, { recursive: true, force: true }),
    };
}
