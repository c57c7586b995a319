import { createHash } from "node:crypto";

import type { Peer } from "../../components/topology/contract";
import { linksReadBy } from "../../components/topology/links";
import { clusterNamed, type ClusterName, type Mesh } from "../../components/topology/model";
import { installsAfter } from "../../components/topology/phases";

/** What each stack has published, as its peers read it. */
export type Publications = ReadonlyMap<ClusterName, Peer>;

/**
 * A digest of all that a run of `name` takes from its peers: while it stays the same, another run of the stack
 * would change nothing.
 */
export function inputsOf(mesh: Mesh, name: ClusterName, publications: Publications): string {
    const cluster = clusterNamed(mesh, name);
    const links = linksReadBy(mesh, name).map((link) => {
        const peer = publications.get(link.cluster);
        return peer?.state === "ready" ? peer.access.readerKubeconfigs[name] : undefined;
    });
    const needed = installsAfter(mesh, cluster).map((peerName) => {
        const peer = publications.get(peerName);
        if (peer?.state !== "ready") {
            return undefined;
        }
        return cluster.role.kind === "remote"
            ? { ...peer.facts, pendingPeers: undefined }
            : peer.access.intermediates[name];
    });
    return createHash("sha256")
        .update(JSON.stringify([links, needed]))
        .digest("hex");
}

/** True where the peers have published all that the cluster's control plane needs. */
export function canInstall(mesh: Mesh, name: ClusterName, publications: Publications): boolean {
    const cluster = clusterNamed(mesh, name);
    return installsAfter(mesh, cluster).every((peerName) => {
        const peer = publications.get(peerName);
        if (peer?.state !== "ready") {
            return false;
        }
        return cluster.role.kind === "remote"
            ? peer.facts.eastWestAddresses.length > 0
            : peer.access.intermediates[name] !== undefined;
    });
}
