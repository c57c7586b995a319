import { spawn } from "node:child_process";
import { join } from "node:path";

import { labEnvironment } from "../../lab/environment";
import { killTree } from "./processes";

/** What a command gave. */
export interface CommandResult {
    readonly code: number | null;
    readonly output: string;
    readonly errors: string;
}

const root = join(__dirname, "..", "..");

interface RunOptions {
    /** Kills the command and everything that it started after so many milliseconds. */
    readonly killAfterMs?: number;
    /** Set over this process's environment. */
    readonly env?: Readonly<Record<string, string>>;
    /** What it reads on standard input. */
    readonly input?: string;
}

/** Runs the command line as its user does, in a process of its own. */
export function isthmus(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    return runCommand(process.execPath, [join(root, "cli", "isthmus.mjs"), ...args], options);
}

/** Runs the command line and fails with what it said unless it ends well. */
export async function isthmusWell(...args: readonly string[]): Promise<CommandResult> {
    const result = await isthmus(args);
    if (result.code !== 0) {
        throw new Error(
            `isthmus ${args.join(" ")}: exit ${String(result.code)}\n${result.errors}\n${result.output}`,
        );
    }
    return result;
}

/** Asks the API server of a cluster. */
export function kubectl(cluster: string, ...args: readonly string[]): Promise<string> {
    return kubectlWith("", cluster, ...args);
}

/** The same, with something on standard input. */
export async function kubectlWith(
    input: string,
    cluster: string,
    ...args: readonly string[]
): Promise<string> {
    const { env } = await labEnvironment();
    const common = ["--context", cluster];
    const { code, output, errors } = await runCommand("kubectl", [...common, ...args], {
        input,
        env,
    });
    if (code !== 0) {
        throw new Error(`kubectl ${args.join(" ")}: ${errors}`);
    }
    return output;
}

function runCommand(
    program: string,
    args: readonly string[],
    { killAfterMs, input = "", env = {} }: RunOptions = {},
): Promise<CommandResult> {
    // In a group of its own, so that a kill reaches the engine and its plugins as well.
    const child = spawn(program, args, {
        cwd: root,
        detached: true,
        stdio: "pipe",
        env: { ...process.env, ...env },
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.stdin.end(input);
    const timer =
        killAfterMs === undefined
            ? undefined
            : setTimeout(() => {
                  killTree(child.pid);
              }, killAfterMs);
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => {
            clearTimeout(timer);
            resolve({ code, output, errors });
        });
    });
}
