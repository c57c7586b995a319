import type { StepEventMetadata } from "@pulumi/pulumi/automation";

import { isMapping } from "../project/values";
import type { PropertyChange } from "./model";

/** How the engine marks a secret, and what the provider has not computed yet. */
const secretMark = "4dabf18193072939515e22adb298388d";
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const longestValue = 60;

/** The properties that a step changes, by path. */
export function propertyChanges(step: StepEventMetadata): readonly PropertyChange[] {
    const details = Object.entries(step.detailedDiff ?? {});
    const paths =
        details.length > 0
            ? details.map(([path, { diffKind }]) => ({
                  path,
                  replaces: diffKind.endsWith("replace"),
              }))
            : (step.diffs ?? []).map((path) => ({ path, replaces: false }));
    return paths
        .map(({ path, replaces }) => ({
            path,
            ...valuesAt(step, path),
            forcesReplacement: replaces || (step.keys ?? []).includes(path),
        }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function valuesAt(
    { type, old, new: after }: StepEventMetadata,
    path: string,
): Pick<PropertyChange, "from" | "to"> {
    // All of a Secret is hidden, whichever of its parts the provider marks.
    const isSecret = type === "kubernetes:core/v1:Secret" && /^(data|stringData)\b/.test(path);
    const parts = parsePath(path);
    const from = isSecret ? "[secret]" : show(valueAt(old?.inputs, parts));
    const to = isSecret ? "[secret]" : show(valueAt(after?.inputs, parts));
    return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** `spec.ports[0].name` and `metadata.labels["a.b/c"]` as parts. */
export function parsePath(path: string): readonly string[] {
    return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
        ([, quoted, index, name]) => quoted?.replace(/\\(.)/g, "$1") ?? index ?? name ?? "",
    );
}

/** A secret anywhere on the way hides all below it. */
function valueAt(value: unknown, parts: readonly string[]): unknown {
    if (isMapping(value) && secretMark in value) {
        return value;
    }
    const [first, ...rest] = parts;
    if (first === undefined) {
        return value;
    }
    return typeof value === "object" && value !== null
        ? valueAt((value as Readonly<Record<string, unknown>>)[first], rest)
        : undefined;
}

function show(value: unknown): string | undefined {
    if (isMapping(value) && secretMark in value) {
        return "[secret]";
    }
    if (value === unknownValue) {
        return "[known after up]";
    }
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
        return undefined;
    }
    const text = String(value);
    return text.length > longestValue || text.includes("\n") ? undefined : text;
}
