import { access, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Toolchain } from "../toolchain";
import { get } from "./api-client";
import { writeConfig, writeUserKubeconfig, type Cluster } from "./cluster";
import { run } from "./command";
import { mountNamespacePath } from "./mount-namespace";
import { cniConfig, containerdConfig, kubeletConfig, kubeProxyConfig } from "./node-config";
import { ensureProcess, waitForProcess, type ProcessSpec } from "./process";

/** How long a part of the node may take: the machine may be building programs meanwhile. */
const READY_MS = 240_000;

/** The container network plugins that a node runs. */
const NETWORK_PLUGINS = ["ptp", "host-local", "loopback"] as const;

/** Starts containerd unless it runs, and waits until it answers. */
export async function ensureContainerd(cluster: Cluster, toolchain: Toolchain): Promise<void> {
    const [program, ctr, runc, shim, plugins, pauseImage] = await Promise.all([
        toolchain.program("containerd"),
        toolchain.program("ctr"),
        toolchain.program("runc"),
        toolchain.program("containerd-shim-runc-v2"),
        toolchain.networkPlugins(),
        toolchain.image("pause"),
    ]);
    await checkNetworkPlugins(plugins);
    const networks = join(cluster.paths.config, "cni");
    await mkdir(networks, { recursive: true });
    await writeConfig(cluster, "cni/10-pods.conflist", cniConfig(cluster.addresses));
    const config = await writeConfig(
        cluster,
        "containerd.toml",
        containerdConfig({
            root: cluster.paths.containerd,
            pauseImage: pauseImage.name,
            runc,
            plugins,
            networks,
        }),
    );
    const containerd: ProcessSpec = {
        name: "containerd",
        program,
        args: ["--config", config],
        path: [dirname(shim), dirname(runc)],
        reads: [config],
        networkNamespace: cluster.networkNamespace,
        mountNamespace: mountNamespacePath(cluster.spec.name),
    };
    await ensureProcess(containerd, cluster.home);
    await waitForProcess(containerd, cluster.home, READY_MS, async () => {
        const { status, stderr } = await run(
            ctr,
            ["--address", cluster.paths.containerdSocket, "--connect-timeout", "5s", "version"],
            { allowFailure: true },
        );
        return status === 0 ? undefined : `not answering (${stderr.trim()})`;
    });
}

/** Starts kubelet and kube-proxy unless they run, and waits until the node is ready. */
export async function ensureNode(
    cluster: Cluster,
    toolchain: Toolchain,
    say: (text: string) => void,
): Promise<void> {
    const [kubelet, kubeProxy] = await Promise.all([
        kubeletProcess(cluster, toolchain),
        kubeProxyProcess(cluster, toolchain),
    ]);
    await Promise.all([
        ensureProcess(kubelet, cluster.home),
        ensureProcess(kubeProxy, cluster.home),
    ]);
    say("waiting for the node");
    await waitForProcess(kubelet, cluster.home, READY_MS, () => nodeMissing(cluster));
}

/** Starts the load balancer unless it runs: it gives LoadBalancer Services their address. */
export async function ensureLoadBalancer(cluster: Cluster, toolchain: Toolchain): Promise<void> {
    const kubeconfig = await writeUserKubeconfig(cluster, "load-balancer");
    const loadBalancer: ProcessSpec = {
        name: "load-balancer",
        program: await toolchain.program("load-balancer"),
        args: ["--kubeconfig", kubeconfig, "--address", cluster.addresses.gateway],
        reads: [kubeconfig],
        networkNamespace: cluster.networkNamespace,
    };
    await ensureProcess(loadBalancer, cluster.home);
}

