import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { z } from "zod";

import { meshSchema } from "../components/topology/schema";
import { stackConfigSchema } from "../components/topology/stack-config";

type JsonSchema = Readonly<Record<string, unknown>>;

const dialect = "http://json-schema.org/draft-07/schema#";

/** Value that `pulumi config set --secret` writes. */
const secureValue: JsonSchema = {
    type: "object",
    required: ["secure"],
    properties: { secure: { type: "string" } },
    additionalProperties: false,
    description: "Encrypted by pulumi config set --secret.",
};

/** JSON Schema of Pulumi.yaml, with the mesh in full. */
export function projectSchema(): JsonSchema {
    const { definitions, ...mesh } = jsonSchema(meshSchema);
    const declaration = {
        type: "object",
        required: ["value"],
        properties: { value: mesh, description: { type: "string" } },
        additionalProperties: false,
        description: "The mesh, one for all stacks.",
    };
    return {
        $schema: dialect,
        title: "Pulumi.yaml of Isthmus",
        type: "object",
        required: ["name", "runtime", "config"],
        properties: {
            name: {
                type: "string",
                description: "Name of the project; config keys begin with it.",
            },
            description: { type: "string" },
            runtime: { type: ["string", "object"] },
            config: {
                type: "object",
                properties: { mesh: declaration, "isthmus:mesh": declaration },
                anyOf: [{ required: ["mesh"] }, { required: ["isthmus:mesh"] }],
            },
        },
        definitions,
    };
}

/** JSON Schema of a stack's own file, Pulumi.<stack>.yaml. */
export function stackSchema(): JsonSchema {
    const { definitions, properties } = jsonSchema(
        stackConfigSchema.extend({ mesh: meshSchema.optional() }),
    );
    const keys = Object.keys(properties);
    const entries = Object.entries(properties).map(([key, schema]) => [
        `isthmus:${key}`,
        key === "cacerts" ? cacertsSchema() : orSecure(schema),
    ]);
    return {
        $schema: dialect,
        title: "Stack file of Isthmus",
        type: "object",
        properties: {
            config: {
                type: "object",
                properties: Object.fromEntries(entries) as JsonSchema,
                patternProperties: { [`^isthmus:(?!(${keys.join("|")})$)`]: false },
            },
            encryptionsalt: { type: "string" },
            secretsprovider: { type: "string" },
            encryptedkey: { type: "string" },
        },
        definitions: { ...definitions, secureValue },
    };
}

interface ObjectSchema {
    readonly definitions: Readonly<Record<string, JsonSchema>>;
    readonly properties: Readonly<Record<string, JsonSchema>>;
}

/** As users write it, so without what defaults fill in; what occurs twice is a definition. */
function jsonSchema(schema: z.ZodType): ObjectSchema {
    const options = { io: "input", target: "draft-07", reused: "ref" } as const;
    const parts = Object.entries(z.toJSONSchema(schema, options));
    const withoutDialect = Object.fromEntries(parts.filter(([key]) => key !== "$schema"));
    return { definitions: {}, ...withoutDialect } as unknown as ObjectSchema;
}

function orSecure(schema: JsonSchema): JsonSchema {
    const { description, ...rest } = schema;
    return {
        ...(description === undefined ? {} : { description }),
        anyOf: [rest, { $ref: "#/definitions/secureValue" }],
    };
}

/** The CA of a stack; each of its parts may be encrypted on its own. */
function cacertsSchema(): JsonSchema {
    const options = { io: "input", target: "draft-07" } as const;
    const { type, required, properties, description } = z.toJSONSchema(
        stackConfigSchema.shape.cacerts,
        options,
    );
    const parts = Object.entries(properties ?? {}).map(([key, part]) => [
        key,
        orSecure(part as JsonSchema),
    ]);
    return {
        type,
        description,
        required,
        properties: Object.fromEntries(parts) as JsonSchema,
        additionalProperties: false,
    };
}

const folder = join(dirname(__dirname), "components", "topology", "json-schema");

/** The generated files, by path. */
export function schemaFiles(): ReadonlyMap<string, string> {
    const text = (schema: JsonSchema) => `${JSON.stringify(schema, null, 4)}\n`;
    return new Map([
        [join(folder, "project.schema.json"), text(projectSchema())],
        [join(folder, "stack.schema.json"), text(stackSchema())],
    ]);
}

/** The generated files that are not what they should be. */
export function staleSchemas(): readonly string[] {
    return [...schemaFiles()]
        .filter(([path, text]) => readOrEmpty(path) !== text)
        .map(([path]) => path);
}

function readOrEmpty(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch {
        return "";
    }
}

function main(check: boolean): void {
    if (check) {
        const stale = staleSchemas();
        if (stale.length > 0) {
            process.stderr.write(`${stale.join(", ")}: out of date; run npm run schema\n`);
            process.exitCode = 1;
        }
        return;
    }
    mkdirSync(folder, { recursive: true });
    for (const [path, text] of schemaFiles()) {
        writeFileSync(path, text);
    }
}

if (require.main === module) {
    main(process.argv.includes("--check"));
}
