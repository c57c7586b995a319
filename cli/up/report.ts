import { formatCheckReport } from "../check/format";
import type { CheckReport } from "../check/result";
import type { ClusterName } from "../../components/topology/model";
import { formatFailures } from "../engine/stack-run";
import type { PendingLink, UpReport } from "./up";

/** All that `up` has to say in the end. */
export interface UpOutcome extends UpReport {
    /** Absent where it was left out, or the mesh is not complete. */
    readonly check?: CheckReport;
}

/**
 * True where `up` has done what it was asked for: no run failed, every link between the selected stacks is made,
 * and the check passed. A link to a stack that was not selected may wait.
 */
export function isGood(
    { ok, pending, check }: UpOutcome,
    selected: readonly ClusterName[],
): boolean {
    return (
        ok &&
        check?.ok !== false &&
        pending.every(({ cluster }) => !selected.includes(cluster as ClusterName))
    );
}

/** What failed and what waits, for standard error; empty where all is well. */
export function formatProblems({ runs, pending }: UpOutcome): string {
    return [formatFailures(runs), formatPending(pending)].filter((part) => part !== "").join("\n");
}

/** The result for people. */
export function formatOutcome({ runs, pending, check }: UpOutcome): string {
    const stacks = new Set(runs.map(({ stack }) => stack)).size;
    const phases = new Set(runs.map(({ phase }) => phase)).size;
    return [
        ...(runs.some(({ failure }) => failure !== undefined)
            ? []
            : [
                  `${stacks} ${plural(stacks, "stack")} up after ${phases} ${plural(phases, "phase")}, ` +
                      (pending.length === 0
                          ? "every link is made"
                          : `${pending.length} ${plural(pending.length, "link")} pending`),
              ]),
        ...(check === undefined ? [] : [formatCheckReport(check)]),
    ].join("\n");
}

function formatPending(pending: readonly PendingLink[]): string {
    return pending
        .map(
            ({ stack, cluster, waitsFor, next }) =>
                `stack ${stack} waits for ${cluster}: ${waitsFor}; ${next}`,
        )
        .join("\n");
}

function plural(count: number, noun: string): string {
    return count === 1 ? noun : `${noun}s`;
}
