import { readFileSync } from "node:fs";
import { hostname } from "node:os";

import { StackFailure } from "./failure";
import { ProcessError } from "./processes";

/** A lock that another run of the engine holds, or left behind. */
export interface StackLock {
    readonly host: string;
    readonly pid: number;
    readonly since: string;
}

/** The locks that a refused run names; empty for any other failure. */
export function locksIn(error: unknown): readonly StackLock[] {
    if (!(error instanceof ProcessError) || !error.result.stderr.includes("currently locked by")) {
        return [];
    }
    const lock = /created by \S*@(\S+) \(pid (\d+)\) at (\S+)/g;
    return [...error.result.stderr.matchAll(lock)].map(([, host = "", pid, since = ""]) => ({
        host,
        pid: Number(pid),
        since,
    }));
}

/** True where the engine that made the lock ran on this machine and is gone, so that nothing can be lost. */
export function isAbandoned({ host, pid }: StackLock): boolean {
    if (host !== hostname()) {
        return false;
    }
    try {
        process.kill(pid, 0);
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "ESRCH";
    }
    return !mayBePulumi(pid);
}

/** The number of a process that ended may have been given to another program since. */
function mayBePulumi(pid: number): boolean {
    try {
        return readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("pulumi");
    } catch {
        return true;
    }
}

/** What to do about a lock that may still be in use. */
export function describeLocks(stack: string, locks: readonly StackLock[]): StackFailure {
    return new StackFailure(stack, [
        ...locks.map(
            ({ host, pid, since }) =>
                `another pulumi works on this stack: process ${pid} on ${host}, since ${since}`,
        ),
        `wait for it to end; where it is gone for sure, run pulumi cancel --yes --stack ${stack}`,
    ]);
}
