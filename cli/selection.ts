import { InvalidArgumentError } from "commander";

import { describeProblem, oneOf } from "../components/topology/errors";
import type { ClusterName } from "../components/topology/model";
import { UsageError } from "./errors";

/**
 * The clusters that a command is about: those named, or all.
 *
 * @throws UsageError with every name that is not known.
 */
export function selectClusters(
    known: readonly ClusterName[],
    named: readonly string[] | undefined,
): readonly ClusterName[] {
    if (named === undefined) {
        return known;
    }
    const unknown = named.filter((name) => !known.includes(name as ClusterName));
    if (unknown.length > 0) {
        throw new UsageError(
            unknown
                .map((name) =>
                    describeProblem({
                        path: "--cluster",
                        wrong: "unknown cluster",
                        got: name,
                        expected: oneOf(known),
                        remedy: "correct the name, or add the cluster to the mesh",
                    }),
                )
                .join("\n"),
        );
    }
    return known.filter((name) => named.includes(name));
}

/** A number of stacks for `--parallel`. */
export function parseParallel(text: string): number {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1) {
        throw new InvalidArgumentError("it must be a whole number, 1 or more.");
    }
    return value;
}
