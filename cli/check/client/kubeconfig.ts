import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";

import type { KubeConfig } from "@kubernetes/client-node";

import { callTimeoutMs } from "./failures";
import { KubeError } from "./kube-client";

/** Where the access to a cluster is written down. */
export interface KubeAccess {
    /** Path of a kubeconfig, or its content; KUBECONFIG or ~/.kube/config when absent. */
    readonly kubeconfig?: string;
    readonly context: string;
    /** Folder that a relative path starts from. */
    readonly baseDir: string;
    readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Loads the kubeconfig and selects the context.
 *
 * @throws KubeError that says which kubeconfig or context is missing.
 */
export async function loadKubeConfig(access: KubeAccess): Promise<KubeConfig> {
    const { KubeConfig: Base } = await import("@kubernetes/client-node");
    /** Web sockets take their options from here, and would else wait for a server for ever. */
    class BoundedKubeConfig extends Base {
        override async applyToHTTPSOptions(
            options: Parameters<KubeConfig["applyToHTTPSOptions"]>[0],
        ): Promise<void> {
            await super.applyToHTTPSOptions(options);
            Object.assign(options, { handshakeTimeout: callTimeoutMs });
        }
    }
    const config = new BoundedKubeConfig();
    const source = load(config, access);
    if (config.getContextObject(access.context) === null) {
        const contexts = config.getContexts().map(({ name }) => name);
        throw new KubeError(
            `no context ${access.context} in ${source}, only ${contexts.join(", ") || "none"}`,
        );
    }
    config.setCurrentContext(access.context);
    if (config.getCurrentCluster() === null) {
        throw new KubeError(`context ${access.context} in ${source} names no cluster`);
    }
    return config;
}

/** @returns where it was loaded from, in words. */
function load(config: KubeConfig, { kubeconfig, baseDir, env }: KubeAccess): string {
    if (kubeconfig !== undefined && isContent(kubeconfig)) {
        config.loadFromString(kubeconfig);
        return "the configured kubeconfig";
    }
    const paths =
        kubeconfig === undefined ? defaultPaths(env) : [absolutePath(kubeconfig, baseDir, env)];
    const present = paths.filter((path) => existsSync(path));
    const [first, ...rest] = present;
    if (first === undefined) {
        throw new KubeError(`no kubeconfig at ${paths.join(", ")}`);
    }
    config.loadFromFile(first);
    for (const path of rest) {
        mergeMissing(config, path);
    }
    return present.join(", ");
}

/** As kubectl merges: what an earlier file says of a name stands. */
function mergeMissing(config: KubeConfig, path: string): void {
    const other = new (config.constructor as new () => KubeConfig)();
    other.loadFromFile(path);
    const has = (items: readonly { readonly name: string }[], name: string) =>
        items.some((item) => item.name === name);
    config.clusters.push(...other.clusters.filter(({ name }) => !has(config.clusters, name)));
    config.users.push(...other.users.filter(({ name }) => !has(config.users, name)));
    config.contexts.push(...other.contexts.filter(({ name }) => !has(config.contexts, name)));
}

function defaultPaths(env: KubeAccess["env"]): readonly string[] {
    const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
    return listed.length > 0 ? listed : [join(env["HOME"] ?? homedir(), ".kube", "config")];
}

function absolutePath(path: string, baseDir: string, env: KubeAccess["env"]): string {
    if (path.startsWith("~/")) {
        return join(env["HOME"] ?? homedir(), path.slice(2));
    }
    return isAbsolute(path) ? path : resolve(baseDir, path);
}

function isContent(kubeconfig: string): boolean {
    return /\n|^\s*\{/.test(kubeconfig);
}
