import type { ClusterName } from "../../../components/topology/model";
import { describeError, type KubeClient } from "../client/kube-client";
import { isReady, type Pod, waitingReason } from "../client/objects";
import type { Clock } from "./clock";
import {
    podName,
    probeLabels,
    probeNamespace,
    probeNamespacePrefix,
    probePod,
    type ProbeRole,
    probeService,
    probeServiceAccount,
} from "./objects";

/** A cluster that takes part. */
export interface ProbeSite {
    readonly cluster: ClusterName;
    readonly client: KubeClient;
}

/** What a run of the probe shares between clusters. */
export interface ProbeRun {
    readonly namespace: string;
    readonly image: string;
    readonly clock: Clock;
    /** Given when the user wants to stop. */
    readonly signal: AbortSignal;
    readonly report: (line: string) => void;
}

const roles: readonly ProbeRole[] = ["probe", "client", "plain"];

const startLimitMs = 180_000;
/** An image that cannot be had for so long will not come. */
const imageLimitMs = 30_000;
const leftoverAgeMs = 600_000;
const deletionLimitMs = 15_000;
const pollMs = 1_000;

/** Either the address of the cluster's probe, or why it did not start. */
export type Start = { readonly podIp: string } | { readonly why: string };

/** Makes the probe in one cluster and waits until its pods can answer and ask. */
export async function startProbe({ cluster, client }: ProbeSite, run: ProbeRun): Promise<Start> {
    const { namespace, image } = run;
    try {
        await client.create("namespaces", probeNamespace(namespace));
        await client.create("services", probeService(namespace));
        for (const role of roles) {
            run.signal.throwIfAborted();
            await client.create("serviceaccounts", probeServiceAccount(namespace, role, cluster));
            await client.create("pods", probePod(namespace, role, cluster, image));
        }
        return await waitForPods({ cluster, client }, run);
    } catch (error) {
        run.signal.throwIfAborted();
        return { why: describeError(error) };
    }
}

async function waitForPods(site: ProbeSite, run: ProbeRun): Promise<Start> {
    const { clock, namespace, signal } = run;
    const began = clock.now();
    let imageFailing: number | undefined;
    for (;;) {
        const pods = await site.client.list("pods", { namespace });
        const waiting = pods.filter((pod) => !isReady(pod));
        if (pods.length === roles.length && waiting.length === 0) {
            return inspectPods(site, pods);
        }
        const reasons = waiting.map(
            (pod) => `${pod.metadata?.name ?? ""}: ${waitingReason(pod) ?? "not ready"}`,
        );
        imageFailing = reasons.some(isImageFailure) ? (imageFailing ?? clock.now()) : undefined;
        const hopeless = imageFailing !== undefined && clock.now() - imageFailing >= imageLimitMs;
        if (hopeless || clock.now() - began >= startLimitMs) {
            return { why: reasons.join("; ") || "no pod" };
        }
        await clock.sleep(pollMs, signal);
    }
}

function isImageFailure(reason: string): boolean {
    return /ErrImage|ImagePull|InvalidImageName/.test(reason);
}

function inspectPods({ cluster }: ProbeSite, pods: readonly Pod[]): Start {
    const bare = (["probe", "client"] as const).filter((role) => {
        const pod = pods.find(({ metadata }) => metadata?.name === podName(role, cluster));
        return ![...(pod?.spec?.containers ?? []), ...(pod?.spec?.initContainers ?? [])].some(
            ({ name }) => name === "istio-proxy",
        );
    });
    if (bare.length > 0) {
        return { why: `no sidecar was injected into ${bare.join(" and ")}` };
    }
    const probe = pods.find(({ metadata }) => metadata?.name === podName("probe", cluster));
    const podIp = probe?.status?.podIP;
    return podIp === undefined ? { why: "the probe has no address" } : { podIp };
}

/**
 * Deletes the probe's namespace and waits until the deletion has begun.
 *
 * @returns why it did not begin; `undefined` where it did.
 */
export async function removeProbe(
    { client }: ProbeSite,
    { namespace, clock }: Pick<ProbeRun, "namespace" | "clock">,
): Promise<string | undefined> {
    const began = clock.now();
    let why = "the deletion did not begin";
    do {
        try {
            await client.remove("namespaces", namespace);
            const left = await client.get("namespaces", namespace);
            if (left === undefined || left.metadata?.deletionTimestamp !== undefined) {
                return undefined;
            }
        } catch (error) {
            why = describeError(error);
        }
        await clock.sleep(pollMs);
    } while (clock.now() - began < deletionLimitMs);
    return why;
}

/** Removes what a run that was killed has left, but nothing of one that may still be going on. */
export async function removeLeftovers(site: ProbeSite, run: ProbeRun): Promise<void> {
    const [[key, value]] = Object.entries(probeLabels) as [[string, string]];
    const namespaces = await site.client.list("namespaces", { labelSelector: `${key}=${value}` });
    const old = namespaces.filter(
        ({ metadata }) =>
            metadata?.name?.startsWith(probeNamespacePrefix) === true &&
            metadata.deletionTimestamp === undefined &&
            run.clock.now() - new Date(metadata.creationTimestamp ?? "").getTime() > leftoverAgeMs,
    );
    for (const { metadata } of old) {
        const namespace = metadata?.name ?? "";
        run.report(`${site.cluster}: removing ${namespace}, left by an earlier run`);
        await removeProbe(site, { namespace, clock: run.clock });
    }
}
