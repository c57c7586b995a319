import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";

import type { ClusterAddresses, ClusterSpec } from "./addressing";
import { run } from "./command";
import { readMounts } from "./mount-table";
import { listFolder } from "./state";

/** Where `ip netns` keeps network namespaces. */
export const NETNS_FOLDER = "/run/netns";

/** The machine's own interface on the network between the clusters. */
export const HOST_INTERFACE = "isthmus-host";

/** The underscore keeps it apart from every cluster's namespace. */
const WAN_NAMESPACE = "isthmus_wan";

/** The name, in a cluster's namespace, of its interface on the network between the clusters. */
const CLUSTER_INTERFACE = "wan";

/** The name of a cluster's network namespace. */
export function networkNamespace(cluster: string): string {
    return `isthmus-${cluster}`;
}

/** The file by which a cluster's network namespace is entered. */
export function networkNamespacePath(cluster: string): string {
    return `${NETNS_FOLDER}/${networkNamespace(cluster)}`;
}

/** The IPv4 ranges and addresses that the machine has routes to, the lab's own left out. */
export async function machineRoutes(): Promise<readonly string[]> {
    const { stdout } = await run("ip", ["-json", "-4", "route", "show", "table", "all"]);
    const routes = JSON.parse(stdout) as readonly { readonly dst: string; readonly dev?: string }[];
    return routes.filter(({ dev }) => dev !== HOST_INTERFACE).map(({ dst }) => dst);
}

/**
 * Makes the network between the clusters: a bridge in a network namespace of its own, where neither
 * the machine's packet filter nor its forwarding reaches it, and an address for the machine on it.
 */
export async function ensureWan(wan: string): Promise<void> {
    await ensureNamespace(WAN_NAMESPACE);
    if (!(await hasLink(WAN_NAMESPACE, "wan"))) {
        await ip(`-netns ${WAN_NAMESPACE} link add wan type bridge`);
    }
    await ip(`-netns ${WAN_NAMESPACE} link set wan up`);
    if (!(await hasLink(WAN_NAMESPACE, "host")) || !(await hasLink(undefined, HOST_INTERFACE))) {
        await removeHostInterface();
        await ip(`link add ${HOST_INTERFACE} type veth peer name host netns ${WAN_NAMESPACE}`);
    }
    await ip(`-netns ${WAN_NAMESPACE} link set host master wan up`);
    await ip(`address replace ${wan}.1/24 dev ${HOST_INTERFACE}`);
    await ip(`link set ${HOST_INTERFACE} up`);
}

/** Makes a cluster's network namespace and joins it to the network between the clusters. */
export async function ensureClusterNetwork(
    spec: ClusterSpec,
    addresses: ClusterAddresses,
): Promise<void> {
    const namespace = networkNamespace(spec.name);
    const port = `port${spec.index}`;
    await ensureNamespace(namespace);
    if (!(await hasLink(namespace, CLUSTER_INTERFACE)) || !(await hasLink(WAN_NAMESPACE, port))) {
        for (const [where, link] of [
            [namespace, CLUSTER_INTERFACE],
            [WAN_NAMESPACE, port],
        ] as const) {
            await run("ip", ["-netns", where, "link", "delete", link], { allowFailure: true });
        }
        await ip(
            `-netns ${namespace} link add ${CLUSTER_INTERFACE} type veth ` +
                `peer name ${port} netns ${WAN_NAMESPACE}`,
        );
    }
    await ip(`-netns ${WAN_NAMESPACE} link set ${port} master wan up`);
    await ip(`-netns ${namespace} link set lo up`);
    await ip(`-netns ${namespace} address replace ${addresses.node}/24 dev ${CLUSTER_INTERFACE}`);
    await ip(
        `-netns ${namespace} address replace ${addresses.gateway}/32 dev ${CLUSTER_INTERFACE}`,
    );
    await ip(`-netns ${namespace} link set ${CLUSTER_INTERFACE} up`);
    // Programs of the node that call a Service need a route before kube-proxy rewrites the address.
    await ip(
        `-netns ${namespace} route replace ${addresses.serviceCidr} ` +
            `dev ${CLUSTER_INTERFACE} src ${addresses.node}`,
    );
    const enter = [`--net=${networkNamespacePath(spec.name)}`, "--"];
    await run("nsenter", [...enter, "sh", "-ec", KERNEL_SETTINGS]);
    await run("nsenter", [...enter, "nft", "-f", "-"], { input: packetRules(addresses) });
}

/** Namespaces keep some of the machine's settings, which may be unfit for a node. */
const KERNEL_SETTINGS = `
cd /proc/sys/net/ipv4
echo 1 > ip_forward
echo 0 > conf/all/rp_filter
echo 0 > conf/default/rp_filter
`;

/**
 * What leaves to another network carries the node's address, and nothing from outside reaches a
 * pod's address by itself: the clusters are on separate networks.
 */
export function packetRules(addresses: ClusterAddresses): string {
    return `
table ip isthmus
delete table ip isthmus
table ip isthmus {
    chain postrouting {
        type nat hook postrouting priority srcnat
        ip saddr ${addresses.podCidr} oifname "${CLUSTER_INTERFACE}" masquerade
    }
    chain forward {
        type filter hook forward priority filter
        iifname "${CLUSTER_INTERFACE}" ct state new ct status dnat accept
        iifname "${CLUSTER_INTERFACE}" ct state new ip daddr ${addresses.podCidr} drop
    }
}
`;
}

/** The lab's network namespaces that exist, as paths. */
export async function labNamespaces(): Promise<readonly string[]> {
    const names = await listFolder(NETNS_FOLDER);
    return names
        .filter((name) => name === WAN_NAMESPACE || name.startsWith("isthmus-"))
        .map((name) => `${NETNS_FOLDER}/${name}`);
}

/** Whether the machine's interface on the network between the clusters exists. */
export function hasHostInterface(): Promise<boolean> {
    return hasLink(undefined, HOST_INTERFACE);
}

/** Removes every network namespace of the lab, with all that is in them. */
export async function removeNetworks(): Promise<void> {
    // The kernel takes a namespace down some time after it was removed; its interface goes at once.
    await removeHostInterface();
    for (const path of await labNamespaces()) {
        await run("umount", [path], { allowFailure: true });
        await rm(path, { force: true });
    }
}

async function removeHostInterface(): Promise<void> {
    await run("ip", ["link", "delete", HOST_INTERFACE], { allowFailure: true });
}

async function ensureNamespace(name: string): Promise<void> {
    const path = `${NETNS_FOLDER}/${name}`;
    const mounts = await readMounts();
    if (mounts.some((mount) => mount.path === path && mount.type === "nsfs")) {
        return;
    }
    // What is left after a restart of the machine, or after a kill in between, is an empty file.
    if (existsSync(path)) {
        await rm(path);
    }
    await run("ip", ["netns", "add", name]);
}

async function hasLink(namespace: string | undefined, link: string): Promise<boolean> {
    const where = namespace === undefined ? [] : ["-netns", namespace];
    const { status } = await run("ip", [...where, "link", "show", link], { allowFailure: true });
    return status === 0;
}

async function ip(command: string): Promise<void> {
    await run("ip", command.split(" "));
}
