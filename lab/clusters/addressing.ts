/** Which cluster, and the number that its addresses derive from: cluster1 has 1. */
export interface ClusterSpec {
    readonly name: string;
    readonly index: number;
}

/** The largest number that a cluster may have. */
export const MAX_CLUSTER_INDEX = 50;

/** Every address of one cluster. */
export interface ClusterAddresses {
    /** The node's address on the network between the clusters. */
    readonly node: string;
    /** The address that Services of type LoadBalancer get, on the same network. */
    readonly gateway: string;
    /** The machine's own address on the network between the clusters. */
    readonly host: string;
    /** The pods' addresses; not reachable from any other cluster. */
    readonly podCidr: string;
    /** The cluster IPs of Services; not reachable from any other cluster. */
    readonly serviceCidr: string;
    /** The cluster IP of the Service `kubernetes`. */
    readonly kubernetesService: string;
    /** The cluster IP of the Service `kube-dns`. */
    readonly dnsService: string;
}

/** The addresses of a cluster on the network `<wan>.0/24`. */
export function addressesOf(spec: ClusterSpec, wan: string): ClusterAddresses {
    const pods = `10.${100 + spec.index}`;
    const services = `10.${100 + MAX_CLUSTER_INDEX + spec.index}`;
    return {
        node: `${wan}.${10 + spec.index}`,
        gateway: `${wan}.${100 + spec.index}`,
        host: `${wan}.1`,
        podCidr: `${pods}.0.0/16`,
        serviceCidr: `${services}.0.0/16`,
        kubernetesService: `${services}.0.1`,
        dnsService: `${services}.0.10`,
    };
}

/**
 * Gives each name a number: the one it has already, else the one that its name ends with, else the
 * lowest that is free.
 */
export function assignIndexes(
    names: readonly string[],
    existing: readonly ClusterSpec[],
): readonly ClusterSpec[] {
    const indexes = new Map(existing.map(({ name, index }) => [name, index]));
    const isFree = (index: number) =>
        index >= 1 && index <= MAX_CLUSTER_INDEX && ![...indexes.values()].includes(index);
    const unique = [...new Set(names)];
    const wanted = unique.filter((name) => !indexes.has(name));
    for (const name of wanted) {
        const index = Number(/[1-9][0-9]?$/.exec(name)?.[0] ?? 0);
        if (isFree(index)) {
            indexes.set(name, index);
        }
    }
    for (const name of wanted.filter((name) => !indexes.has(name))) {
        let index = 1;
        while (!isFree(index)) {
            index += 1;
            if (index > MAX_CLUSTER_INDEX) {
                throw new Error(`${name}: the lab holds at most ${MAX_CLUSTER_INDEX} clusters`);
            }
        }
        indexes.set(name, index);
    }
    return unique.map((name) => ({ name, index: indexes.get(name) ?? 0 }));
}

/** Refuses names that cannot be a folder, a network namespace and a kubeconfig context. */
export function checkClusterName(name: string): void {
    if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
        throw new Error(
            `cluster name: got "${name}"; expected 1 to 40 lower-case letters, digits and dashes, ` +
                "with a letter or digit at both ends",
        );
    }
}

/** What may be the network between the clusters, best first; unusual ranges, so rarely taken. */
const WAN_CANDIDATES = ["172.31.250", "10.213.250", "192.168.213", "198.18.250"] as const;

/**
 * Chooses the network between the clusters: `chosen` (such as `172.31.250.0/24`) where given, else
 * the first candidate that overlaps no route of the machine.
 */
export function chooseWan(routes: readonly string[], chosen: string | undefined): string {
    const colliding = (wan: string) =>
        routes.find((route) => route !== "default" && overlaps(route, `${wan}.0/24`));
    if (chosen !== undefined && chosen !== "") {
        const wan = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.0\/24$/.exec(chosen)?.[1];
        if (wan === undefined || wan.split(".").some((part) => Number(part) > 255)) {
            throw new Error(
                `ISTHMUS_LAB_NETWORK: got "${chosen}"; expected such as 172.31.250.0/24`,
            );
        }
        const route = colliding(wan);
        if (route !== undefined) {
            throw new Error(
                `ISTHMUS_LAB_NETWORK: ${chosen} overlaps this machine's route to ${route}; ` +
                    "choose a /24 that the machine has no route to",
            );
        }
        return wan;
    }
    const free = WAN_CANDIDATES.find((wan) => colliding(wan) === undefined);
    if (free === undefined) {
        throw new Error(
            `no free network for the lab: this machine has routes into all of ${WAN_CANDIDATES.map(
                (wan) => `${wan}.0/24`,
            ).join(", ")}; set ISTHMUS_LAB_NETWORK to a free one, such as 10.99.99.0/24`,
        );
    }
    return free;
}

/** Whether two IPv4 ranges share an address; a range without a length is one address. */
export function overlaps(a: string, b: string): boolean {
    const [first, second] = [parseRange(a), parseRange(b)];
    if (first === undefined || second === undefined) {
        return false;
    }
    const size = 2 ** (32 - Math.min(first.length, second.length));
    return Math.floor(first.base / size) === Math.floor(second.base / size);
}

function parseRange(range: string): { readonly base: number; readonly length: number } | undefined {
    const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(range);
    if (match === null) {
        return undefined;
    }
    const base = match.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0);
    return { base, length: Number(match[5] ?? 32) };
}
