import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";

import { cacheRoot, goFolder } from "../paths";
import { missingSystemPrograms } from "./debian";
import { run } from "./run";
import { findProgram } from "./search-path";

const GIB = 1024 ** 3;
const REQUIRED_MEMORY = 4 * GIB;
/** Go's own caches, the programs, the images and the clusters' copies of them. */
const REQUIRED_DISK_COLD = 20 * GIB;
const REQUIRED_DISK_WARM = 3 * GIB;

const OWN_CLUSTERS =
    'or use clusters of your own, which need none of this (README, "With your own clusters")';

/** What was found on a machine; all that the lab asks for before it touches anything. */
export interface Machine {
    readonly platform: string;
    readonly arch: string;
    readonly isRoot: boolean;
    /** Why the Go command cannot be used, if so. */
    readonly goProblem?: string;
    readonly hasPython: boolean;
    readonly hasAptGet: boolean;
    readonly missingPrograms: readonly string[];
    readonly freeDisk: number;
    readonly requiredDisk: number;
    readonly memory: number;
}

/** Everything that keeps the lab from running on this machine, one sentence each; empty when nothing does. */
export async function checkPrerequisites(): Promise<readonly string[]> {
    return findProblems(await inspectMachine());
}

/** Looks at this machine; changes nothing. */
async function inspectMachine(): Promise<Machine> {
    const root = cacheRoot();
    const disk = await statfs(nearestFolder(root));
    const goProblem = await findGoProblem();
    return {
        platform: process.platform,
        arch: process.arch,
        isRoot: process.getuid?.() === 0,
        ...(goProblem === undefined ? {} : { goProblem }),
        hasPython: findProgram("python3") !== undefined,
        hasAptGet: findProgram("apt-get") !== undefined,
        missingPrograms: missingSystemPrograms(),
        freeDisk: disk.bavail * disk.bsize,
        requiredDisk: existsSync(join(root, "store")) ? REQUIRED_DISK_WARM : REQUIRED_DISK_COLD,
        memory: totalmem(),
    };
}

/** The folder itself, or the first above it that exists. */
function nearestFolder(folder: string): string {
    return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}

/** The problems of a machine, in the user's words. */
export function findProblems(machine: Machine): readonly string[] {
    const problems: string[] = [];
    if (machine.platform !== "linux") {
        return [
            `the lab runs on Linux only, got ${machine.platform}; use a Linux machine or a virtual one, ${OWN_CLUSTERS}`,
        ];
    }
    if (machine.arch !== "x64" && machine.arch !== "arm64") {
        problems.push(
            `the lab has no programs for this processor, got ${machine.arch}; expected x64 or arm64; use another machine, ${OWN_CLUSTERS}`,
        );
    }
    if (!machine.isRoot) {
        problems.push(
            `the lab makes network namespaces and mounts, which needs root; run it with sudo, ${OWN_CLUSTERS}`,
        );
    }
    if (machine.goProblem !== undefined) {
        problems.push(`${machine.goProblem}; install Go from https://go.dev/dl, ${OWN_CLUSTERS}`);
    }
    if (!machine.hasPython) {
        problems.push(`python3 was not found; install it, ${OWN_CLUSTERS}`);
    }
    if (machine.missingPrograms.length > 0 && !machine.hasAptGet) {
        problems.push(
            `missing: ${machine.missingPrograms.join(", ")}; there is no apt-get to install them with: install them with the package manager of this distribution, ${OWN_CLUSTERS}`,
        );
    }
    if (machine.freeDisk < machine.requiredDisk) {
        problems.push(
            `too little disk space below ${cacheRoot()}, got ${inGib(machine.freeDisk)}; expected ${inGib(machine.requiredDisk)}; make room or set XDG_CACHE_HOME, ${OWN_CLUSTERS}`,
        );
    }
    if (machine.memory < REQUIRED_MEMORY) {
        problems.push(
            `too little memory, got ${inGib(machine.memory)}; expected ${inGib(REQUIRED_MEMORY)}; use a bigger machine, ${OWN_CLUSTERS}`,
        );
    }
    return problems;
}

/** Go decides itself whether it can build the module, or can bring the toolchain that does. */
async function findGoProblem(): Promise<string | undefined> {
    if (findProgram("go") === undefined) {
        return "go was not found";
    }
    try {
        await run("go cannot be used", "go", ["env", "GOVERSION"], {
            cwd: join(goFolder, "kubernetes"),
        });
        return undefined;
    } catch (error) {
        return error instanceof Error ? error.message : String(error);
    }
}

function inGib(bytes: number): string {
    return `${(bytes / GIB).toFixed(1)} GiB`;
}
