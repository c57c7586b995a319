import { spawn } from "node:child_process";

/** How a short command is run. */
export interface CommandArgs {
    /** What is written to its standard input; without it, the input is empty. */
    readonly input?: string;
    /** How long it may take; one minute by default. */
    readonly timeoutMs?: number;
    /** Whether its exit status is given back instead of thrown. */
    readonly allowFailure?: boolean;
}

/** What a short command left. */
export interface CommandResult {
    readonly status: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** Runs a short command to its end; throws what it said when it fails. */
export async function run(
    program: string,
    args: readonly string[],
    { input = "", timeoutMs = 60_000, allowFailure = false }: CommandArgs = {},
): Promise<CommandResult> {
    const shown = [program, ...args].join(" ").slice(0, 300);
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    // Not spawn's own limit: its timer outlives a program that could not be started.
    const timer = setTimeout(() => child.kill("SIGTERM"), timeoutMs);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // A command that ends without reading its input is judged by its status alone.
    child.stdin.on("error", () => undefined).end(input);
    const { status, signal } = await new Promise<{
        readonly status: number | null;
        readonly signal: string | null;
    }>((resolve, reject) => {
        child.once("error", (error) => {
            reject(new Error(`${shown}: could not be started: ${error.message}`));
        });
        child.once("close", (status, signal) => {
            resolve({ status, signal });
        });
    }).finally(() => {
        clearTimeout(timer);
    });
    if (status === null) {
        throw new Error(
            `${shown}: stopped by ${signal ?? "a signal"} (limit ${timeoutMs / 1000} s)`,
        );
    }
    if (status !== 0 && !allowFailure) {
        const said = (stderr.trim() === "" ? stdout : stderr)
            .trim()
            .split("\n")
            .slice(-8)
            .join("\n");
        throw new Error(`${shown}: exit status ${status}\n${said}`);
    }
    return { status, stdout, stderr };
}
