import { expect } from "chai";
import { z } from "zod";

import { meshSchema } from "../../components/topology/schema";
import { stackConfigSchema } from "../../components/topology/stack-config";
import { codeIn, readPage } from "./pages";

interface JsonSchema {
    readonly type?: string;
    readonly const?: unknown;
    readonly enum?: unknown;
    readonly default?: unknown;
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly additionalProperties?: JsonSchema | boolean;
    readonly anyOf?: readonly JsonSchema[];
    readonly oneOf?: readonly JsonSchema[];
}

interface Key {
    readonly path: string;
    readonly default?: unknown;
}

describe("the configuration tables of the README", () => {
    for (const [table, schema] of [
        ["mesh", meshSchema],
        ["stack", stackConfigSchema],
    ] as const) {
        const rows = rowsOf(table);
        const keys = keysOf(z.toJSONSchema(schema, { io: "input" }) as JsonSchema, "");

        it(`have every key of the ${table} and no other`, () => {
            const shown = rows.flatMap(({ keys: paths }) => paths);
            expect(shown).to.have.members([...new Set(keys.map(({ path }) => path))]);
        });

        it(`have the defaults of the ${table}`, () => {
            for (const { path, default: value } of keys) {
                const row = rows.find((candidate) => candidate.keys.includes(path));
                if (typeof value === "string") {
                    expect(codeIn(row?.default ?? ""), path).to.deep.equal([value]);
                }
            }
        });
    }
});

/** The rows of the table after the comment `<!-- config: NAME -->`. */
function rowsOf(name: string): readonly { keys: readonly string[]; default: string }[] {
    const { text } = readPage("README.md");
    const marker = `<!-- config: ${name} -->`;
    const table = text.slice(text.indexOf(marker) + marker.length).split(/\n(?!\||\n)/)[0] ?? "";
    return table
        .split("\n")
        .filter((line) => line.startsWith("| `"))
        .map((line) => line.split("|").map((cell) => cell.trim()))
        .map(([, keys = "", value = ""]) => ({ keys: codeIn(keys), default: value }));
}

/** Every key that takes a value, by its dotted path. */
function keysOf(schema: JsonSchema, path: string): readonly Key[] {
    const alternatives = schema.anyOf ?? schema.oneOf;
    if (alternatives !== undefined) {
        return alternatives.flatMap((alternative) => keysOf(alternative, path));
    }
    const { properties, additionalProperties } = schema;
    if (properties !== undefined) {
        return Object.entries(properties).flatMap(([key, inner]) =>
            keysOf(inner, path === "" ? key : `${path}.${key}`),
        );
    }
    if (typeof additionalProperties === "object" && hasKeys(additionalProperties)) {
        return keysOf(additionalProperties, `${path}.<name>`);
    }
    return [{ path, default: schema.default }];
}

function hasKeys({ properties, anyOf, oneOf }: JsonSchema): boolean {
    return properties !== undefined || (anyOf ?? oneOf ?? []).some(hasKeys);
}
