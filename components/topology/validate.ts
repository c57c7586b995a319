import { z } from "zod";

import { describeProblem, oneOf, showValue } from "./errors";

/** What validation gives: the typed value, or every problem in it as a line for the user. */
export type Validated<T> =
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly problems: readonly string[] };

interface ValidateOptions {
    /** First part of every path in a problem, for instance `mesh`. */
    readonly root: string;
    /** Paths (dotted, without the root) whose values are never shown. */
    readonly secret?: readonly string[];
}

/**
 * Checks `value` against `schema`.
 *
 * @returns the parsed value, or one line per problem, in the form of {@link describeProblem}.
 */
export function validate<S extends z.ZodType>(
    schema: S,
    value: unknown,
    options: ValidateOptions,
): Validated<z.output<S>> {
    const result = schema.safeParse(value);
    if (result.success) {
        return { ok: true, value: result.data };
    }
    return {
        ok: false,
        problems: result.error.issues.flatMap((issue) => describeIssue(issue, value, options)),
    };
}

function describeIssue(
    issue: z.core.$ZodIssue,
    value: unknown,
    options: ValidateOptions,
): string[] {
    const path = pathText(options.root, issue.path);
    const input = valueAt(value, issue.path);
    const got = holdsSecret(issue.path, options) ? {} : { got: input };
    switch (issue.code) {
        case "unrecognized_keys":
            return issue.keys.map((key) =>
                describeProblem({
                    path: pathText(path, [key]),
                    wrong: "unknown key",
                    expected: "a key of the schema",
                    remedy: "remove it or correct its spelling",
                }),
            );
        case "invalid_union":
            return describeUnion(issue, value, options);
        case "invalid_value":
            return [
                describeProblem({
                    path,
                    wrong: input === undefined ? "missing" : "unknown value",
                    ...got,
                    expected: oneOf(issue.values),
                    remedy: "use one of these",
                }),
            ];
        case "invalid_key":
            return issue.issues.map((inner) =>
                describeProblem({
                    path,
                    wrong: "invalid name",
                    got: issue.path.at(-1),
                    expected: inner.message,
                    remedy: "rename it",
                }),
            );
        default:
            return [
                describeProblem({
                    path,
                    wrong: input === undefined ? "missing" : wrongFor(issue),
                    ...(input === undefined ? {} : got),
                    expected: expectedBy(issue),
                    remedy: input === undefined ? "add it" : "correct it",
                }),
            ];
    }
}

function describeUnion(
    issue: z.core.$ZodIssueInvalidUnion,
    value: unknown,
    options: ValidateOptions,
): string[] {
    const path = pathText(options.root, issue.path);
    const input = valueAt(value, issue.path);
    const got = input === undefined || holdsSecret(issue.path, options) ? {} : { got: input };
    if (issue.discriminator !== undefined) {
        return [
            describeProblem({
                path,
                wrong: input === undefined ? "missing" : "unknown value",
                ...got,
                expected: oneOf(discriminatorValues(issue)),
                remedy: "use one of these",
            }),
        ];
    }
    // The alternative that fits best is the one whose own problems lie deepest or are fewest.
    const fitting = issue.errors
        .filter(
            (errors) => !errors.some((e) => e.path.length === 0 && e.code !== "unrecognized_keys"),
        )
        .sort((a, b) => a.length - b.length)[0];
    if (fitting !== undefined) {
        return fitting.flatMap((inner) =>
            describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, value, options),
        );
    }
    return [
        describeProblem({
            path,
            wrong: input === undefined ? "missing" : "wrong form",
            ...got,
            expected: issue.errors
                .map((errors) => errors[0])
                .map(alternative)
                .join(" or "),
            remedy: "choose one form",
        }),
    ];
}

/** True for a secret, for what is inside one, and for what may hold one. */
function holdsSecret(path: readonly PropertyKey[], { secret = [] }: ValidateOptions): boolean {
    const text = path.map(String).join(".");
    return secret.some(
        (name) => text === "" || text.startsWith(name) || name.startsWith(`${text}.`),
    );
}

/** zod sets `options` on the issue of a discriminated union, which its types leave out. */
function discriminatorValues(issue: z.core.$ZodIssueInvalidUnion): readonly string[] {
    const { options = [] } = issue as { options?: readonly unknown[] };
    return options.map(String);
}

function alternative(issue: z.core.$ZodIssue | undefined): string {
    if (issue === undefined) {
        return "a value";
    }
    return issue.code === "invalid_value" ? oneOf(issue.values) : expectedBy(issue);
}

function wrongFor(issue: z.core.$ZodIssue): string {
    return issue.code === "invalid_type" ? "wrong type" : "invalid value";
}

function expectedBy(issue: z.core.$ZodIssue): string {
    switch (issue.code) {
        case "invalid_type":
            return typeNames[issue.expected] ?? `a value of type ${issue.expected}`;
        case "too_small":
            return issue.origin === "string"
                ? "text that is not empty"
                : `at least ${String(issue.minimum)} of them`;
        default:
            return issue.message;
    }
}

const typeNames: Readonly<Record<string, string>> = {
    object: "a mapping",
    record: "a mapping",
    array: "a list",
    string: "text",
    number: "a number",
    boolean: "true or false",
};

/** `mesh.clusters.c1.gateway.sourceRanges[0]`. */
function pathText(root: string, path: readonly PropertyKey[]): string {
    return path.reduce<string>(
        (text, part) =>
            typeof part === "number" ? `${text}[${part}]` : `${text}.${showPart(part)}`,
        root,
    );
}

function showPart(part: PropertyKey): string {
    const text = String(part);
    return /^[A-Za-z0-9_:-]{1,80}$/.test(text) ? text : showValue(text);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
    return path.reduce<unknown>(
        (inner, part) =>
            typeof inner === "object" && inner !== null
                ? (inner as Record<PropertyKey, unknown>)[part]
                : undefined,
        value,
    );
}
