/**
 * A mistake in what the user wrote. Each problem is one line of the form
 * `<path>: <what is wrong>, got <value>; expected <what>; <what to do>`, and all of them are told at once.
 */
export class MeshError extends Error {
    /** One line each, in the order in which they are shown; past a hundred, their number. */
    readonly problems: readonly string[];

    constructor(problems: readonly string[]) {
        const shown = problems.slice(0, maximumProblems);
        const more = problems.length - shown.length;
        const lines = more === 0 ? shown : [...shown, `and ${more} more problems`];
        super(lines.join("\n"));
        this.name = "MeshError";
        this.problems = lines;
    }
}

/** More than anybody reads: a file with so many is of another kind. */
const maximumProblems = 100;

/** The parts of one problem; `got` is left out where the value is missing or must not be shown. */
export interface Problem {
    readonly path: string;
    readonly wrong: string;
    readonly got?: unknown;
    readonly expected: string;
    readonly remedy: string;
}

/** Renders a problem as the one line that a user reads. */
export function describeProblem(problem: Problem): string {
    const got = "got" in problem ? `, got ${showValue(problem.got)}` : "";
    return `${problem.path}: ${problem.wrong}${got}; expected ${problem.expected}; ${problem.remedy}`;
}

/** A value as JSON on one line, cut after 60 characters. */
export function showValue(value: unknown): string {
    if (value === undefined) {
        return "nothing";
    }
    const text = toJson(value);
    if (text === undefined) {
        return typeof value;
    }
    return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** `undefined` for what JSON has no form for: a function, a cycle, half a million nested lists. */
function toJson(value: unknown): string | undefined {
    try {
        return JSON.stringify(value);
    } catch {
        return undefined;
    }
}

/** `"a", "b" or "c"`. */
export function oneOf(values: readonly unknown[]): string {
    const quoted = values.map((value) => JSON.stringify(value));
    const last = quoted.pop();
    if (last === undefined) {
        return "nothing";
    }
    return quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`;
}
