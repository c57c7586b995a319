import { type ChildProcess, spawn } from "node:child_process";

import type { PulumiCommand } from "@pulumi/pulumi/automation";

/** How a run of the engine ended. */
export interface ProcessResult {
    readonly stdout: string;
    readonly stderr: string;
    readonly code: number;
    /** The signal that ended it, if one did. */
    readonly signal: string | null;
}

/** A run of the engine that did not end well; what it said is in its parts. */
export class ProcessError extends Error {
    constructor(
        readonly args: readonly string[],
        readonly result: ProcessResult,
    ) {
        super(`pulumi ${args.slice(0, 2).join(" ")} ended with code ${result.code}`);
        this.name = "ProcessError";
    }
}

/** How long output is waited for after the engine has ended. */
const closeMs = 1000;

const running = new Set<ChildProcess>();

/** Ends every engine that is still running, without asking it to clean up. */
export function killEngines(): void {
    for (const { pid } of running) {
        if (pid !== undefined) {
            // The whole group, so that the program and the language host end as well.
            process.kill(-pid, "SIGKILL");
        }
    }
}

type Run = (
    args: string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
) => Promise<ProcessResult>;

/**
 * Makes the Automation API start each engine in a process group of its own. Otherwise Ctrl-C reaches it twice,
 * from the terminal and from here, and it takes the second for an order to stop at once.
 */
export function detachProcesses(command: PulumiCommand): PulumiCommand {
    (command as unknown as { run: Run }).run = (args, cwd, env, _onOutput, _onError, signal) =>
        runDetached(command.command, [...args, "--non-interactive"], { cwd, env, signal });
    return command;
}

interface RunOptions {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly signal: AbortSignal | undefined;
}

function runDetached(
    command: string,
    args: readonly string[],
    { cwd, env, signal: abort }: RunOptions,
): Promise<ProcessResult> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, {
            cwd,
            env: { ...process.env, ...env, PULUMI_AUTOMATION_API: "true" },
            stdio: ["ignore", "pipe", "pipe"],
            detached: true,
        });
        running.add(child);
        const cancel = () => child.kill("SIGINT");
        abort?.addEventListener("abort", cancel);
        const stdout = collect(child.stdout);
        const stderr = collect(child.stderr);
        const release = () => {
            running.delete(child);
            abort?.removeEventListener("abort", cancel);
        };
        const end = (code: number | null, signal: string | null) => {
            release();
            const result = { stdout: stdout(), stderr: stderr(), code: code ?? 1, signal };
            if (code === 0) {
                resolve(result);
            } else {
                reject(new ProcessError(args, result));
            }
        };
        child.on("error", (error) => {
            release();
            reject(error);
        });
        child.on("close", end);
        child.on("exit", (code, signal) => {
            // A plugin that outlives a killed engine keeps its output open.
            setTimeout(() => {
                end(code, signal);
            }, closeMs).unref();
        });
    });
}

function collect(stream: NodeJS.ReadableStream): () => string {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString("utf8");
}