async function kubeletProcess(cluster: Cluster, toolchain: Toolchain): Promise<ProcessSpec> {
    const kubeconfig = await writeUserKubeconfig(cluster, "kubelet");
    // Pods that use the node's DNS must not reach the machine's: it may be on its loopback interface.
    const resolvConf = await writeConfig(cluster, "resolv.conf", "");
    const config = await writeConfig(
        cluster,
        "kubelet.json",
        kubeletConfig({
            addresses: cluster.addresses,
            cgroup: cluster.cgroup,
            authority: cluster.pki.authority.certificatePath,
            server: cluster.pki.kubeletServer,
            resolvConf,
        }),
    );
    const { name, index } = cluster.spec;
    const labels = [
        `topology.kubernetes.io/region=region${index}`,
        `topology.kubernetes.io/zone=zone${index}`,
    ];
    return {
        name: "kubelet",
        program: await toolchain.program("kubelet"),
        args: [
            `--config=${config}`,
            `--kubeconfig=${kubeconfig}`,
            `--hostname-override=${cluster.nodeName}`,
            `--node-ip=${cluster.addresses.node}`,
            `--node-labels=${labels.join(",")}`,
            // How often each container's usage is measured; by default the largest part of an idle node.
            "--housekeeping-interval=1m",
        ],
        reads: [config, kubeconfig],
        networkNamespace: cluster.networkNamespace,
        mountNamespace: mountNamespacePath(name),
    };
}

async function kubeProxyProcess(cluster: Cluster, toolchain: Toolchain): Promise<ProcessSpec> {
    const kubeconfig = await writeUserKubeconfig(cluster, "kube-proxy");
    const config = await writeConfig(
        cluster,
        "kube-proxy.json",
        kubeProxyConfig(cluster.nodeName, kubeconfig, cluster.addresses),
    );
    return {
        name: "kube-proxy",
        program: await toolchain.program("kube-proxy"),
        args: [`--config=${config}`],
        reads: [config, kubeconfig],
        networkNamespace: cluster.networkNamespace,
    };
}

async function nodeMissing(cluster: Cluster): Promise<string | undefined> {
    const path = `/api/v1/nodes/${cluster.nodeName}`;
    const { status, body } = await get(cluster.access, path);
    if (status !== 200) {
        return "not registered";
    }
    const node = JSON.parse(body) as {
        readonly spec?: { readonly taints?: readonly { readonly key: string }[] };
        readonly status?: {
            readonly conditions?: readonly {
                readonly type: string;
                readonly status: string;
                readonly message: string;
            }[];
        };
    };
    const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
    if (ready?.status !== "True") {
        return `the node is not ready (${ready?.message ?? "no status yet"})`;
    }
    const taint = node.spec?.taints?.find(({ key }) => key.startsWith("node.kubernetes.io/"));
    if (taint !== undefined) {
        return `the node is tainted ${taint.key}`;
    }
    // What the API server remembers may be older than a kubelet that was started again.
    const [bound, known] = await Promise.all([
        get(
            cluster.access,
            `/api/v1/pods?fieldSelector=${RUNNING},spec.nodeName=${cluster.nodeName}`,
        ),
        get(cluster.access, `${path}/proxy/pods`),
    ]);
    if (bound.status !== 200 || known.status !== 200) {
        return `kubelet does not answer (${known.status}: ${known.body.slice(0, 200)})`;
    }
    const knownPods = podIds(known.body);
    const isKnown = podIds(bound.body).every((id) => knownPods.includes(id));
    return isKnown ? undefined : "kubelet does not know all of its pods yet";
}

const RUNNING = "status.phase=Running";

function podIds(body: string): readonly string[] {
    const list = JSON.parse(body) as {
        readonly items?: readonly { readonly metadata: { readonly uid: string } }[] | null;
    };
    return (list.items ?? []).map(({ metadata }) => metadata.uid);
}

async function checkNetworkPlugins(folder: string): Promise<void> {
    for (const plugin of NETWORK_PLUGINS) {
        try {
            await access(join(folder, plugin));
        } catch (error) {
            throw new Error(
                `${folder}: the container network plugin ${plugin} is not there; ` +
                    "the package containernetworking-plugins has it",
                { cause: error },
            );
        }
    }
}
