import { createInterface } from "node:readline/promises";

import { UsageError } from "../errors";

/**
 * Asks before something is changed.
 *
 * @throws UsageError where there is nobody to ask.
 */
export async function confirm(question: string): Promise<boolean> {
    if (!process.stdin.isTTY) {
        throw new UsageError(
            "there is no terminal to ask on; add --yes to go on without being asked",
        );
    }
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
        const answer = await terminal.question(`${question} [y/N] `);
        return /^y(es)?$/i.test(answer.trim());
    } finally {
        terminal.close();
    }
}
