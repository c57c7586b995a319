import { readFileSync, statSync } from "node:fs";
import { relative } from "node:path";

import { LineCounter, parseDocument, type YAMLError } from "yaml";

import { describeProblem, MeshError } from "../../components/topology/errors";

/** Far above what 50 clusters with generous chart values need, far below what takes seconds to parse. */
const maximumBytes = 1_000_000;

const maximumSyntaxErrors = 5;

/**
 * Reads a YAML file that a user wrote.
 *
 * @throws MeshError with `<file>:<line>` for syntax errors and duplicate keys, and for a file that is not there.
 */
export function readYamlFile(path: string): unknown {
    return parseYaml(readText(path), shownPath(path));
}

/** Parses YAML; `name` stands for it in errors. */
export function parseYaml(text: string, name: string): unknown {
    if (Buffer.byteLength(text) > maximumBytes) {
        throw tooLarge(name, Buffer.byteLength(text));
    }
    const lines = new LineCounter();
    try {
        const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
        if (document.errors.length > 0) {
            throw new MeshError(describeErrors(document.errors, text, name, lines));
        }
        return document.toJS() as unknown;
    } catch (error) {
        if (error instanceof MeshError) {
            throw error;
        }
        // Brackets nested without end overflow the stack, and aliases of aliases are refused when expanded.
        throw new MeshError([
            describeProblem({
                path: name,
                wrong: "cannot be read as YAML",
                expected: "a YAML file without deep nesting and without aliases of aliases",
                remedy: "check that it is the right file",
            }),
        ]);
    }
}

/** A path as the user would type it: relative where it lies below the current folder. */
export function shownPath(path: string): string {
    const fromHere = relative(process.cwd(), path);
    return fromHere.startsWith("..") || fromHere === "" ? path : fromHere;
}

function readText(path: string): string {
    try {
        const { size } = statSync(path);
        if (size > maximumBytes) {
            throw tooLarge(shownPath(path), size);
        }
        return readFileSync(path, "utf8");
    } catch (error) {
        if (error instanceof MeshError) {
            throw error;
        }
        throw new MeshError([
            describeProblem({
                path: shownPath(path),
                wrong: "cannot be read",
                expected: "a YAML file",
                remedy: `check the path (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`,
            }),
        ]);
    }
}

function tooLarge(name: string, bytes: number): MeshError {
    return new MeshError([
        describeProblem({
            path: name,
            wrong: `too large, ${Math.ceil(bytes / 1000)} kB`,
            expected: `at most ${maximumBytes / 1000} kB`,
            remedy: "check that it is the right file",
        }),
    ]);
}

function describeErrors(
    errors: readonly YAMLError[],
    text: string,
    name: string,
    lines: LineCounter,
): string[] {
    const shown = errors.slice(0, maximumSyntaxErrors).map((error) => {
        const path = `${name}:${lines.linePos(error.pos[0]).line}`;
        return error.code === "DUPLICATE_KEY"
            ? describeDuplicate(path, keyAt(text, error.pos[0]))
            : describeProblem({
                  path,
                  wrong: `not YAML, ${firstLine(error.message)}`,
                  expected: "valid YAML",
                  remedy: "correct this line",
              });
    });
    const more = errors.length - shown.length;
    return more === 0 ? shown : [...shown, `${name}: ${more} more errors of this kind`];
}

function describeDuplicate(path: string, key: string): string {
    return describeProblem({
        path,
        wrong: "duplicate key",
        got: key,
        expected: "each name once",
        remedy: "rename or remove one of the two",
    });
}

function keyAt(text: string, position: number): string {
    return /^["']?([^:"'\n]*)/.exec(text.slice(position, position + 100))?.[1]?.trim() ?? "";
}

function firstLine(message: string): string {
    const line = message.split("\n")[0] ?? "";
    return (line.charAt(0).toLowerCase() + line.slice(1)).slice(0, 120);
}
