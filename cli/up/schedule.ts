import { clusterNamed, type ClusterName, type Mesh } from "../../components/topology/model";
import { installsAfter, phasesOf } from "../../components/topology/phases";
import { canInstall, inputsOf, type Publications } from "./publications";

/** What is known while stacks are brought up. */
export interface Progression {
    readonly selected: readonly ClusterName[];
    readonly publications: Publications;
    /** For each stack that has run, the digest of what it took from its peers. */
    readonly ran: ReadonlyMap<ClusterName, string>;
}

/**
 * The stacks that are worth running next, side by side: each selected stack once, as soon as what it installs
 * from is there or cannot be waited for, and again when its peers have published something new for it.
 */
export function nextStacks(mesh: Mesh, progression: Progression): readonly ClusterName[] {
    const { selected, publications, ran } = progression;
    return selected.filter((name) => {
        const took = ran.get(name);
        return took === undefined
            ? !isWorthWaiting(mesh, name, progression)
            : took !== inputsOf(mesh, name, publications);
    });
}

/** True while a stack that this one installs from is still to run, and has not published what is needed. */
function isWorthWaiting(mesh: Mesh, name: ClusterName, progression: Progression): boolean {
    return (
        !canInstall(mesh, name, progression.publications) &&
        installsAfter(mesh, clusterNamed(mesh, name)).some(
            (peer) => progression.selected.includes(peer) && !progression.ran.has(peer),
        )
    );
}

/** No mesh needs more rounds; beyond them two stacks only chase each other. */
export function maximumRounds(mesh: Mesh): number {
    return phasesOf(mesh).length + 2;
}
