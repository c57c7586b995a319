import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { describeProblem, MeshError } from "../components/topology/errors";
import type { ClusterName, Mesh } from "../components/topology/model";
import { CliError } from "./errors";
import { buildMesh, projectName, projectValue } from "./project/mesh-source";
import { type ProjectFile, readStackFile, type StackFile } from "./project/stack-file";
import { isMapping } from "./project/values";
import { readYamlFile, shownPath } from "./project/yaml-file";

export type { StackFile } from "./project/stack-file";

/** Everything that a command needs to know of the project, read once. */
export interface CliContext {
    /** Folder of Pulumi.yaml. */
    readonly projectDir: string;
    readonly projectName: string;
    readonly mesh: Mesh;
    /** This process's environment, with the lab's settings over it where the lab was asked for. */
    readonly env: Readonly<Record<string, string>>;
    /** Folder of the stack files. */
    readonly configDir: string;
    /** What is particular to a cluster's stack, the project's values filled in. */
    stackFile(cluster: ClusterName): StackFile;
}

/** What the global options say. */
export interface ContextOptions {
    /** Where to look for Pulumi.yaml, upwards; the current folder when absent. */
    readonly cwd?: string;
    /** Folder of the stack files; the project's own when absent. */
    readonly configDir?: string;
    /** Take the engine's settings and the stack files from the lab. */
    readonly lab?: boolean;
}

/**
 * Opens the project.
 *
 * @throws MeshError where the mesh is not right.
 * @throws CliError where there is no project.
 */
export async function openContext(options: ContextOptions = {}): Promise<CliContext> {
    const projectDir = findProject(options.cwd ?? process.cwd());
    const lab = options.lab === true ? await openLab() : undefined;
    const configDir = resolve(options.configDir ?? lab?.configDir ?? projectDir);
    const project = readProject(projectDir);
    const mesh = readMesh(projectDir, configDir, project);
    return {
        projectDir,
        projectName: project.name,
        mesh,
        env: { ...ownEnvironment(projectDir), ...lab?.env },
        configDir,
        stackFile: (cluster) => readStackFile(configDir, cluster, project),
    };
}

/** The nearest folder with a Pulumi.yaml, from `start` upwards. */
function findProject(start: string): string {
    const first = resolve(start);
    for (let folder = first; ; folder = dirname(folder)) {
        if (existsSync(join(folder, "Pulumi.yaml"))) {
            return folder;
        }
        if (dirname(folder) === folder) {
            throw new CliError(
                `no Pulumi.yaml in ${first} or above it; go to the project's folder, or name it with --cwd`,
            );
        }
    }
}

async function openLab(): Promise<{ env: Readonly<Record<string, string>>; configDir: string }> {
    const { labEnvironment } = await import("../lab/environment.js");
    try {
        return await labEnvironment();
    } catch (error) {
        throw new CliError((error as Error).message);
    }
}

function readProject(projectDir: string): ProjectFile {
    const content = readYamlFile(join(projectDir, "Pulumi.yaml"));
    const mapping = isMapping(content) ? content : {};
    const config = mapping["config"];
    return { name: projectName(mapping), config: isMapping(config) ? config : {} };
}

/** The project's mesh; where stack files bring their own, theirs, which must be one and the same. */
function readMesh(projectDir: string, configDir: string, project: ProjectFile): Mesh {
    const name = shownPath(join(projectDir, "Pulumi.yaml"));
    const overrides = findOverrides(configDir, project);
    const [first, ...others] = overrides;
    if (first === undefined) {
        return buildMesh(projectValue(project.config, project.name, "mesh"), name);
    }
    const mesh = buildMesh(first.mesh, shownPath(first.path));
    const different = others.filter((other) => !isDeepStrictEqual(other.mesh, first.mesh));
    const silent = mesh.clusters.filter(
        (cluster) => readStackFile(configDir, cluster.name, project).mesh === undefined,
    );
    const disagreeing = [
        ...different.map(({ path }) => shownPath(path)),
        ...silent.map((cluster) => `the stack of ${cluster.name}`),
    ];
    if (disagreeing.length > 0) {
        throw new MeshError([
            describeProblem({
                path: `${shownPath(first.path)}: ${project.name}:mesh`,
                wrong: `another mesh than that of ${disagreeing.join(", ")}`,
                expected: "one mesh for all stacks",
                remedy: `keep it in ${name} alone`,
            }),
        ]);
    }
    return mesh;
}

function findOverrides(
    configDir: string,
    project: ProjectFile,
): readonly { readonly path: string; readonly mesh: unknown }[] {
    return readdirSync(configDir)
        .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
        .filter((stack) => stack !== undefined)
        .sort()
        .map((stack) => readStackFile(configDir, stack as ClusterName, project))
        .flatMap(({ path, mesh }) => (mesh === undefined ? [] : [{ path, mesh }]));
}

/** The engine runs the program with the `node` of PATH; where that is too old, with the project's own. */
function ownEnvironment(projectDir: string): Record<string, string> {
    const variables = Object.fromEntries(
        Object.entries(process.env).filter(
            (entry): entry is [string, string] => entry[1] !== undefined,
        ),
    );
    const nodeFolder = dirname(process.execPath);
    return nodeFolder.startsWith(join(projectDir, "node_modules"))
        ? { ...variables, PATH: `${nodeFolder}:${variables["PATH"] ?? ""}` }
        : variables;
}
