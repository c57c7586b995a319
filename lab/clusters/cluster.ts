import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { addressesOf, type ClusterAddresses, type ClusterSpec } from "./addressing";
import type { ApiAccess } from "./api-client";
import { clusterCgroup, ensureClusterCgroups } from "./cgroups";
import { renderKubeconfig } from "./kubeconfig";
import { ensurePki, type ClusterPki, type ClusterUser } from "./pki";
import { networkNamespacePath } from "./network";
import type { ProcessHome } from "./process";
import { clusterPaths, writeJson, writeWhole, type ClusterPaths } from "./state";

/** Everything that the parts of one cluster are started with. */
export interface Cluster {
    readonly spec: ClusterSpec;
    readonly addresses: ClusterAddresses;
    readonly paths: ClusterPaths;
    readonly pki: ClusterPki;
    readonly nodeName: string;
    readonly apiServer: string;
    readonly networkNamespace: string;
    /** The cgroup that the pods' cgroups are made in, below each hierarchy's root. */
    readonly cgroup: string;
    readonly home: ProcessHome;
    /** How the lab itself talks to the cluster. */
    readonly access: ApiAccess;
}

/** The processes of a cluster, in the order in which they are started. */
export const PROCESS_NAMES = [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "containerd",
    "kubelet",
    "kube-proxy",
    "load-balancer",
] as const;

/** The URL of a cluster's API server. */
export function apiServerUrl(addresses: Pick<ClusterAddresses, "node">): string {
    return `https://${addresses.node}:6443`;
}

/** Makes a cluster's folders, keys and cgroups, or finds them; starts nothing. */
export async function prepareCluster(spec: ClusterSpec, wan: string): Promise<Cluster> {
    const paths = clusterPaths(spec.name);
    const addresses = addressesOf(spec, wan);
    const nodeName = `${spec.name}-node`;
    await writeJson(paths.record, spec);
    const { pki: keys, config, logs, run, etcd, containerd, node } = paths;
    await Promise.all(
        [keys, config, logs, run, etcd, containerd].map((folder) =>
            mkdir(folder, { recursive: true, mode: 0o700 }),
        ),
    );
    await mkdir(node, { recursive: true, mode: 0o755 });
    const pki = await ensurePki(keys, spec.name, nodeName, addresses);
    const apiServer = apiServerUrl(addresses);
    return {
        spec,
        addresses,
        paths,
        pki,
        nodeName,
        apiServer,
        networkNamespace: networkNamespacePath(spec.name),
        cgroup: clusterCgroup(spec.name),
        home: {
            cluster: spec.name,
            paths,
            cgroupFiles: await ensureClusterCgroups(spec.name),
        },
        access: {
            server: apiServer,
            authority: pki.authority.certificate,
            certificate: pki.users.admin.certificate,
            key: pki.users.admin.key,
        },
    };
}

/** Writes the kubeconfig of one of a cluster's users; gives its path. */
export async function writeUserKubeconfig(cluster: Cluster, user: ClusterUser): Promise<string> {
    return writeConfig(
        cluster,
        `${user}.kubeconfig`,
        renderKubeconfig([
            {
                name: cluster.spec.name,
                server: cluster.apiServer,
                authority: cluster.pki.authority.certificate,
                user: cluster.pki.users[user],
            },
        ]),
    );
}

/** Writes one of a cluster's configuration files; gives its path. */
export async function writeConfig(
    cluster: Cluster,
    name: string,
    content: string,
): Promise<string> {
    const path = join(cluster.paths.config, name);
    await writeWhole(path, content);
    return path;
}
