import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { codeIn, readPage, root } from "./pages";

/** Texts from elsewhere, which nothing here can be compared with. */
const foreignSection = "## From Pulumi and Kubernetes";

describe("errors of the troubleshooting page", () => {
    const source = sourceText();
    const { text } = readPage("docs/troubleshooting.md");
    const own = text.slice(0, text.indexOf(foreignSection));
    const titles = [...own.matchAll(/^### (.*)$/gm)].flatMap(([, title = ""]) => codeIn(title));

    it("are many", () => {
        expect(titles.length).to.be.greaterThan(30);
    });

    for (const title of titles) {
        it(`"${title}" is what the program says`, () => {
            for (const part of title.split("…")) {
                expect(source).to.include(part.trim());
            }
        });
    }
});

describe("findings of the page on checks", () => {
    const source = sourceText();
    const { text } = readPage("docs/check.md");

    it("are what the checks say", () => {
        const seen = [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) => codeIn(cell));
        expect(seen).to.have.length.greaterThan(5);
        for (const finding of seen) {
            for (const part of finding.split("…")) {
                expect(source, finding).to.include(part.trim());
            }
        }
    });

    it("are about every check", () => {
        const headings = [...text.matchAll(/^## (E\d+|mTLS)\b/gm)].map(([, id]) => id);
        const union = /export type CheckId =([^;]*);/.exec(
            readFileSync(join(root, "cli", "check", "result.ts"), "utf8"),
        )?.[1];
        const ids = [...(union ?? "").matchAll(/"(\w+)"/g)].map(([, id]) => id);
        expect(headings).to.have.members(ids);
    });
});

/** All that the program may print, with literals that span several lines put together. */
function sourceText(): string {
    const files = ["components", "cli", "lab"].flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
            .filter((path) => /\.(ts|mjs)$/.test(path))
            .map((path) => join(root, folder, path)),
    );
    return files
        .map((path) => readFileSync(path, "utf8"))
        .join("\n")
        .replace(/["'`]\s*\+\s*["'`]/g, "");
}
