import type { Intermediate, MeshFacts, Peer, PendingPeer } from "./contract";
import { MeshError } from "./errors";
import { isLoopback } from "./kubeconfig";
import { type Link, linksReadBy, readersOf } from "./links";
import { type Cluster, type ClusterName, isPrimary, type Mesh } from "./model";
import { installsAfter } from "./phases";
import type { ProgramConfig } from "./stack-config";

/** A link whose two sides are known, so that its remote secret can be made. */
export interface ReadyLink {
    readonly link: Link;
    /** Secret. */
    readonly kubeconfig: string;
}

/** What a stack makes in this run: decided before the first resource, from plain facts alone. */
export interface Decision {
    /** False while the cluster waits for a peer before its control plane can be installed. */
    readonly install: boolean;
    /** The facts of a remote's primary; absent in a primary and while waiting. */
    readonly primary?: MeshFacts;
    /** The intermediate handed over by the holder of the root; absent in the holder and in remotes. */
    readonly intermediate?: Intermediate;
    readonly links: readonly ReadyLink[];
    readonly pendingPeers: readonly PendingPeer[];
}

/** Facts of the peers by name; the stack's own earlier facts are under its own name. */
export type Peers = ReadonlyMap<ClusterName, Peer>;

/**
 * Decides what this stack can make, given what its peers have published.
 *
 * @throws MeshError where a peer's outputs cannot be used, where peers could not dial this cluster, or where
 * a peer that this installed cluster depends on has withdrawn its facts.
 */
export function decide(config: ProgramConfig, peers: Peers): Decision {
    const { mesh, cluster } = config;
    const problems = [...findProblems(config, peers)];
    if (problems.length > 0) {
        throw new MeshError(problems);
    }
    const blockers = installBlockers(mesh, cluster, peers);
    if (blockers.length > 0) {
        return { install: false, links: [], pendingPeers: blockers };
    }
    const links = linksReadBy(mesh, cluster.name)
        .filter((link) => !config.stack.detached.includes(link.cluster))
        .map((link) => readyLink(link, peers));
    return {
        install: true,
        ...primaryOf(cluster, peers),
        ...intermediateOf(mesh, cluster, peers),
        links: links.filter((link) => "kubeconfig" in link),
        pendingPeers: links.filter((link) => "waitsFor" in link),
    };
}

function* findProblems(config: ProgramConfig, peers: Peers): Generator<string> {
    const { mesh, cluster, stack } = config;
    for (const [name, peer] of peers) {
        if (peer.state === "unusable" && name !== cluster.name && !stack.detached.includes(name)) {
            yield* peer.problems;
        }
    }
    if (readersOf(mesh, cluster.name).length > 0 && isLoopback(config.apiServer?.server ?? "")) {
        yield (
            `config.apiServer.server: leads back to whoever dials it, got ${JSON.stringify(
                config.apiServer?.server,
            )}; expected a URL that pods of ${readersOf(mesh, cluster.name).join(", ")} can reach; ` +
            `run pulumi config set --path isthmus:apiServer.server https://... in stack ${cluster.name}`
        );
    }
    const own = peers.get(cluster.name);
    if (own?.state === "ready" && own.facts.rootFingerprint !== "") {
        for (const { cluster: gone } of installBlockers(mesh, cluster, peers)) {
            yield (
                `stack ${cluster.name}: cluster ${gone}, on which this installed cluster depends, has ` +
                `withdrawn its facts; going on would remove the mesh from ${cluster.name}; ` +
                `run pulumi up in stack ${gone}, or pulumi destroy in stack ${cluster.name}`
            );
        }
    }
}

function installBlockers(mesh: Mesh, cluster: Cluster, peers: Peers): readonly PendingPeer[] {
    return installsAfter(mesh, cluster).flatMap((name) => {
        const waitsFor = missingForInstall(cluster, peers.get(name));
        return waitsFor === undefined
            ? []
            : [{ cluster: name, waitsFor, next: commands(name, cluster.name) }];
    });
}

function missingForInstall(cluster: Cluster, peer: Peer | undefined): string | undefined {
    if (peer?.state !== "ready") {
        return whyPending(peer);
    }
    if (!isPrimary(cluster)) {
        return peer.facts.eastWestAddresses.length > 0
            ? undefined
            : "its east-west gateway has no address yet";
    }
    return peer.access.intermediates[cluster.name] === undefined
        ? `it has not issued an intermediate CA for ${cluster.name} yet`
        : undefined;
}

function primaryOf(cluster: Cluster, peers: Peers): { primary?: MeshFacts } {
    if (cluster.role.kind !== "remote") {
        return {};
    }
    const peer = peers.get(cluster.role.primary);
    return peer?.state === "ready" ? { primary: peer.facts } : {};
}

function intermediateOf(
    mesh: Mesh,
    cluster: Cluster,
    peers: Peers,
): { intermediate?: Intermediate } {
    if (!isPrimary(cluster) || mesh.trust.kind !== "held" || mesh.trust.holder === cluster.name) {
        return {};
    }
    const peer = peers.get(mesh.trust.holder);
    const intermediate = peer?.state === "ready" && peer.access.intermediates[cluster.name];
    return intermediate ? { intermediate } : {};
}

function readyLink(link: Link, peers: Peers): ReadyLink | PendingPeer {
    const peer = peers.get(link.cluster);
    const kubeconfig =
        peer?.state === "ready" ? peer.access.readerKubeconfigs[link.reader] : undefined;
    if (kubeconfig !== undefined) {
        return { link, kubeconfig };
    }
    const waitsFor =
        peer?.state === "ready" ? "it has no credential for this cluster yet" : whyPending(peer);
    return { cluster: link.cluster, waitsFor, next: commands(link.cluster, link.reader) };
}

function whyPending(peer: Peer | undefined): string {
    return peer?.state === "pending" ? peer.why : "its facts were not read";
}

function commands(first: ClusterName, then: ClusterName): string {
    return `pulumi up --stack ${first}, then pulumi up --stack ${then}`;
}
