import { existsSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";

import { chooseWan } from "./addressing";
import { run } from "./command";
import { NODE_FOLDERS } from "./mount-namespace";
import { readMounts } from "./mount-table";
import { machineRoutes, NETNS_FOLDER } from "./network";
import { isMissing, listFolder, readLabRecord, writeLabRecord, type LabRecord } from "./state";

/** Limits that many pods on one machine use up, and what they are raised to where they are lower. */
const SETTINGS: Readonly<Record<string, number>> = {
    "/proc/sys/fs/inotify/max_user_instances": 1024,
    "/proc/sys/fs/inotify/max_user_watches": 524_288,
};

/** Folders that appear while the lab runs: the nodes', and the one that `mount` makes for itself. */
const FOLDERS = [...Object.keys(NODE_FOLDERS), "/run/mount"];

/** Prepares the machine, and remembers first what is changed about it. */
export async function prepareMachine(): Promise<LabRecord> {
    const record = (await readLabRecord()) ?? (await makeRecord());
    for (const folder of Object.keys(NODE_FOLDERS)) {
        await mkdir(folder, { recursive: true });
    }
    for (const path of Object.keys(record.raisedSettings)) {
        await writeFile(path, String(SETTINGS[path]));
    }
    return record;
}

/** Puts back what `prepareMachine` changed. */
export async function restoreMachine(): Promise<void> {
    const record = await readLabRecord();
    if (record === undefined) {
        return;
    }
    for (const [path, before] of Object.entries(record.raisedSettings)) {
        // A value that somebody has set since is theirs.
        if ((await readFile(path, "utf8")).trim() === String(SETTINGS[path])) {
            await writeFile(path, before);
        }
    }
    if (record.madeNetnsMount && (await listFolder(NETNS_FOLDER)).length === 0) {
        const mounts = await readMounts();
        for (const { path } of mounts.filter((mount) => mount.path === NETNS_FOLDER)) {
            await run("umount", [path], { allowFailure: true });
        }
    }
    for (const folder of [...record.madeFolders].reverse()) {
        await removeIfEmpty(folder);
    }
}

async function makeRecord(): Promise<LabRecord> {
    const mounts = await readMounts();
    const raisedSettings: Record<string, string> = {};
    for (const [path, wanted] of Object.entries(SETTINGS)) {
        const value = (await readFile(path, "utf8")).trim();
        if (Number(value) < wanted) {
            raisedSettings[path] = value;
        }
    }
    const record: LabRecord = {
        wan: chooseWan(await machineRoutes(), process.env.ISTHMUS_LAB_NETWORK),
        madeFolders: FOLDERS.filter((folder) => !existsSync(folder)),
        madeNetnsMount: !mounts.some(({ path }) => path === NETNS_FOLDER),
        raisedSettings,
    };
    await writeLabRecord(record);
    return record;
}

async function removeIfEmpty(folder: string): Promise<void> {
    try {
        await rmdir(folder);
    } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        if (!isMissing(error) && code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "EBUSY") {
            throw error;
        }
    }
}
