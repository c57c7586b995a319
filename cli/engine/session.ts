import type { ClusterName, Mesh } from "../../components/topology/model";
import type { CliContext } from "../context";
import { createProgress, type Progress } from "../output/progress";
import { withCancellation } from "./cancellation";
import { type Engine, openEngine } from "./engine";
import { defaultParallel } from "./parallel";

/** What every run over several stacks is given. */
export interface Session {
    readonly engine: Engine;
    readonly mesh: Mesh;
    readonly selected: readonly ClusterName[];
    /** How many stacks may run at once. */
    readonly parallel: number;
    readonly progress: Progress;
    readonly signal: AbortSignal;
}

/** Does some work with the engine, which an interruption ends cleanly, and closes it again. */
export async function withSession<T>(
    context: CliContext,
    selected: readonly ClusterName[],
    parallel: number | undefined,
    work: (session: Session) => Promise<T>,
): Promise<T> {
    const engine = await openEngine(context);
    try {
        return await withCancellation((signal) =>
            work({
                engine,
                mesh: context.mesh,
                selected,
                parallel: parallel ?? defaultParallel(),
                progress: createProgress(),
                signal,
            }),
        );
    } finally {
        engine.close();
    }
}
