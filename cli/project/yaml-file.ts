import { readFileSync, statSync } from "node:fs";
import { relative } from "node:path";

import { type Document, isScalar, LineCounter, parseDocument, visit, type YAMLError } from "yaml";

import { describeProblem, MeshError } from "../../components/topology/errors";

/** Far above what 50 clusters with generous chart values need, far below what takes seconds to parse. */
const maximumBytes = 500_000;

const maximumShown = 5;

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
        const document = parseDocument(text, {
            lineCounter: lines,
            prettyErrors: false,
            // The parser compares each key with every other, which takes minutes for a large file.
            uniqueKeys: false,
        });
        if (document.errors.some(({ code }) => code === "RESOURCE_EXHAUSTION")) {
            throw unreadable(name);
        }
        if (document.errors.length > 0) {
            throw new MeshError(describeErrors(document.errors, name, lines));
        }
        const duplicates = describeDuplicates(document, name, lines);
        if (duplicates.length > 0) {
            throw new MeshError(duplicates);
        }
        return document.toJS() as unknown;
    } catch (error) {
        if (error instanceof MeshError) {
            throw error;
        }
        // Aliases of aliases are refused when they are expanded.
        throw unreadable(name);
    }
}

function unreadable(name: string): MeshError {
    return new MeshError([
        describeProblem({
            path: name,
            wrong: "cannot be read as YAML",
            expected: "a YAML file without deep nesting and without aliases of aliases",
            remedy: "check that it is the right file",
        }),
    ]);
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
    name: string,
    lines: LineCounter,
): readonly string[] {
    return shorten(
        name,
        errors.map(({ pos, message }) =>
            describeProblem({
                path: `${name}:${lines.linePos(pos[0]).line}`,
                wrong: `not YAML, ${firstLine(message)}`,
                expected: "valid YAML",
                remedy: "correct this line",
            }),
        ),
    );
}

function describeDuplicates(
    document: Document,
    name: string,
    lines: LineCounter,
): readonly string[] {
    const problems: string[] = [];
    visit(document, {
        Map: (_, map) => {
            const seen = new Set<unknown>();
            for (const { key } of map.items) {
                const value = isScalar(key) ? key.value : key;
                if (seen.has(value) && isScalar(key)) {
                    problems.push(
                        describeProblem({
                            path: `${name}:${lines.linePos(key.range?.[0] ?? 0).line}`,
                            wrong: "duplicate key",
                            got: value,
                            expected: "each name once",
                            remedy: "rename or remove one of the two",
                        }),
                    );
                }
                seen.add(value);
            }
        },
    });
    return shorten(name, problems);
}

/** The first errors of a file lead to the others. */
function shorten(name: string, problems: readonly string[]): readonly string[] {
    const more = problems.length - maximumShown;
    return more <= 0
        ? problems
        : [...problems.slice(0, maximumShown), `${name}: ${more} more of this kind`];
}

function firstLine(message: string): string {
    const line = message.split("\n")[0] ?? "";
    return (line.charAt(0).toLowerCase() + line.slice(1)).slice(0, 120);
}
