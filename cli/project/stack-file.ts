import { existsSync } from "node:fs";
import { join } from "node:path";

import type { ClusterName } from "../../components/topology/model";
import { projectValue } from "./mesh-source";
import { isMapping } from "./values";
import { readYamlFile } from "./yaml-file";

/** What is particular to one stack: its own file over the project's values, as Pulumi merges them. */
export interface StackFile {
    /** Where the file is, or would be. */
    readonly path: string;
    readonly exists: boolean;
    /** Path or content; absent where it is not set, or encrypted. */
    readonly kubeconfig?: string;
    /** Absent where it is not set: then the context has the stack's name. */
    readonly context?: string;
    readonly apiServer?: { readonly server: string; readonly tlsServerName?: string };
    readonly detached: readonly string[];
    /** `isthmus:mesh` of the file, which takes the place of the project's. */
    readonly mesh?: unknown;
    /** Keys whose values only the engine can decrypt. */
    readonly encrypted: readonly string[];
}

/** The part of the project file that stack files are merged with. */
export interface ProjectFile {
    readonly name: string;
    readonly config: Readonly<Record<string, unknown>>;
}

/** Path of the file of a stack. */
export function stackFilePath(configDir: string, stack: ClusterName): string {
    return join(configDir, `Pulumi.${stack}.yaml`);
}

/**
 * Reads the file of a stack; a stack without one has what the project says.
 *
 * @throws MeshError where it is not YAML.
 */
export function readStackFile(
    configDir: string,
    stack: ClusterName,
    project: ProjectFile,
): StackFile {
    const path = stackFilePath(configDir, stack);
    const exists = existsSync(path);
    const own = exists ? stackConfig(readYamlFile(path)) : {};
    const keys = ["kubeconfig", "context", "apiServer", "detached", "mesh"] as const;
    const plain = Object.fromEntries(
        keys.map((key) => [
            key,
            own[`${project.name}:${key}`] ?? projectValue(project.config, project.name, key),
        ]),
    );
    const { apiServer, detached } = plain;
    const mesh = own[`${project.name}:mesh`];
    return {
        path,
        exists,
        ...textEntry("kubeconfig", plain["kubeconfig"]),
        ...textEntry("context", plain["context"]),
        ...(isApiServer(apiServer) ? { apiServer } : {}),
        detached: Array.isArray(detached)
            ? detached.filter((name) => typeof name === "string")
            : [],
        ...(mesh === undefined ? {} : { mesh }),
        encrypted: keys.filter((key) => isEncrypted(plain[key])),
    };
}

function stackConfig(content: unknown): Readonly<Record<string, unknown>> {
    return isMapping(content) && isMapping(content["config"]) ? content["config"] : {};
}

function textEntry<Key extends string>(key: Key, value: unknown): { readonly [K in Key]?: string } {
    return (typeof value === "string" ? { [key]: value } : {}) as { readonly [K in Key]?: string };
}

function isApiServer(value: unknown): value is { server: string; tlsServerName?: string } {
    return isMapping(value) && typeof value["server"] === "string";
}

function isEncrypted(value: unknown): boolean {
    return isMapping(value) && Object.keys(value).join() === "secure";
}
