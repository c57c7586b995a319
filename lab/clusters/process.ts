import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { isMissing, type ClusterPaths } from "./state";
import { logTail, pause, waitUntil } from "./wait";

/** A long-running process of a cluster, as it is to be. */
export interface ProcessSpec {
    readonly name: string;
    /** Absolute path of the program. */
    readonly program: string;
    readonly args: readonly string[];
    /** Folders put before the system's own on the process's PATH. */
    readonly path?: readonly string[];
    /** Files that the process reads once, when it starts: it is started anew when one has changed. */
    readonly reads?: readonly string[];
    /** The network namespace that it runs in. */
    readonly networkNamespace: string;
    /** The mount namespace that it runs in; the machine's own without it. */
    readonly mountNamespace?: string;
}

/** Where a process's traces are: its record, its log, its cgroups. */
export interface ProcessHome {
    readonly cluster: string;
    readonly paths: ClusterPaths;
    /** Files that the process writes itself into to join its cgroups. */
    readonly cgroupFiles: readonly string[];
}

/** A process that was started at some time. */
export interface RecordedProcess {
    readonly name: string;
    readonly pid: number;
    readonly running: boolean;
    /** A hash of everything that it was started with. */
    readonly fingerprint: string;
}

/**
 * Joins the cgroups, writes down who it is, and becomes the program. The process records itself, so
 * that there is no moment in which it runs and nothing knows of it.
 */
const LAUNCH = `
set -e
record=$1 fingerprint=$2 program=$3 groups=$4
shift 4
while [ "$groups" -gt 0 ]; do echo $$ > "$1"; shift; groups=$((groups - 1)); done
{
    cat /proc/sys/kernel/random/boot_id
    cat /proc/$$/stat
    echo "$fingerprint"
    echo "$program"
} > "$record.new"
mv "$record.new" "$record"
exec "$@"
`;

const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Starts a process unless it runs already as it is to be; tells whether it was started. */
export async function ensureProcess(spec: ProcessSpec, home: ProcessHome): Promise<boolean> {
    const fingerprint = await fingerprintOf(spec);
    const recorded = await readProcess(home.paths, spec.name);
    if (recorded?.running === true) {
        if (recorded.fingerprint === fingerprint) {
            return false;
        }
        await stopProcess(home.paths, recorded.name);
    }
    await startProcess(spec, home, fingerprint);
    return true;
}

/** Waits until a process is ready; fails at once when it ends before. */
export async function waitForProcess(
    spec: ProcessSpec,
    home: ProcessHome,
    timeoutMs: number,
    check: () => Promise<string | undefined>,
): Promise<void> {
    const log = logPath(home.paths, spec.name);
    await waitUntil(`${home.cluster}: ${spec.name}`, {
        timeoutMs,
        check: async () => {
            const missing = await check();
            const recorded = await readProcess(home.paths, spec.name);
            if (missing !== undefined && recorded?.running !== true) {
                throw new Error(
                    `${home.cluster}: ${spec.name} ended instead of becoming ready\n${await logTail(log)}`,
                );
            }
            return missing;
        },
        explain: () => logTail(log),
    });
}

/** What is known of a process; undefined when it was never started. */
export async function readProcess(
    paths: ClusterPaths,
    name: string,
): Promise<RecordedProcess | undefined> {
    const text = await readText(recordPath(paths, name));
    const [bootId, stat, fingerprint, program] = (text ?? "").split("\n");
    const recorded = parseStat(stat ?? "");
    if (recorded === undefined || fingerprint === undefined || program === undefined) {
        return undefined;
    }
    const running = await isSameProcess(recorded, bootId ?? "", program);
    return { name, pid: recorded.pid, running, fingerprint };
}

/** Asks a process to end, and ends it when it has not after a while. Never another process. */
export async function stopProcess(
    paths: ClusterPaths,
    name: string,
    patienceMs = 10_000,
): Promise<void> {
    const deadline = Date.now() + patienceMs;
    let asked = false;
    for (;;) {
        const recorded = await readProcess(paths, name);
        if (recorded?.running !== true) {
            return;
        }
        if (!asked) {
            sendSignal(recorded.pid, "SIGTERM");
            asked = true;
        } else if (Date.now() > deadline) {
            sendSignal(recorded.pid, "SIGKILL");
        }
        await pause(50);
    }
}

