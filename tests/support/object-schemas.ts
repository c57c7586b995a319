import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

import certManager from "../fixtures/cert-manager-crds.json";
import istio from "../fixtures/istio-crds.json";

type Schema = Readonly<Record<string, unknown>>;

const schemas: Readonly<Record<string, Schema>> = { ...istio.schemas, ...certManager.schemas };
const validators = new Map<string, ValidateFunction>();

/** `networking.istio.io/v1 Gateway` and so on: the kinds whose schemas are known. */
export const knownKinds: readonly string[] = Object.keys(schemas);

/** An object as it is handed to the API server. */
export interface ObjectInputs {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly spec: unknown;
}

const metadataKeys = ["name", "namespace", "labels", "annotations"];

/**
 * What is wrong with an object by the schema of its kind. A field that the schema does not have is wrong too: the
 * API server would prune it and say nothing.
 */
export function schemaProblems(inputs: Readonly<Record<string, unknown>>): readonly string[] {
    const { apiVersion, kind, metadata, spec, ...rest } = inputs as unknown as ObjectInputs;
    const validate = validatorOf(`${apiVersion} ${kind}`);
    if (validate === undefined) {
        return [`no schema of ${apiVersion} ${kind}`];
    }
    const unknown = [
        ...Object.keys(rest),
        ...Object.keys(metadata)
            .filter((key) => !metadataKeys.includes(key))
            .map((key) => `metadata.${key}`),
    ];
    return [
        ...unknown.map((path) => `${path}: unknown field`),
        ...(validate(spec) ? [] : (validate.errors ?? []).map(describeError)),
    ];
}

function validatorOf(kind: string): ValidateFunction | undefined {
    const schema = schemas[kind];
    if (schema === undefined) {
        return undefined;
    }
    const known = validators.get(kind) ?? compile(schema);
    validators.set(kind, known);
    return known;
}

function compile(schema: Schema): ValidateFunction {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(ajv);
    return ajv.compile(closed(schema));
}

/**
 * Refuses what a structural schema leaves unsaid. Inside oneOf, anyOf and not, a structural schema has no fields
 * of its own, so those stay as they are.
 */
function closed(schema: Schema): Schema {
    const properties = schema["properties"] as Readonly<Record<string, Schema>> | undefined;
    const { items, additionalProperties } = schema as Readonly<Record<string, Schema | undefined>>;
    const isOpen = schema["x-kubernetes-preserve-unknown-fields"] === true;
    return {
        ...schema,
        ...(properties === undefined
            ? {}
            : {
                  properties: Object.fromEntries(
                      Object.entries(properties).map(([name, inner]) => [name, closed(inner)]),
                  ),
              }),
        ...(items === undefined ? {} : { items: closed(items) }),
        ...(typeof additionalProperties === "object"
            ? { additionalProperties: closed(additionalProperties) }
            : schema["type"] === "object" && !isOpen
              ? { additionalProperties: false }
              : {}),
    };
}

function describeError({ instancePath, message, params }: ErrorObject): string {
    return `spec${instancePath}: ${message ?? ""} ${JSON.stringify(params)}`;
}
