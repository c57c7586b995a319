import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/** Folder of the repository. */
export const root = resolve(__dirname, "..", "..");

/** A Markdown page of the repository. */
export interface Page {
    /** Path from the repository's root. */
    readonly path: string;
    readonly text: string;
}

/** A fenced block of a page. */
export interface Block {
    /** `<page>:<line>` of the fence, for messages. */
    readonly at: string;
    readonly language: string;
    /** What follows the language: words, and `key=value`. */
    readonly marks: Readonly<Record<string, string>>;
    readonly content: string;
}

/** The README, the changelog and every page below `docs`. */
export const pages: readonly Page[] = [
    "README.md",
    "CHANGELOG.md",
    ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".md"))
        .map((path) => join("docs", path)),
].map(readPage);

/** Every fenced block of every page. */
export const blocks: readonly Block[] = pages.flatMap(blocksOf);

export function readPage(path: string): Page {
    return { path: relative(root, join(root, path)), text: readFileSync(join(root, path), "utf8") };
}

function blocksOf({ path, text }: Page): readonly Block[] {
    const found: Block[] = [];
    const lines = text.split("\n");
    for (let line = 0; line < lines.length; line++) {
        const info = /^```(.*)$/.exec(lines[line] ?? "")?.[1];
        if (info === undefined) {
            continue;
        }
        const end = lines.indexOf("```", line + 1);
        const [language = "", ...marks] = info.trim().split(/\s+/);
        found.push({
            at: `${path}:${line + 1}`,
            language,
            marks: Object.fromEntries(
                marks.map((mark) => [...mark.split("="), ""].slice(0, 2)),
            ) as Record<string, string>,
            content: lines.slice(line + 1, end).join("\n"),
        });
        line = end;
    }
    return found;
}

/** A page's text without its fenced blocks. */
export function proseOf({ text }: Page): string {
    return text.replace(/^```[^\n]*\n[^]*?^```$/gm, "");
}

/** Inline code of a text. */
export function codeIn(text: string): readonly string[] {
    return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}
