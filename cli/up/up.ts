import { parsePeer, type Peer, type PendingPeer } from "../../components/topology/contract";
import type { ClusterName } from "../../components/topology/model";
import { mapLimited } from "../engine/parallel";
import type { Session } from "../engine/session";
import { runWithProgress, type StackRun } from "../engine/stack-run";
import { inputsOf } from "./publications";
import { maximumRounds, nextStacks } from "./schedule";

/** What came of it. */
export interface UpReport {
    /** True where every run ended well; links may still be pending. */
    readonly ok: boolean;
    readonly runs: readonly PhasedRun[];
    /** Links that still wait, by the stack that waits. */
    readonly pending: readonly PendingLink[];
}

/** One run of one stack, and the phase it belonged to. */
export interface PhasedRun extends StackRun {
    readonly phase: number;
}

/** A link that the stack waits for. */
export interface PendingLink extends PendingPeer {
    readonly stack: ClusterName;
}

/** Brings the selected stacks up, phase by phase, until another run would change nothing. */
export async function bringUp(args: Session): Promise<UpReport> {
    const existing = new Set((await args.engine.stacks()).keys());
    const state: State = {
        existing,
        publications: new Map(await readPublications(args, existing)),
        ran: new Map(),
    };
    const runs: PhasedRun[] = [];
    for (let phase = 1; phase <= maximumRounds(args.mesh); phase++) {
        const stacks = nextStacks(args.mesh, { selected: args.selected, ...state });
        if (stacks.length === 0) {
            break;
        }
        runs.push(...(await runPhase(args, state, phase, stacks)));
        if (args.signal.aborted || runs.some(({ failure }) => failure !== undefined)) {
            return { ok: false, runs, pending: [] };
        }
    }
    return { ok: true, runs, pending: pendingLinks(state) };
}

interface State {
    readonly existing: Set<string>;
    readonly publications: Map<ClusterName, Peer>;
    readonly ran: Map<ClusterName, string>;
}

async function readPublications(
    { engine, mesh, parallel }: Session,
    existing: ReadonlySet<string>,
): Promise<readonly (readonly [ClusterName, Peer])[]> {
    return mapLimited(mesh.clusters, parallel, async ({ name }) => {
        const outputs = existing.has(name) ? await engine.outputs(name) : undefined;
        return [name, parsePeer(mesh, name, outputs)] as const;
    });
}

async function runPhase(
    args: Session,
    state: State,
    phase: number,
    stacks: readonly ClusterName[],
): Promise<readonly PhasedRun[]> {
    for (const stack of stacks) {
        state.ran.set(stack, inputsOf(args.mesh, stack, state.publications));
        if (!state.existing.has(stack)) {
            await args.engine.create(stack);
            state.existing.add(stack);
        }
    }
    const results = await mapLimited(stacks, args.parallel, (stack) =>
        runWithProgress({ ...args, label: `phase ${phase}`, stack }, (options) =>
            args.engine.up(stack, options),
        ),
    );
    for (const { run, result } of results) {
        if (result !== undefined) {
            state.publications.set(run.stack, parsePeer(args.mesh, run.stack, result.outputs));
        }
    }
    return results.map(({ run }) => ({ phase, ...run }));
}

/** As the stacks that ran have said themselves. */
function pendingLinks({ ran, publications }: State): readonly PendingLink[] {
    return [...ran.keys()].flatMap((stack) => {
        const own = publications.get(stack);
        return own?.state === "ready"
            ? own.facts.pendingPeers.map((pending) => ({ stack, ...pending }))
            : [];
    });
}
