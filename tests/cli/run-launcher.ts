import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const launcher = join(__dirname, "..", "..", "cli", "isthmus.mjs");

/** What a run of the command line printed, and its exit code. */
export interface Ran {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

/** Runs the real launcher, as npx does. */
export function isthmus(
    args: readonly string[],
    options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
    return new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [launcher, ...args], {
            ...options,
            stdio: ["ignore", "pipe", "pipe"],
        });
        const texts = { stdout: "", stderr: "" };
        child.stdout.on("data", (chunk: Buffer) => (texts.stdout += chunk.toString()));
        child.stderr.on("data", (chunk: Buffer) => (texts.stderr += chunk.toString()));
        child.on("error", reject);
        child.on("close", (code) => {
            resolve({ code, ...texts });
        });
    });
}

/** A folder that goes away after the tests; gives the paths of the files that are written into it. */
export class Scratch {
    readonly folder = mkdtempSync(join(tmpdir(), "isthmus-test-"));

    write(name: string, content: string): string {
        const path = join(this.folder, name);
        writeFileSync(path, content);
        return path;
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}
