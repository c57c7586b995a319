import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { run } from "./command";
import { readMounts } from "./mount-table";
import { NETNS_FOLDER } from "./network";
import { stateDir, type ClusterPaths } from "./state";

/**
 * Folders of the machine that containerd and kubelet have built in. Each node has a mount namespace
 * in which these are folders of its own, so that nodes do not meet in them, nothing of theirs shows
 * on the machine, and every mount that they make goes when the namespace does.
 */
export const NODE_FOLDERS: Readonly<Record<string, string>> = {
    "/run/containerd": "containerd",
    [NETNS_FOLDER]: "netns",
    "/var/lib/cni": "cni",
    "/var/lib/kubelet": "kubelet",
    "/var/log/pods": "pod-logs",
    "/var/log/containers": "container-logs",
};

/** The file by which a node's mount namespace is entered. */
export function mountNamespacePath(cluster: string): string {
    return join(namespacesFolder(), cluster);
}

/** Makes the folder that holds the mount namespaces; the kernel wants it to be a private mount. */
export async function ensureNamespacesFolder(): Promise<void> {
    const folder = namespacesFolder();
    await mkdir(folder, { recursive: true });
    const mounts = await readMounts();
    if (!mounts.some(({ path }) => path === folder)) {
        await run("mount", ["--bind", "--make-private", folder, folder]);
    }
}

/** Makes a node's mount namespace. */
export async function ensureMountNamespace(cluster: string, paths: ClusterPaths): Promise<void> {
    const file = mountNamespacePath(cluster);
    const complete = join(paths.node, "complete");
    const mounts = await readMounts();
    const isMade = mounts.some(({ path, type }) => path === file && type === "nsfs");
    if (isMade && existsSync(complete)) {
        return;
    }
    if (isMade) {
        await run("umount", [file]);
    }
    await rm(complete, { force: true });
    await writeFile(file, "");
    const binds = Object.entries(NODE_FOLDERS).map(
        ([place, name]) => [join(paths.node, name), place] as const,
    );
    await Promise.all(binds.map(([folder]) => mkdir(folder, { recursive: true, mode: 0o755 })));
    // Volumes that hand mounts on to containers need the node's own mounts to be shared.
    const script = `
set -e
complete=$1
shift
while [ $# -gt 0 ]; do mount --bind "$1" "$2"; shift 2; done
mount --make-rshared /
: > "$complete"
`;
    await run("unshare", [
        ...[`--mount=${file}`, "--propagation", "slave"],
        ...["sh", "-c", script, "mounts", complete, ...binds.flat()],
    ]);
}

function namespacesFolder(): string {
    return join(stateDir(), "namespaces");
}
