import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { blocks, root } from "./pages";

describe("output of isthmus plan in the pages", () => {
    const shown = blocks.filter(({ marks }) => marks["plan"] !== undefined);
    let folder: string;

    before(() => {
        folder = mkdtempSync(join(tmpdir(), "isthmus-docs-"));
    });
    after(() => {
        rmSync(folder, { recursive: true });
    });

    it("is shown", () => {
        expect(shown.length).to.be.greaterThan(5);
    });

    for (const { at, marks, content } of shown) {
        const name = marks["plan"] ?? "";
        it(`${at} is that of mesh ${name}`, async () => {
            const mesh = blocks.find((block) => block.marks["mesh"] === name);
            const file = join(folder, `${name}.yaml`);
            writeFileSync(file, mesh?.content ?? "");
            const sections = sectionsOf(await plan(file));
            expect(sections).to.include.members(sectionsOf(content));
        });
    }
});

/** A page may leave sections out, and shows the others whole. */
function sectionsOf(text: string): string[] {
    return text.trimEnd().split(/\n\n(?=\S)/);
}

function plan(file: string): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = spawn(process.execPath, ["cli/isthmus.mjs", "plan", "--mesh", file], {
            cwd: root,
            stdio: ["ignore", "pipe", "inherit"],
        });
        let text = "";
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        child.on("error", reject);
        child.on("close", (code) => {
            if (code === 0) {
                resolve(text);
            } else {
                reject(new Error(`plan ended with code ${String(code)}`));
            }
        });
    });
}
