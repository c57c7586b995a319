import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";

import { goFolder } from "../paths";
import type { Step } from "../progress";
import { layOut, type GoAdditions, type PatchedModule } from "./go-overlay";
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
    /** Contents of files of the module that the work tree does not hold, by path. */
    readonly generated?: () => Promise<Readonly<Record<string, string>>>;
    readonly patched?: PatchedModule;
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
        const { name, programs, variables, patched } = batch;
        const key = keyOf(
            await this.goVersion,
            await digestOfFolder(join(goFolder, batch.module)),
            JSON.stringify({ name, programs, variables, patched, COMPILE_FLAGS, LINK_FLAGS }),
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
        const overlay = await layOut(batch.module, await additionsOf(batch));
        try {
            await this.compileWith(batch, folder, overlay.flags, step);
        } finally {
            await overlay.remove();
        }
        for (const [file, path] of Object.entries(batch.programs)) {
            await rename(join(folder, await builtName(batch, path)), join(folder, file));
        }
    }

    private async compileWith(
        batch: GoBatch,
        folder: string,
        overlay: readonly string[],
        step: Step,
    ): Promise<void> {
        const packages = Object.values(batch.programs);
        const listed = ["list", "-deps", ...overlay, ...packages];
        const total = (await runGo(batch.name, batch.module, listed)).split("\n").length - 1;
        this.downloadFollowing();
        let compiled = 0;
        const onLine = (line: string): void => {
            compiled += 1;
            step.update(`compiled ${compiled} of at most ${total} packages, now ${line}`);
        };
        const link = [LINK_FLAGS, ...linkVariables(batch)].join(" ");
        const flags = [...COMPILE_FLAGS, "-ldflags", link, ...overlay, "-v"];
        // A single package would be written as a file; the slash makes it a folder.
        const args = ["build", ...flags, "-o", `${folder}/`, ...packages];
        await runGo(batch.name, batch.module, args, onLine);
    }

    /** Downloads what the next batch needs while this one is compiled. */
    private downloadFollowing(): void {
        const [following] = this.queue;
        if (following !== undefined) {
            const { name, module, programs } = following.batch;
            // A failure is reported when the batch has its own turn.
            runGo(name, module, ["list", "-e", "-deps", ...Object.values(programs)]).catch(
                () => undefined,
            );
        }
    }
}

async function additionsOf({ module, generated, patched }: GoBatch): Promise<GoAdditions> {
    const files = (await generated?.()) ?? {};
    if (patched === undefined) {
        return { generated: files };
    }
    const folder = await goModuleFolder(module, patched.module);
    return { generated: files, patched: { ...patched, folder } };
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
