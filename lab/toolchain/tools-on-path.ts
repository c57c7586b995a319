import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { KUBERNETES, PULUMI } from "../versions";
import { tryRun } from "./run";
import { findProgram } from "./search-path";

/** A version's numbers; what follows the patch is left out. */
export interface Version {
    readonly major: number;
    readonly minor: number;
    readonly patch: number;
}

/** Reads the first version in a text, with or without a leading v. */
export function parseVersion(text: string): Version | undefined {
    const [, major, minor, patch] = /v?(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
    if (major === undefined || minor === undefined || patch === undefined) {
        return undefined;
    }
    return { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Whether a Pulumi command line of this version can stand in for the pinned one. */
export function isUsablePulumi(found: Version, pinned = parseVersion(PULUMI.version)): boolean {
    return pinned !== undefined && found.major === pinned.major && found.minor >= pinned.minor;
}

/**
 * Whether a kubectl of this version may talk to the lab's API servers.
 * https://kubernetes.io/releases/version-skew-policy/#kubectl
 */
export function isUsableKubectl(
    found: Version,
    server = parseVersion(KUBERNETES.version),
): boolean {
    return (
        server !== undefined &&
        found.major === server.major &&
        Math.abs(found.minor - server.minor) <= 1
    );
}

/** The Pulumi command line on PATH, if its version will do. */
export async function pulumiOnPath(): Promise<string | undefined> {
    return usable("pulumi", ["version"], isUsablePulumi);
}

/** The language host beside a usable Pulumi command line: a release has both in one folder. */
export async function languageHostOnPath(): Promise<string | undefined> {
    return (await pulumiOnPath()) === undefined ? undefined : findProgram("pulumi-language-nodejs");
}

/** kubectl on PATH, if its version will do. */
export async function kubectlOnPath(): Promise<string | undefined> {
    return usable("kubectl", ["version", "--client"], isUsableKubectl);
}

/** A provider plugin that `pulumi plugin install` has brought before, of exactly this version. */
export function installedPlugin(name: string, version: string): Promise<string | undefined> {
    const home = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
    const program = `pulumi-resource-${name}`;
    const path = join(home, "plugins", `resource-${name}-v${version}`, program);
    return Promise.resolve(existsSync(path) ? path : undefined);
}

async function usable(
    program: string,
    args: readonly string[],
    accepts: (version: Version) => boolean,
): Promise<string | undefined> {
    const path = findProgram(program);
    if (path === undefined) {
        return undefined;
    }
    const version = parseVersion((await tryRun(path, args)) ?? "");
    return version !== undefined && accepts(version) ? path : undefined;
}
