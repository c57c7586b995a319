import type { ClusterName } from "../../components/topology/model";
import type { Engine } from "../engine/engine";
import { mapLimited } from "../engine/parallel";
import { runWithProgress, type StackRun } from "../engine/stack-run";
import type { Progress } from "../output/progress";
import type { DestroyPlan } from "./plan";

/** How clusters are made to leave. */
export interface DestroyArgs {
    readonly engine: Engine;
    readonly plan: DestroyPlan;
    /** Empty stacks to remove with their history; none where they are kept. */
    readonly remove: readonly ClusterName[];
    readonly parallel: number;
    readonly progress: Progress;
    readonly signal: AbortSignal;
}

/** What came of it. */
export interface DestroyReport {
    readonly ok: boolean;
    /** Runs of stacks that stay, which took their links away. */
    readonly detached: readonly StackRun[];
    readonly destroyed: readonly StackRun[];
    readonly removed: readonly ClusterName[];
}

/** Carries a plan out; the first failure ends it after what runs beside it. */
export async function destroyStacks(args: DestroyArgs): Promise<DestroyReport> {
    const { engine, plan, signal } = args;
    const detached = await runAll(args, "detach", plan.detach, (stack, options) =>
        engine.up(stack, { ...options, detached: plan.detached }),
    );
    const destroyed: StackRun[] = [];
    for (const wave of plan.waves) {
        if (signal.aborted || hasFailed([...detached, ...destroyed])) {
            break;
        }
        destroyed.push(
            ...(await runAll(args, "destroy", wave, (stack, options) =>
                engine.destroy(stack, options),
            )),
        );
    }
    const ok = !signal.aborted && !hasFailed([...detached, ...destroyed]);
    const removed = ok ? args.remove : [];
    for (const stack of removed) {
        await engine.remove(stack);
    }
    return { ok, detached, destroyed, removed };
}

async function runAll(
    args: DestroyArgs,
    label: string,
    stacks: readonly ClusterName[],
    run: (
        stack: ClusterName,
        options: Parameters<Engine["destroy"]>[1],
    ) => ReturnType<Engine["destroy"]>,
): Promise<readonly StackRun[]> {
    const results = await mapLimited(stacks, args.parallel, (stack) =>
        runWithProgress({ ...args, label, stack }, (options) => run(stack, options)),
    );
    return results.map((result) => result.run);
}

function hasFailed(runs: readonly StackRun[]): boolean {
    return runs.some(({ failure }) => failure !== undefined);
}
