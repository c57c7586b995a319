import { readFile } from "node:fs/promises";

import { isMissing } from "./state";

/** Waits the given time. */
export function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What is waited for, and for how long. */
export interface WaitArgs {
    /** How long until it is given up. */
    readonly timeoutMs: number;
    /** How long between two looks; 200 ms by default. */
    readonly intervalMs?: number;
    /** Says what is missing still; throws when there is no point in waiting longer. */
    readonly check: () => Promise<string | undefined>;
    /** Adds to the error what helps to find the cause, such as the end of a log. */
    readonly explain: () => Promise<string>;
}

/** Waits until `check` has nothing to say; throws `<what>: <what is missing>` when it takes too long. */
export async function waitUntil(what: string, args: WaitArgs): Promise<void> {
    const { timeoutMs, intervalMs = 200, check, explain } = args;
    const deadline = Date.now() + timeoutMs;
    for (;;) {
        const missing = await check();
        if (missing === undefined) {
            return;
        }
        if (Date.now() > deadline) {
            const seconds = Math.round(timeoutMs / 1000);
            throw new Error(`${what}: ${missing} after ${seconds} s\n${await explain()}`);
        }
        await pause(intervalMs);
    }
}

/** The last lines of a log, with its path; for an error's text. */
export async function logTail(path: string, lines = 12): Promise<string> {
    try {
        const text = await readFile(path, "utf8");
        const last = text.trimEnd().split("\n").slice(-lines);
        return [`the end of ${path}:`, ...last.map((line) => `    ${line.slice(0, 400)}`)].join(
            "\n",
        );
    } catch (error) {
        if (isMissing(error)) {
            return `there is no log at ${path} yet`;
        }
        throw error;
    }
}
