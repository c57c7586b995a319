import { existsSync } from "node:fs";
import { readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";

import type { Progress } from "../progress";
import { labCgroups, processesInCgroups, removeCgroups } from "./cgroups";
import { PROCESS_NAMES } from "./cluster";
import { run } from "./command";
import { withLock } from "./lock";
import { restoreMachine } from "./machine";
import { isInside, readMounts } from "./mount-table";
import { hasHostInterface, HOST_INTERFACE, labNamespaces, removeNetworks } from "./network";
import { isAlive, sendSignal, stopProcess } from "./process";
import { clusterPaths, isMissing, labRecordPath, listFolder, stateDir, writeWhole } from "./state";
import { pause } from "./wait";

/** How long a process may take to end by itself; nothing of its state is kept. */
const PATIENCE_MS = 2000;

/** How long the kernel may take to end processes that were killed. */
const KILL_MS = 30_000;

/**
 * Removes every process, mount, network namespace, interface, cgroup and file of all clusters. It
 * goes by what it finds, not by what should be there, so it may be run at any time and repeated.
 */
export async function clustersDown(progress: Progress): Promise<void> {
    await withLock(progress, async () => {
        await removeEverything(progress);
    });
}

/**
 * Ends a removal that was killed in the middle: what it left runs no more as it should, though some
 * of it may still look as if it did. The caller holds the lock.
 */
export async function finishRemoval(progress: Progress): Promise<void> {
    if (existsSync(removalMark())) {
        await removeEverything(progress);
    }
}

async function removeEverything(progress: Progress): Promise<void> {
    const step = progress.step("clusters");
    try {
        if (existsSync(stateDir())) {
            await writeWhole(removalMark(), "");
        }
        step.update("stopping processes");
        await stopRecordedProcesses();
        await killProcesses();
        step.update("removing mounts, networks, cgroups and files");
        await removeMounts();
        await removeNetworks();
        await removeCgroups();
        await restoreMachine();
        await removeFiles();
        step.done("nothing of them is left");
    } catch (error) {
        step.fail("could not be removed entirely");
        throw error;
    }
}

function removalMark(): string {
    return join(stateDir(), "removing");
}

/** What is on the machine of the lab's clusters, in words, one line per thing; empty after `down`. */
export async function leftovers(): Promise<readonly string[]> {
    const mounts = await labMounts();
    const processes = new Set([...(await processesInCgroups()), ...(await processesByCommand())]);
    return [
        ...[...processes].map((pid) => `process ${pid}`),
        ...mounts.map((path) => `mount ${path}`),
        ...(await labNamespaces()).map((path) => `network namespace ${path}`),
        ...((await hasHostInterface()) ? [`network interface ${HOST_INTERFACE}`] : []),
        ...(await labCgroups()).map((path) => `cgroup ${path}`),
        ...(existsSync(stateDir()) ? [`folder ${stateDir()}`] : []),
    ];
}

async function stopRecordedProcesses(): Promise<void> {
    const clusters = await listFolder(join(stateDir(), "clusters"));
    await Promise.all(
        clusters.flatMap((cluster) =>
            PROCESS_NAMES.map((name) => stopProcess(clusterPaths(cluster), name, PATIENCE_MS)),
        ),
    );
}

/** Ends what is in the lab's cgroups: the pods, their supervisors, and whatever else was started. */
async function killProcesses(): Promise<void> {
    const deadline = Date.now() + KILL_MS;
    for (;;) {
        const pids = await processesInCgroups();
        const alive = await Promise.all(pids.map(isAlive));
        const left = pids.filter((_, index) => alive[index]);
        if (left.length === 0) {
            return;
        }
        if (Date.now() > deadline) {
            throw new Error(
                `processes ${left.join(", ")} were killed and have not ended after ` +
                    `${KILL_MS / 1000} s; the kernel may be waiting for a disk; run the command again`,
            );
        }
        for (const pid of left) {
            sendSignal(pid, "SIGKILL");
        }
        await pause(100);
    }
}

async function removeMounts(): Promise<void> {
    // Innermost first: what was mounted later lies inside or on top of what was mounted before.
    for (const path of [...(await labMounts())].reverse()) {
        const { status } = await run("umount", [path], { allowFailure: true });
        if (status !== 0) {
            await run("umount", ["--lazy", path], { allowFailure: true });
        }
    }
    const left = await labMounts();
    if (left.length > 0) {
        throw new Error(
            `mounts that could not be removed: ${left.join(", ")}; close what uses them`,
        );
    }
}

async function labMounts(): Promise<readonly string[]> {
    const folder = stateDir();
    const mounts = await readMounts();
    return mounts.map(({ path }) => path).filter((path) => isInside(path, folder));
}

async function removeFiles(): Promise<void> {
    const folder = stateDir();
    // What says that this goes on, and what must be put back, goes last.
    const last = [labRecordPath(), removalMark()];
    const paths = (await listFolder(folder)).map((name) => join(folder, name));
    for (const path of [...paths.filter((it) => !last.includes(it)), ...last]) {
        await rm(path, { recursive: true, force: true, maxRetries: 3 });
    }
    try {
        await rmdir(folder);
    } catch (error) {
        if (!isMissing(error)) {
            throw error;
        }
    }
}

/** Processes that were started with a path of the lab, wherever they are. */
async function processesByCommand(): Promise<readonly number[]> {
    const mark = `${stateDir()}/clusters/`;
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
    const commands = await Promise.all(
        pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
    );
    return pids.filter((_, index) => commands[index]?.includes(mark));
}
