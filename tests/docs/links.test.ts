import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import { expect } from "chai";

import { pages, proseOf, root } from "./pages";

describe("links of the pages", () => {
    for (const page of pages) {
        it(`${page.path} leads to files and headings that exist`, () => {
            const broken = linksIn(proseOf(page)).filter((link) => !isFound(page.path, link));
            expect(broken).to.deep.equal([]);
        });
    }

    it("reach every page from the README", () => {
        const seen = new Set<string>();
        const visit = (path: string) => {
            if (seen.has(path)) {
                return;
            }
            seen.add(path);
            const page = pages.find((candidate) => candidate.path === path);
            linksIn(page === undefined ? "" : proseOf(page)).forEach((link) => {
                visit(normalize(join(dirname(path), link.split("#")[0] ?? "")));
            });
        };
        visit("README.md");
        const missed = pages.map(({ path }) => path).filter((path) => !seen.has(path));
        expect(missed).to.deep.equal(["CHANGELOG.md"]);
    });
});

/** Targets of links within the repository. */
function linksIn(text: string): readonly string[] {
    return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/.test(target));
}

function isFound(from: string, link: string): boolean {
    const [target = "", heading] = link.split("#");
    const path = target === "" ? join(root, from) : join(root, dirname(from), target);
    return existsSync(path) && (heading === undefined || headingsOf(path).includes(heading));
}

/** The anchors that GitHub gives to a page's headings. */
function headingsOf(path: string): readonly string[] {
    return [...readFileSync(path, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
        heading
            .toLowerCase()
            .replace(/[^\p{L}\p{N}\- _]/gu, "")
            .trim()
            .replaceAll(" ", "-"),
    );
}
