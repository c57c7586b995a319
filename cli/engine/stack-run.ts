import type { ClusterName } from "../../components/topology/model";
import type { Progress } from "../output/progress";
import { type Activity, type ChangeCounts, countsInWords } from "./activity";
import type { RunOptions, RunResult } from "./engine";
import { StackFailure } from "./failure";

/** One run of one stack, as it is reported. */
export interface StackRun {
    readonly stack: ClusterName;
    readonly seconds: number;
    readonly changes: ChangeCounts;
    /** What the engine said, where the run failed. */
    readonly failure?: readonly string[];
}

interface RunArgs {
    readonly stack: ClusterName;
    /** What is being done, before the stack's name. */
    readonly label: string;
    readonly progress: Progress;
    readonly signal: AbortSignal;
    /** How operations are counted in words. */
    readonly inWords?: (counts: ChangeCounts) => string;
}

/** Runs a stack with a line of progress; a failure of the stack becomes part of the report. */
export async function runWithProgress<R extends RunResult>(
    { stack, label, progress, signal, inWords = countsInWords }: RunArgs,
    run: (options: RunOptions) => Promise<R>,
): Promise<{ readonly run: StackRun; readonly result?: R }> {
    if (signal.aborted) {
        return {
            run: { stack, seconds: 0, changes: {}, failure: ["not started: stopped before"] },
        };
    }
    const line = progress.open(`${label}  ${stack}`);
    const started = Date.now();
    const seconds = () => Math.round((Date.now() - started) / 100) / 10;
    try {
        const result = await run({
            signal,
            onActivity: (activity) => {
                line.update(activityInWords(activity, inWords));
            },
            onNote: (note) => {
                line.note(note);
            },
        });
        line.end(inWords(result.changes));
        return { run: { stack, seconds: seconds(), changes: result.changes }, result };
    } catch (error) {
        if (!(error instanceof StackFailure)) {
            line.end("failed");
            throw error;
        }
        line.end("failed");
        return { run: { stack, seconds: seconds(), changes: {}, failure: error.lines } };
    }
}

/** The report of failed runs for standard error; empty where none failed. */
export function formatFailures(runs: readonly StackRun[]): string {
    return runs
        .flatMap(({ stack, failure }) =>
            failure === undefined
                ? []
                : [`stack ${stack} failed:`, ...failure.map((line) => `  ${line}`)],
        )
        .join("\n");
}

function activityInWords(
    { done, current }: Activity,
    inWords: (counts: ChangeCounts) => string,
): string {
    return [inWords(done), ...(current === undefined ? [] : [current])].join("  ");
}
