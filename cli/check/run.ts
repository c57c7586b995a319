import { randomBytes } from "node:crypto";

import { type Link, linksOf } from "../../components/topology/links";
import type { ClusterName, Mesh } from "../../components/topology/model";
import { type CheckInput, runChecks } from "./checks";
import type { KubeClient } from "./client/kube-client";
import type { Observation } from "./observation";
import { observeCluster } from "./observe";
import { type Clock, probeNamespacePrefix, type ProbeRun, runProbe, systemClock } from "./probe";
import { type CheckReport, type CheckResult, report, skipped } from "./result";

/** A mesh and the way into its clusters. */
export interface MeshAccess {
    readonly mesh: Mesh;
    /** Clusters to look at. */
    readonly clusters: readonly ClusterName[];
    /** Clusters whose links the stack of `reader` was told to leave out. */
    readonly detachedFrom: (reader: ClusterName) => readonly string[];
    readonly open: (cluster: ClusterName) => Promise<KubeClient>;
    readonly report: (line: string) => void;
}

/** How traffic is sent; absent where none is. */
export type Traffic = Pick<ProbeRun, "image" | "signal"> & Partial<Pick<ProbeRun, "clock">>;

/** Looks at every cluster at once. */
export async function observeMesh(access: MeshAccess): Promise<CheckInput> {
    const { mesh, clusters, open } = access;
    access.report(`looking at ${clusters.join(", ")}`);
    const links = linksOf(mesh).filter(
        ({ reader, cluster }) => !access.detachedFrom(reader).includes(cluster),
    );
    const observations = await Promise.all(
        clusters.map((cluster) =>
            observeCluster(cluster, () => open(cluster), peersOf(linksOf(mesh), cluster)),
        ),
    );
    return { mesh, links, observations, now: new Date() };
}

function peersOf(links: readonly Link[], reader: ClusterName): readonly ClusterName[] {
    return links.filter((link) => link.reader === reader).map(({ cluster }) => cluster);
}

/** Every check; traffic is sent only between clusters whose API servers answer. */
export async function checkMesh(
    access: MeshAccess,
    traffic?: Traffic,
    patience: Patience = noPatience,
): Promise<CheckReport> {
    const { input, results } = await lookUntilGood(access, patience);
    return report([
        ...results,
        ...(traffic === undefined
            ? [noTraffic(input.mesh, "sends requests: add --traffic")]
            : await sendTraffic(access, input, traffic)),
        skipped({ id: "E9", title: "ambient traffic", subject: input.mesh.meshId }, "sidecar mesh"),
    ]);
}

/** How long to look again while something fails: a link needs a moment to sync after it is made. */
export interface Patience {
    readonly milliseconds: number;
    readonly clock: Clock;
}

const noPatience: Patience = { milliseconds: 0, clock: systemClock };
const lookAgainMs = 3_000;

async function lookUntilGood(
    access: MeshAccess,
    { milliseconds, clock }: Patience,
): Promise<{ readonly input: CheckInput; readonly results: readonly CheckResult[] }> {
    const end = clock.now() + milliseconds;
    for (;;) {
        const input = await observeMesh(access);
        const results = runChecks(input);
        const failing = results.filter(({ status }) => status === "failed");
        if (failing.length === 0 || clock.now() + lookAgainMs > end) {
            return { input, results };
        }
        access.report(`waiting for ${failing[0]?.title ?? ""} of ${failing[0]?.subject ?? ""}`);
        await clock.sleep(lookAgainMs);
    }
}

async function sendTraffic(
    access: MeshAccess,
    input: CheckInput,
    traffic: Traffic,
): Promise<readonly CheckResult[]> {
    const reachable = input.observations.filter(isReachable);
    if (reachable.length === 0) {
        return [noTraffic(input.mesh, "no API server answered")];
    }
    const sites = await Promise.all(
        reachable.map(async ({ cluster }) => ({ cluster, client: await access.open(cluster) })),
    );
    return runProbe(
        { mesh: input.mesh, links: input.links, sites },
        {
            clock: systemClock,
            ...traffic,
            namespace: `${probeNamespacePrefix}${randomBytes(4).toString("hex")}`,
            report: access.report,
        },
    );
}

function isReachable(observation: Observation): boolean {
    return observation.reachable;
}

function noTraffic(mesh: Mesh, why: string): CheckResult {
    return skipped({ id: "E8", title: "traffic", subject: mesh.meshId }, why);
}
