import { readdirSync, readFileSync } from "node:fs";

/** Kills a process and everything that it started, at once: the engine and its plugins as well. */
export function killTree(root: number | undefined): void {
    if (root === undefined) {
        return;
    }
    const parents = parentsOfAll();
    const isBelow = (pid: number): boolean =>
        pid === root || (parents.has(pid) && isBelow(parents.get(pid) ?? 0));
    for (const pid of [...parents.keys()].filter(isBelow)) {
        try {
            process.kill(pid, "SIGKILL");
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
                throw error;
            }
        }
    }
}

function parentsOfAll(): ReadonlyMap<number, number> {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return new Map(
        pids.flatMap((pid) => {
            try {
                const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
                // The name in parentheses may hold anything; the parent is the second field after it.
                const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
                return [[Number(pid), Number(parent)] as const];
            } catch {
                return [];
            }
        }),
    );
}
