import type { Progress } from "../progress";
import type { Toolchain } from "../toolchain";
import { assignIndexes, checkClusterName, type ClusterSpec } from "./addressing";
import { prepareCluster, type Cluster } from "./cluster";
import { ensureControlPlane } from "./control-plane";
import { applySystemObjects, waitForDns } from "./dns";
import { finishRemoval } from "./down";
import { importInto } from "./images";
import { writeKubeconfig } from "./kubeconfig-file";
import { withLock } from "./lock";
import { prepareMachine } from "./machine";
import { ensureMountNamespace, ensureNamespacesFolder } from "./mount-namespace";
import { ensureClusterNetwork, ensureWan } from "./network";
import { ensureContainerd, ensureLoadBalancer, ensureNode } from "./node";
import { readClusterRecords } from "./state";
import { clustersStatus, type ClusterInfo } from "./status";

/** How long the DNS server may take to answer after the node is ready. */
const DNS_MS = 240_000;

/**
 * Makes the named clusters run: what runs is kept, what has ended is started again, what is missing
 * is made. Clusters start side by side; others that exist are left alone.
 */
export async function clustersUp(
    names: readonly string[],
    toolchain: Toolchain,
    progress: Progress,
): Promise<readonly ClusterInfo[]> {
    names.forEach(checkClusterName);
    return withLock(progress, async () => {
        await finishRemoval(progress);
        const specs = assignIndexes(names, await readClusterRecords());
        const { wan } = await prepareMachine();
        await ensureWan(wan);
        await ensureNamespacesFolder();
        const clusters: Cluster[] = [];
        for (const spec of specs) {
            clusters.push(await prepareCluster(spec, wan));
        }
        await writeKubeconfig();
        await all(clusters.map((cluster) => ensureCluster(cluster, toolchain, progress)));
        const infos = await clustersStatus();
        return infos.filter(({ name }) => names.includes(name));
    });
}

async function ensureCluster(
    cluster: Cluster,
    toolchain: Toolchain,
    progress: Progress,
): Promise<void> {
    const step = progress.step(cluster.spec.name);
    const say = (text: string) => {
        step.update(text);
    };
    try {
        say("network");
        await ensureClusterNetwork(cluster.spec, cluster.addresses);
        await ensureMountNamespace(cluster.spec.name, cluster.paths);
        say("control plane and container runtime");
        await all([
            ensureControlPlane(cluster, toolchain, say),
            ensureContainerd(cluster, toolchain).then(() =>
                importSystemImages(cluster.spec, toolchain, say),
            ),
        ]);
        await all([
            ensureNode(cluster, toolchain, say),
            applySystemObjects(cluster, toolchain),
            ensureLoadBalancer(cluster, toolchain),
        ]);
        say("waiting for DNS");
        await waitForDns(cluster, DNS_MS);
        step.done(`ready at ${cluster.apiServer}`);
    } catch (error) {
        step.fail("could not be started");
        throw error;
    }
}

async function importSystemImages(
    spec: ClusterSpec,
    toolchain: Toolchain,
    say: (text: string) => void,
): Promise<void> {
    const [ctr, pause, coredns] = await Promise.all([
        toolchain.program("ctr"),
        toolchain.image("pause"),
        toolchain.image("coredns"),
    ]);
    await importInto(ctr, spec.name, [pause, coredns], say);
}

/** Waits for all, also when one fails, so that nothing goes on after the error is told. */
async function all(work: readonly Promise<unknown>[]): Promise<void> {
    const results = await Promise.allSettled(work);
    const failures = results
        .filter((result) => result.status === "rejected")
        .map((result) => result.reason as unknown);
    if (failures.length === 1) {
        throw failures[0];
    }
    if (failures.length > 1) {
        throw new AggregateError(failures, failures.map(messageOf).join("\n"));
    }
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
