import type { ClusterFacts, Unreachable } from "../../../cli/check/observation";
import type { Mesh } from "../../../components/topology/model";

/** One fault, and the one failure that it must show as. */
export interface Fault {
    readonly fault: string;
    readonly mesh: Mesh;
    readonly changes: Readonly<Record<string, (facts: ClusterFacts) => ClusterFacts | Unreachable>>;
    readonly fails: string;
    readonly seen: string;
    readonly expected: string;
    readonly remedy: string;
}
