import type { ClusterAddresses } from "./addressing";
import type { KeyPair } from "./certificates";

/** What containerd's configuration is made of. */
export interface ContainerdConfigArgs {
    /** Where images and container file systems are. */
    readonly root: string;
    readonly pauseImage: string;
    readonly runc: string;
    /** The folder of the container network plugins. */
    readonly plugins: string;
    /** The folder of the container networks' configuration. */
    readonly networks: string;
}

/** containerd's configuration, version 2: what releases 1.6, 1.7 and 2.x read. */
export function containerdConfig(args: ContainerdConfigArgs): string {
    const text = (value: string) => JSON.stringify(value);
    // Without CAP_SYS_RESOURCE no process may get a lower oom_score_adj than its parent has, and
    // pods ask for that. The opt plugin would make a folder outside the node.
    return `version = 2
root = ${text(args.root)}
state = "/run/containerd"
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt"]
required_plugins = ["io.containerd.grpc.v1.cri"]

[debug]
level = "warn"

[grpc]
address = "/run/containerd/containerd.sock"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = ${text(args.pauseImage)}
restrict_oom_score_adj = true
disable_apparmor = true
stats_collect_period = 60
stream_server_address = "127.0.0.1"

[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "overlayfs"
default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
BinaryName = ${text(args.runc)}
SystemdCgroup = false

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = ${text(args.plugins)}
conf_dir = ${text(args.networks)}
max_conf_num = 1
`;
}

/**
 * The pods' network: each pod is routed to by itself. With a bridge, pods that meet through a
 * Service would need the kernel module br_netfilter, which not every machine has loaded.
 */
export function cniConfig(addresses: ClusterAddresses): string {
    return json({
        cniVersion: "0.4.0",
        name: "pods",
        plugins: [
            {
                type: "ptp",
                // The node's packet rules do this once for all pods.
                ipMasq: false,
                ipam: {
                    type: "host-local",
                    ranges: [[{ subnet: addresses.podCidr }]],
                    routes: [{ dst: "0.0.0.0/0" }],
                },
            },
        ],
    });
}

/** What kubelet's configuration is made of. */
export interface KubeletConfigArgs {
    readonly addresses: ClusterAddresses;
    readonly cgroup: string;
    /** Path of the certificate that clients are checked against. */
    readonly authority: string;
    readonly server: KeyPair;
    readonly resolvConf: string;
}

/** https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
export function kubeletConfig(args: KubeletConfigArgs): string {
    return json({
        apiVersion: "kubelet.config.k8s.io/v1beta1",
        kind: "KubeletConfiguration",
        authentication: {
            anonymous: { enabled: false },
            webhook: { enabled: true },
            x509: { clientCAFile: args.authority },
        },
        authorization: { mode: "Webhook" },
        tlsCertFile: args.server.certificatePath,
        tlsPrivateKeyFile: args.server.keyPath,
        containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
        cgroupDriver: "cgroupfs",
        cgroupRoot: args.cgroup,
        failCgroupV1: false,
        failSwapOn: false,
        clusterDomain: "cluster.local",
        clusterDNS: [args.addresses.dnsService],
        resolvConf: args.resolvConf,
        oomScoreAdj: 0,
        // The folder that is built in is the machine's.
        volumePluginDir: "/var/lib/kubelet/volume-plugins",
        makeIPTablesUtilChains: false,
        serializeImagePulls: false,
        // Images come from files, not from a registry: one that is removed would be missing.
        imageGCHighThresholdPercent: 100,
        imageGCLowThresholdPercent: 99,
        evictionHard: {
            "memory.available": "100Mi",
            "nodefs.available": "1%",
            "nodefs.inodesFree": "1%",
            "imagefs.available": "1%",
        },
        // A quiet node: what follows is done less often than by default.
        nodeLeaseDurationSeconds: 120,
        nodeStatusUpdateFrequency: "20s",
        volumeStatsAggPeriod: "-1s",
    });
}

/** https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/ */
export function kubeProxyConfig(
    nodeName: string,
    kubeconfig: string,
    addresses: ClusterAddresses,
): string {
    return json({
        apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
        kind: "KubeProxyConfiguration",
        clientConnection: { kubeconfig },
        hostnameOverride: nodeName,
        mode: "nftables",
        nftables: { syncPeriod: "1h" },
        clusterCIDR: addresses.podCidr,
        bindAddress: "0.0.0.0",
        healthzBindAddress: "127.0.0.1:10256",
        metricsBindAddress: "127.0.0.1:10249",
        oomScoreAdj: 0,
        // The table of connections belongs to the machine; a node must not resize it.
        conntrack: { maxPerCore: 0, min: 0 },
    });
}

function json(value: unknown): string {
    return `${JSON.stringify(value, undefined, 4)}\n`;
}
