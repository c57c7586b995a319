import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";

/** Seconds that runs of one command took. */
export interface Figure {
    readonly name: string;
    readonly seconds: readonly number[];
}

/** Runs a command to its end. */
export async function runCommand(
    command: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
    input?: string,
): Promise<string> {
    const [program = "", ...args] = command;
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: "pipe" });
    const output: string[] = [];
    const errors: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
    child.stdin.end(input ?? "");
    const code = await new Promise<number | null>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", resolve);
    });
    if (code !== 0) {
        const said = [...output, ...errors].join("").trim().split("\n").slice(-15).join("\n");
        throw new Error(`${command.join(" ")}: exit ${String(code)}\n${said}`);
    }
    return output.join("");
}

/** Times `work` as many times as asked, one after the other. */
export async function measure(
    name: string,
    times: number,
    work: () => Promise<unknown>,
): Promise<Figure> {
    const seconds: number[] = [];
    for (let run = 0; run < times; run++) {
        const start = performance.now();
        await work();
        seconds.push((performance.now() - start) / 1000);
    }
    return { name, seconds };
}

/** The middle of a figure's runs. */
export function median({ seconds }: Figure): number {
    const sorted = [...seconds].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
