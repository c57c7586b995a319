import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How many lines of a failed command's output its error shows. */
const TAIL_LINES = 15;

/** How a command is run. */
export interface RunOptions {
    readonly cwd?: string;
    /** Added to this process's own environment. */
    readonly env?: Readonly<Record<string, string>>;
    /** Called with each line of standard error as it comes. */
    readonly onErrorLine?: (line: string) => void;
    /** Ends the error when the command fails: what the user can do. */
    readonly remedy?: string;
}

/** A command that could not be started or ended badly. */
export class CommandError extends Error {
    override readonly name = "CommandError";
}

/**
 * Runs one command to its end and returns its standard output. `what` starts the error's text:
 * `<what>: <exit>; <last lines>; <what to do>`.
 */
export async function run(
    what: string,
    command: string,
    args: readonly string[],
    options: RunOptions = {},
): Promise<string> {
    const child = spawn(command, args, {
        cwd: options.cwd,
        env: { ...process.env, ...options.env },
        stdio: ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const tail: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    createInterface({ input: child.stderr }).on("line", (line) => {
        options.onErrorLine?.(line);
        tail.push(line);
        if (tail.length > TAIL_LINES) {
            tail.shift();
        }
    });
    const ended = await new Promise<string | undefined>((resolve) => {
        child.once("error", (error) => {
            resolve(error.message);
        });
        child.once("close", (code, signal) => {
            resolve(code === 0 ? undefined : `exit ${String(code ?? signal)}`);
        });
    });
    if (ended !== undefined) {
        const parts = [ended, tail.join("\n").trim(), options.remedy ?? ""];
        throw new CommandError(`${what}: ${parts.filter((part) => part !== "").join("; ")}`);
    }
    return Buffer.concat(out).toString("utf8");
}

/** Standard output of a command, or undefined when it fails or is not there. */
export async function tryRun(
    command: string,
    args: readonly string[],
    options: RunOptions = {},
): Promise<string | undefined> {
    try {
        return await run(command, command, args, options);
    } catch {
        return undefined;
    }
}
