import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

import type { Progress } from "../progress";
import { stateDir } from "./state";

/** After how long a wait for another run is worth a word. */
const SILENT_MS = 1000;

/**
 * Does something while no other run changes the clusters. The kernel holds the lock, through a child
 * that ends when this process does in whatever way; it is on the folder around the lab's own, which
 * stays when the lab's goes, so no file is left behind.
 */
export async function withLock<T>(progress: Progress, action: () => Promise<T>): Promise<T> {
    const folder = dirname(stateDir());
    await mkdir(folder, { recursive: true });
    const holder = spawn("flock", [folder, "sh", "-c", "echo locked; exec cat"], {
        stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = new Promise<never>((_, reject) => {
        holder.once("error", reject);
        holder.once("close", (status) => {
            reject(new Error(`flock ${folder}: ended with ${status ?? "a signal"}`));
        });
    });
    const held = new Promise<void>((resolve) => {
        holder.stdout.once("data", resolve);
    });
    const reminder = setTimeout(() => {
        const step = progress.step("clusters");
        step.update("waiting for another run that is changing them");
        void held.then(() => {
            step.done("the other run has ended");
        });
    }, SILENT_MS);
    try {
        await Promise.race([held, ended]);
        clearTimeout(reminder);
        return await action();
    } finally {
        clearTimeout(reminder);
        holder.stdin.on("error", () => undefined).end();
        // Only when the child is gone is the lock free for whoever comes next in this process.
        await ended.catch(() => undefined);
    }
}
