import { describeProblem, MeshError } from "../../components/topology/errors";
import { buildTopology } from "../../components/topology/build";
import type { Mesh } from "../../components/topology/model";
import { readYamlFile, shownPath } from "./yaml-file";
import { isMapping } from "./values";

const knownMeshKeys = ["meshId", "trustDomain", "trust", "istio", "certManager", "clusters"];

/** Beyond this many, the value is something else than a mesh, and more lines would not help. */
const maximumProblems = 100;

/**
 * Reads the mesh from a file: the content of `mesh`, a Pulumi.yaml, or a stack file that overrides the mesh.
 *
 * @throws MeshError with every problem.
 */
export function readMeshFile(path: string): Mesh {
    return buildMesh(meshValueIn(readYamlFile(path), shownPath(path)), shownPath(path));
}

/**
 * Finds the value of `mesh` in a parsed file.
 *
 * @throws MeshError where a project file has none.
 */
export function meshValueIn(content: unknown, name: string): unknown {
    if (!isMapping(content)) {
        return content;
    }
    if ("runtime" in content || "config" in content) {
        const config = isMapping(content["config"]) ? content["config"] : {};
        const value = projectValue(config, projectName(content), "mesh");
        if (value === undefined) {
            throw missingMesh(name);
        }
        return value;
    }
    return "mesh" in content && !("clusters" in content) ? content["mesh"] : content;
}

/** Builds the mesh, and answers to what is no mesh at all in one line. */
export function buildMesh(value: unknown, name: string): Mesh {
    if (isMapping(value)) {
        const keys = Object.keys(value);
        if (keys.length > 0 && !keys.some((key) => knownMeshKeys.includes(key))) {
            throw new MeshError([
                describeProblem({
                    path: name,
                    wrong: "not a mesh",
                    got: keys[0],
                    expected: `the keys ${knownMeshKeys.join(", ")}`,
                    remedy: "describe the mesh, or name the file that does with --mesh",
                }),
            ]);
        }
    }
    try {
        return buildTopology(value);
    } catch (error) {
        if (error instanceof MeshError && error.problems.length > maximumProblems) {
            const more = error.problems.length - maximumProblems;
            throw new MeshError([
                ...error.problems.slice(0, maximumProblems),
                `mesh: ${more} more problems`,
            ]);
        }
        throw error;
    }
}

/**
 * The value that a project file gives a key for all stacks, as Pulumi reads it: plain, or under `value` or
 * `default`, with or without the project's name before the key.
 */
export function projectValue(
    config: Readonly<Record<string, unknown>>,
    project: string,
    key: string,
): unknown {
    const entry = config[`${project}:${key}`] ?? config[key];
    if (!isMapping(entry)) {
        return entry;
    }
    if ("value" in entry) {
        return entry["value"];
    }
    return "default" in entry ? entry["default"] : undeclared(entry);
}

/** A declaration has no value; anything else was meant as one. */
function undeclared(entry: Readonly<Record<string, unknown>>): unknown {
    const declaration = ["type", "description", "items", "secret"];
    return Object.keys(entry).every((key) => declaration.includes(key)) ? undefined : entry;
}

export function projectName(content: Readonly<Record<string, unknown>>): string {
    return typeof content["name"] === "string" ? content["name"] : "isthmus";
}

function missingMesh(name: string): MeshError {
    return new MeshError([
        describeProblem({
            path: `${name}: config.mesh`,
            wrong: "missing",
            expected: "the mesh under config.mesh.value",
            remedy: "describe the mesh there, or name the file that does with --mesh",
        }),
    ]);
}