/** Sends a signal to a process that may be gone by now. */
export function sendSignal(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
    try {
        process.kill(pid, signal);
    } catch (error) {
        if (!isMissing(error)) {
            throw error;
        }
    }
}

/** The log of one of a cluster's processes. */
export function logPath(paths: ClusterPaths, name: string): string {
    return join(paths.logs, `${name}.log`);
}

/** What `/proc/<pid>/stat` says that tells one process from another with the same number. */
export interface ProcessStat {
    readonly pid: number;
    readonly state: string;
    /** When it was started, in clock ticks since the machine was. */
    readonly startTime: string;
}

/** Reads a line of `/proc/<pid>/stat`, see proc_pid_stat(5). */
export function parseStat(line: string): ProcessStat | undefined {
    // The second field is the program's name in parentheses, which may hold spaces and parentheses.
    const match = /^(\d+) \(.*\) (.*)$/s.exec(line);
    const rest = match?.[2]?.split(" ") ?? [];
    const [state, startTime] = [rest[0], rest[19]];
    if (match === null || state === undefined || startTime === undefined) {
        return undefined;
    }
    return { pid: Number(match[1]), state, startTime };
}

/** Whether a process exists and has not ended. */
export async function isAlive(pid: number): Promise<boolean> {
    const stat = parseStat((await readText(`/proc/${pid}/stat`)) ?? "");
    return stat !== undefined && !"ZX".includes(stat.state);
}

async function isSameProcess(
    recorded: ProcessStat,
    bootId: string,
    program: string,
): Promise<boolean> {
    const now = parseStat((await readText(`/proc/${recorded.pid}/stat`)) ?? "");
    const booted = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    return (
        now !== undefined &&
        !"ZX".includes(now.state) &&
        now.startTime === recorded.startTime &&
        booted === bootId &&
        ((await readText(`/proc/${recorded.pid}/cmdline`)) ?? "").split("\0").includes(program)
    );
}

async function startProcess(
    spec: ProcessSpec,
    { cluster, paths, cgroupFiles }: ProcessHome,
    fingerprint: string,
): Promise<void> {
    const log = openSync(logPath(paths, spec.name), "a", 0o600);
    const enter = [`--net=${spec.networkNamespace}`];
    if (spec.mountNamespace !== undefined) {
        enter.push(`--mount=${spec.mountNamespace}`);
    }
    const launch = [recordPath(paths, spec.name), fingerprint, spec.program, cgroupFiles.length];
    const child = spawn(
        "/bin/sh",
        [
            ...["-c", LAUNCH, "launch", ...launch.map(String), ...cgroupFiles],
            ...["nsenter", ...enter, "--", spec.program, ...spec.args],
        ],
        {
            detached: true,
            cwd: "/",
            stdio: ["ignore", log, log],
            env: { PATH: [...(spec.path ?? []), SYSTEM_PATH].join(":"), HOME: "/root" },
        },
    );
    closeSync(log);
    let ended: string | undefined;
    child.once("error", (error) => (ended = error.message));
    child.once(
        "exit",
        (status, signal) => (ended = `ended with ${status ?? signal ?? "no status"}`),
    );
    child.unref();
    await waitUntil(`${cluster}: ${spec.name}`, {
        timeoutMs: 30_000,
        intervalMs: 20,
        check: async () => {
            const recorded = await readProcess(paths, spec.name);
            if (recorded !== undefined && recorded.pid === child.pid) {
                return undefined;
            }
            if (ended !== undefined) {
                const tail = await logTail(logPath(paths, spec.name));
                throw new Error(`${cluster}: ${spec.name} could not be started: ${ended}\n${tail}`);
            }
            return "not started";
        },
        explain: () => logTail(logPath(paths, spec.name)),
    });
}

async function fingerprintOf(spec: ProcessSpec): Promise<string> {
    const hash = createHash("sha256").update(JSON.stringify(spec));
    for (const file of spec.reads ?? []) {
        hash.update(`\0${file}\0`).update(await readFile(file));
    }
    return hash.digest("hex");
}

function recordPath(paths: ClusterPaths, name: string): string {
    return join(paths.run, `${name}.process`);
}

async function readText(path: string): Promise<string | undefined> {
    try {
        return await readFile(path, "utf8");
    } catch (error) {
        if (isMissing(error)) {
            return undefined;
        }
        throw error;
    }
}
