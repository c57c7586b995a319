import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** How often a waiting run says again for whom it waits. */
const WAIT_REPORT_MS = 2_000;

/**
 * Does some work while no other process on this machine does the same.
 *
 * The lock is the kernel's (flock): util-linux's `flock` holds it as a child that ends when the pipe
 * from this process closes, so a run that was killed at any point has given its lock back. The file's
 * content, the holder's pid, is there for people and for the message.
 */
export async function withLock<T>(
    file: string,
    onWait: (holder: string) => void,
    work: () => Promise<T>,
): Promise<T> {
    await mkdir(dirname(file), { recursive: true });
    const child = spawn("flock", ["--exclusive", file, "sh", "-c", "echo held; exec cat"], {
        stdio: ["pipe", "pipe", "inherit"],
    });
    const waiting = setInterval(() => {
        void readFile(file, "utf8").then((pid) => {
            onWait(pid.trim());
        });
    }, WAIT_REPORT_MS);
    try {
        await new Promise<void>((resolve, reject) => {
            child.stdout.once("data", () => {
                resolve();
            });
            child.once("error", reject);
            child.once("close", (code) => {
                reject(new Error(`lock ${file}: flock ended with ${String(code)}`));
            });
        });
    } finally {
        clearInterval(waiting);
    }
    try {
        await writeFile(file, `${process.pid}\n`);
        return await work();
    } finally {
        const closed = new Promise((resolve) => child.once("close", resolve));
        child.stdin.end();
        await closed;
    }
}
