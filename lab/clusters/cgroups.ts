import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { readMounts } from "./mount-table";
import { isMissing, listFolder } from "./state";
import { pause } from "./wait";

/** The lab's own cgroup; each cluster has one below it, and nothing else is in there. */
export const LAB_CGROUP = "isthmus-lab";

/** The controllers that kubelet needs. */
const CONTROLLERS = ["cpuset", "cpu", "io", "memory", "pids", "hugetlb"] as const;

/** How the machine has its cgroups: one hierarchy (version 2), or one per controller (version 1). */
export interface CgroupLayout {
    readonly version: 1 | 2;
    /** Where each hierarchy is mounted, the unified one of a hybrid machine included. */
    readonly roots: readonly string[];
}

/** Finds the machine's cgroup hierarchies. */
export async function cgroupLayout(): Promise<CgroupLayout> {
    const mounts = await readMounts();
    const roots = mounts.filter(({ path }) => path.startsWith("/sys/fs/cgroup"));
    if (roots.some(({ path, type }) => path === "/sys/fs/cgroup" && type === "cgroup2")) {
        return { version: 2, roots: ["/sys/fs/cgroup"] };
    }
    const paths = roots.filter(({ type }) => type.startsWith("cgroup")).map(({ path }) => path);
    if (paths.length === 0) {
        throw new Error("this machine has no cgroups at /sys/fs/cgroup; clusters need them");
    }
    return { version: 1, roots: [...new Set(paths)] };
}

/** The cgroup, below each hierarchy's root, that kubelet puts a cluster's pods into. */
export function clusterCgroup(name: string): string {
    return `/${LAB_CGROUP}/${name}`;
}

/** Makes a cluster's cgroups; gives the files that a process writes itself into to join them. */
export async function ensureClusterCgroups(name: string): Promise<readonly string[]> {
    const { version, roots } = await cgroupLayout();
    const joinFiles = await Promise.all(
        roots.map(async (root) => {
            const cluster = join(root, LAB_CGROUP, name);
            // Version 2 allows processes in leaves only, so the cluster's own have one beside the pods'.
            const own = join(cluster, "system");
            await mkdir(own, { recursive: true });
            const path = [root, join(root, LAB_CGROUP), cluster];
            if (version === 2) {
                for (const group of path) {
                    await enableControllers(group);
                }
            } else {
                for (const group of [...path.slice(1), own]) {
                    await inheritCpuset(group);
                }
            }
            return join(own, "cgroup.procs");
        }),
    );
    return joinFiles;
}

/** The lab's cgroups that exist, one per hierarchy. */
export async function labCgroups(): Promise<readonly string[]> {
    const { roots } = await cgroupLayout();
    return roots.map((root) => join(root, LAB_CGROUP)).filter((path) => existsSync(path));
}

/** Every process in the lab's cgroups; it holds what the lab started and what that started in turn. */
export async function processesInCgroups(): Promise<readonly number[]> {
    const pids = new Set<number>();
    const visit = async (group: string): Promise<void> => {
        for (const pid of await readPids(join(group, "cgroup.procs"))) {
            pids.add(pid);
        }
        for (const child of await childGroups(group)) {
            await visit(child);
        }
    };
    for (const group of await labCgroups()) {
        await visit(group);
    }
    return [...pids];
}

/** Removes the lab's cgroups, innermost first; they must hold no process any more. */
export async function removeCgroups(): Promise<void> {
    const remove = async (group: string): Promise<void> => {
        for (const child of await childGroups(group)) {
            await remove(child);
        }
        await removeGroup(group);
    };
    for (const group of await labCgroups()) {
        await remove(group);
    }
}

async function removeGroup(group: string): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
        try {
            await rmdir(group);
            return;
        } catch (error) {
            if (isMissing(error)) {
                return;
            }
            // The kernel lets go of a killed process's cgroup a moment after the process is gone.
            if (attempt >= 50) {
                const pids = await readPids(join(group, "cgroup.procs"));
                throw new Error(
                    `${group}: the cgroup cannot be removed; processes in it: ${pids.join(", ") || "none"}`,
                    { cause: error },
                );
            }
            await pause(100);
        }
    }
}

async function childGroups(group: string): Promise<readonly string[]> {
    try {
        const entries = await readdir(group, { withFileTypes: true });
        return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(group, name));
    } catch (error) {
        if (isMissing(error)) {
            return [];
        }
        throw error;
    }
}

async function readPids(file: string): Promise<readonly number[]> {
    try {
        const text = await readFile(file, "utf8");
        return text
            .split("\n")
            .map(Number)
            .filter((pid) => pid > 0);
    } catch (error) {
        if (isMissing(error)) {
            return [];
        }
        throw error;
    }
}

async function enableControllers(group: string): Promise<void> {
    const available = (await readFile(join(group, "cgroup.controllers"), "utf8")).split(/\s+/);
    for (const controller of CONTROLLERS.filter((name) => available.includes(name))) {
        try {
            await writeFile(join(group, "cgroup.subtree_control"), `+${controller}`);
        } catch (error) {
            throw new Error(
                `${group}: the cgroup controller ${controller} cannot be enabled for the lab's ` +
                    "clusters; inside a container, run the lab on the machine itself instead",
                { cause: error },
            );
        }
    }
}

/** A new cpuset of version 1 has no processors and no memory until it is given some. */
async function inheritCpuset(group: string): Promise<void> {
    for (const file of await listFolder(group)) {
        if (file !== "cpuset.cpus" && file !== "cpuset.mems") {
            continue;
        }
        if ((await readFile(join(group, file), "utf8")).trim() === "") {
            await writeFile(join(group, file), await readFile(join(group, "..", file), "utf8"));
        }
    }
}
