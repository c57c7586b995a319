import type { Toolchain } from "../toolchain";
import { get } from "./api-client";
import { writeUserKubeconfig, type Cluster } from "./cluster";
import { ensureProcess, waitForProcess, type ProcessSpec } from "./process";

/** Where etcd listens; every cluster has a loopback interface of its own. */
const ETCD = "http://127.0.0.1:2379";
const ETCD_PEERS = "http://127.0.0.1:2380";

/** How long the control plane may take to answer: the machine may be building programs meanwhile. */
const READY_MS = 240_000;

/**
 * What nothing in the lab uses: volumes that need a provisioner, cloud routes, devices, and tokens
 * of older releases. Each would hold watches and timers for nothing.
 */
const UNUSED_CONTROLLERS = [
    "cloud-node-lifecycle-controller",
    "device-taint-eviction-controller",
    "ephemeral-volume-controller",
    "kube-apiserver-serving-clustertrustbundle-publisher-controller",
    "legacy-serviceaccount-token-cleaner-controller",
    "node-ipam-controller",
    "node-route-controller",
    "persistentvolume-attach-detach-controller",
    "persistentvolume-binder-controller",
    "persistentvolume-expander-controller",
    "persistentvolume-protection-controller",
    "persistentvolumeclaim-protection-controller",
    "podcertificaterequest-cleaner-controller",
    "podgroup-protection-controller",
    "resourceclaim-controller",
    "resourcepoolstatusrequest-controller",
    "service-lb-controller",
    "storage-version-migrator-controller",
    "storageversion-garbage-collector-controller",
    "ttl-controller",
    "volumeattributesclass-protection-controller",
] as const;

/** Starts what is not running of etcd, the API server, the controllers and the scheduler. */
export async function ensureControlPlane(
    cluster: Cluster,
    toolchain: Toolchain,
    say: (text: string) => void,
): Promise<void> {
    const etcd = await etcdProcess(cluster, toolchain);
    await ensureProcess(etcd, cluster.home);
    const apiServer = await apiServerProcess(cluster, toolchain);
    await ensureProcess(apiServer, cluster.home);
    say("waiting for the API server");
    await waitForProcess(apiServer, cluster.home, READY_MS, () => apiServerMissing(cluster));
    await Promise.all([
        controllerManagerProcess(cluster, toolchain).then((it) => ensureProcess(it, cluster.home)),
        schedulerProcess(cluster, toolchain).then((it) => ensureProcess(it, cluster.home)),
    ]);
}

async function apiServerMissing(cluster: Cluster): Promise<string | undefined> {
    const { status, body } = await get(cluster.access, "/readyz?verbose");
    if (status === 200) {
        return undefined;
    }
    const failed = body.split("\n").filter((line) => line.startsWith("[-]"));
    return `not ready (${failed.length === 0 ? body.slice(0, 200) : failed.join(" ")})`;
}

async function etcdProcess(cluster: Cluster, toolchain: Toolchain): Promise<ProcessSpec> {
    return {
        name: "etcd",
        program: await toolchain.program("etcd"),
        args: [
            "--name=default",
            `--data-dir=${cluster.paths.etcd}`,
            `--listen-client-urls=${ETCD}`,
            `--advertise-client-urls=${ETCD}`,
            `--listen-peer-urls=${ETCD_PEERS}`,
            `--initial-advertise-peer-urls=${ETCD_PEERS}`,
            `--initial-cluster=default=${ETCD_PEERS}`,
            // A single member needs no quick heartbeat; but it elects itself only after this time.
            "--heartbeat-interval=200",
            "--election-timeout=1000",
            "--logger=zap",
            "--log-level=warn",
        ],
        networkNamespace: cluster.networkNamespace,
    };
}

async function apiServerProcess(cluster: Cluster, toolchain: Toolchain): Promise<ProcessSpec> {
    const { pki, addresses } = cluster;
    return {
        name: "kube-apiserver",
        program: await toolchain.program("kube-apiserver"),
        args: [
            `--advertise-address=${addresses.node}`,
            "--secure-port=6443",
            `--etcd-servers=${ETCD}`,
            `--service-cluster-ip-range=${addresses.serviceCidr}`,
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            "--allow-privileged=true",
            "--profiling=false",
            `--client-ca-file=${pki.authority.certificatePath}`,
            `--tls-cert-file=${pki.apiServer.certificatePath}`,
            `--tls-private-key-file=${pki.apiServer.keyPath}`,
            `--kubelet-certificate-authority=${pki.authority.certificatePath}`,
            `--kubelet-client-certificate=${pki.kubeletClient.certificatePath}`,
            `--kubelet-client-key=${pki.kubeletClient.keyPath}`,
            "--kubelet-preferred-address-types=InternalIP",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            `--service-account-key-file=${pki.serviceAccounts.publicPath}`,
            `--service-account-signing-key-file=${pki.serviceAccounts.privatePath}`,
            `--requestheader-client-ca-file=${pki.frontProxyAuthority.certificatePath}`,
            "--requestheader-allowed-names=front-proxy-client",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-username-headers=X-Remote-User",
            `--proxy-client-cert-file=${pki.frontProxyClient.certificatePath}`,
            `--proxy-client-key-file=${pki.frontProxyClient.keyPath}`,
            "--etcd-count-metric-poll-period=0",
            "--etcd-db-metric-poll-interval=0",
        ],
        networkNamespace: cluster.networkNamespace,
    };
}

async function controllerManagerProcess(
    cluster: Cluster,
    toolchain: Toolchain,
): Promise<ProcessSpec> {
    const kubeconfig = await writeUserKubeconfig(cluster, "controller-manager");
    const { pki } = cluster;
    return {
        name: "kube-controller-manager",
        program: await toolchain.program("kube-controller-manager"),
        args: [
            ...kubeconfigFlags(kubeconfig),
            "--bind-address=127.0.0.1",
            "--leader-elect=false",
            "--use-service-account-credentials=true",
            `--controllers=${["*", ...UNUSED_CONTROLLERS.map((name) => `-${name}`)].join(",")}`,
            `--root-ca-file=${pki.authority.certificatePath}`,
            `--service-account-private-key-file=${pki.serviceAccounts.privatePath}`,
            `--cluster-signing-cert-file=${pki.authority.certificatePath}`,
            `--cluster-signing-key-file=${pki.authority.keyPath}`,
            "--profiling=false",
            // The node renews its lease less often than by default; see the kubelet's configuration.
            "--node-monitor-period=20s",
            "--node-monitor-grace-period=3m",
            "--horizontal-pod-autoscaler-sync-period=1m",
        ],
        reads: [kubeconfig],
        networkNamespace: cluster.networkNamespace,
    };
}

async function schedulerProcess(cluster: Cluster, toolchain: Toolchain): Promise<ProcessSpec> {
    const kubeconfig = await writeUserKubeconfig(cluster, "scheduler");
    return {
        name: "kube-scheduler",
        program: await toolchain.program("kube-scheduler"),
        args: [
            ...kubeconfigFlags(kubeconfig),
            "--bind-address=127.0.0.1",
            "--leader-elect=false",
            "--profiling=false",
        ],
        reads: [kubeconfig],
        networkNamespace: cluster.networkNamespace,
    };
}

function kubeconfigFlags(kubeconfig: string): readonly string[] {
    return ["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"].map(
        (flag) => `--${flag}=${kubeconfig}`,
    );
}
