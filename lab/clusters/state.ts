import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Where the clusters keep everything that they need while they run: `$ISTHMUS_LAB_STATE`, or
 * `/var/lib/isthmus-lab`. The clusters belong to the machine, not to a user, so this does not
 * depend on the home folder, which `sudo` may or may not keep.
 */
export function stateDir(): string {
    const chosen = process.env.ISTHMUS_LAB_STATE;
    if (chosen === undefined || chosen === "") {
        return "/var/lib/isthmus-lab";
    }
    if (!chosen.startsWith("/") || chosen === "/") {
        throw new Error(
            `ISTHMUS_LAB_STATE: got "${chosen}"; expected the absolute path of a folder`,
        );
    }
    // A socket's path holds 107 bytes at most, and the longest one below this folder has 60.
    if (Buffer.byteLength(chosen) > 45) {
        throw new Error(`ISTHMUS_LAB_STATE: "${chosen}" is too long; use at most 45 characters`);
    }
    return chosen.replace(/\/+$/, "");
}

/** One kubeconfig for all clusters; each context is named as its cluster. */
export function kubeconfigPath(): string {
    return join(stateDir(), "kubeconfig");
}

/** Where one cluster keeps its files. */
export interface ClusterPaths {
    /** The cluster's own folder; everything below is inside it. */
    readonly root: string;
    readonly record: string;
    readonly pki: string;
    readonly config: string;
    readonly logs: string;
    /** One file per process, saying which process it is. */
    readonly run: string;
    readonly etcd: string;
    readonly containerd: string;
    /** What the node's programs see as `/run/containerd`, `/var/lib/kubelet` and so on. */
    readonly node: string;
    /** containerd's socket, as seen from outside the node. */
    readonly containerdSocket: string;
    /** Which images were imported, from which files. */
    readonly images: string;
}

/** The folders of one cluster. */
export function clusterPaths(name: string): ClusterPaths {
    const root = join(clustersDir(), name);
    return {
        root,
        record: join(root, "cluster.json"),
        pki: join(root, "pki"),
        config: join(root, "config"),
        logs: join(root, "logs"),
        run: join(root, "run"),
        etcd: join(root, "etcd"),
        containerd: join(root, "containerd"),
        node: join(root, "node"),
        containerdSocket: join(root, "node", "containerd", "containerd.sock"),
        images: join(root, "images.json"),
    };
}

/** What the lab must remember about the machine, so that it can put everything back. */
export interface LabRecord {
    /** The first three numbers of the network between the clusters, such as `172.31.250`. */
    readonly wan: string;
    /** Folders that the lab made outside its own, outermost first. */
    readonly madeFolders: readonly string[];
    /** Whether `/run/netns` became a mount because of the lab. */
    readonly madeNetnsMount: boolean;
    /** Kernel settings that the lab raised, with the values they had. */
    readonly raisedSettings: Readonly<Record<string, string>>;
}

/** The lab's record, or undefined when nothing was started since the last `down`. */
export async function readLabRecord(): Promise<LabRecord | undefined> {
    return (await readJson(labRecordPath())) as LabRecord | undefined;
}

/** Replaces the lab's record. */
export async function writeLabRecord(record: LabRecord): Promise<void> {
    await writeJson(labRecordPath(), record);
}

/** What is remembered about one cluster: its name and the number that its addresses derive from. */
export interface ClusterRecord {
    readonly name: string;
    readonly index: number;
}

/** The clusters that exist, in the order of their numbers. */
export async function readClusterRecords(): Promise<readonly ClusterRecord[]> {
    const names = await listFolder(clustersDir());
    const records = await Promise.all(names.map((name) => readJson(clusterPaths(name).record)));
    return records
        .filter((record): record is ClusterRecord => record !== undefined)
        .sort((a, b) => a.index - b.index);
}

/** Reads a JSON file; undefined where there is none. */
export async function readJson(path: string): Promise<unknown> {
    try {
        return JSON.parse(await readFile(path, "utf8")) as unknown;
    } catch (error) {
        if (isMissing(error)) {
            return undefined;
        }
        throw new Error(`${path}: cannot be read as JSON; \`isthmus lab down\` clears it away`, {
            cause: error,
        });
    }
}

/** Writes a JSON file so that a reader sees the old or the new content, never a part. */
export async function writeJson(path: string, value: unknown): Promise<void> {
    await writeWhole(path, `${JSON.stringify(value, undefined, 4)}\n`);
}

/** Writes a file so that a reader sees the old or the new content, never a part. */
export async function writeWhole(path: string, content: string, mode = 0o600): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    const partial = `${path}.${process.pid}.new`;
    await writeFile(partial, content, { mode });
    await rename(partial, path);
}

/** The names in a folder; none where there is no such folder. */
export async function listFolder(path: string): Promise<readonly string[]> {
    try {
        return await readdir(path);
    } catch (error) {
        if (isMissing(error)) {
            return [];
        }
        throw error;
    }
}

/** Whether an error says that there is no such file, folder or process. */
export function isMissing(error: unknown): boolean {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "ENOENT" || code === "ESRCH" || code === "ENOTDIR";
}

function clustersDir(): string {
    return join(stateDir(), "clusters");
}

/** Where the lab's record is. */
export function labRecordPath(): string {
    return join(stateDir(), "lab.json");
}
