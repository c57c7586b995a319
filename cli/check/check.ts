import { describeProblem, oneOf } from "../../components/topology/errors";
import type { ClusterName } from "../../components/topology/model";
import type { CliContext } from "../context";
import { UsageError } from "../errors";
import { openCluster } from "./client/open";
import { interruptible } from "./interruption";
import { systemClock } from "./probe";
import type { CheckReport } from "./result";
import { checkMesh, type MeshAccess, observeMesh } from "./run";
import { buildStatus, type MeshStatus } from "./status";

/** Whose checks to run, and how. */
export interface CheckOptions {
    readonly context: CliContext;
    /** All of them when absent. */
    readonly clusters?: readonly ClusterName[];
    /** Also send requests between the clusters, from pods that are made and removed for it. */
    readonly traffic: boolean;
    /** Image of these pods; ISTHMUS_PROBE_IMAGE of the context, else the default, when absent. */
    readonly probeImage?: string;
    /** Seconds for which to look again while something fails; 0 when absent. */
    readonly waitSeconds?: number;
    /** Told what happens, line by line. */
    readonly report?: (line: string) => void;
}

/** agnhost, with wget: https://github.com/kubernetes/kubernetes/tree/master/test/images/agnhost */
export const defaultProbeImage = "registry.k8s.io/e2e-test-images/agnhost:2.53";

/**
 * Runs the acceptance checks of the mesh.
 *
 * @throws UsageError for a cluster that is not in the mesh, Interrupted where the process was asked to
 * stop, once what the probe made is removed.
 */
export async function runCheck(options: CheckOptions): Promise<CheckReport> {
    const access = accessTo(options);
    const { context, traffic, probeImage, waitSeconds = 0 } = options;
    const patience = { milliseconds: waitSeconds * 1000, clock: systemClock };
    const image = probeImage ?? context.env["ISTHMUS_PROBE_IMAGE"] ?? defaultProbeImage;
    return traffic
        ? interruptible((signal) => checkMesh(access, { signal, image }, patience))
        : checkMesh(access, undefined, patience);
}

/** What the clusters look like now; nothing is made and nothing is judged. */
export async function runStatus(
    options: Pick<CheckOptions, "context" | "clusters" | "report">,
): Promise<MeshStatus> {
    return buildStatus(await observeMesh(accessTo(options)));
}

function accessTo({
    context,
    clusters,
    report = () => {},
}: Pick<CheckOptions, "context" | "clusters" | "report">): MeshAccess {
    const { mesh } = context;
    const all = mesh.clusters.map(({ name }) => name);
    const unknown = (clusters ?? []).filter((name) => !all.includes(name));
    if (unknown.length > 0) {
        throw new UsageError(unknown.map((name) => describeUnknown(name, all)).join("\n"));
    }
    return {
        mesh,
        clusters: clusters === undefined || clusters.length === 0 ? all : [...new Set(clusters)],
        detachedFrom: (reader) => context.stackFile(reader).detached,
        open: (cluster) => openCluster(context, cluster),
        report,
    };
}

function describeUnknown(name: string, all: readonly ClusterName[]): string {
    return describeProblem({
        path: "--cluster",
        wrong: "no cluster of the mesh has this name",
        got: name,
        expected: oneOf(all),
        remedy: "correct it",
    });
}
