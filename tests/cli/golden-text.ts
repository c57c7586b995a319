import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect } from "chai";

const folder = join(__dirname, "..", "golden", "cli");

/** Compares text with its golden file; `UPDATE_GOLDEN=1` writes the file anew, never in CI. */
export function expectGoldenText(file: string, text: string): void {
    const path = join(folder, file);
    if (process.env["UPDATE_GOLDEN"] === "1" && process.env["CI"] === undefined) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, `${text}\n`);
    }
    expect(`${text}\n`, `tests/golden/cli/${file}`).to.equal(readFileSync(path, "utf8"));
}
