import { z } from "zod";

import type { ClusterName, Mesh } from "./model";
import { validate } from "./validate";

/** Version of both outputs; raised when a reader of the old form would misread the new one. */
export const contractVersion = 1;

const pendingPeerSchema = z.object({
    cluster: z.string(),
    waitsFor: z.string(),
    next: z.string(),
});

const meshFactsSchema = z.object({
    contractVersion: z.literal(contractVersion),
    clusterName: z.string(),
    network: z.string(),
    role: z.enum(["primary", "remote"]),
    meshId: z.string(),
    trustDomain: z.string(),
    istioVersion: z.string(),
    apiServer: z.string(),
    eastWestAddresses: z.array(z.string()),
    rootFingerprint: z.string(),
    rootCertificate: z.string(),
    pendingPeers: z.array(pendingPeerSchema),
});

const remoteAccessSchema = z.object({
    contractVersion: z.literal(contractVersion),
    readerKubeconfigs: z.record(z.string(), z.string()),
    intermediates: z.record(
        z.string(),
        z.object({ certificate: z.string(), key: z.string(), root: z.string() }),
    ),
});

/** The stack output `mesh`: plain facts of one cluster, for its peers and for people. */
export type MeshFacts = z.output<typeof meshFactsSchema>;
/** The stack output `remoteAccess`: secret, for peers alone. */
export type RemoteAccess = z.output<typeof remoteAccessSchema>;
/** A peer that this stack cannot link to yet, why, and the commands that change it. */
export type PendingPeer = z.output<typeof pendingPeerSchema>;
/** An intermediate CA, PEM: its certificate, its key, and the root that signed it. */
export type Intermediate = RemoteAccess["intermediates"][string];

/** What a stack knows of a peer. */
export type Peer =
    | { readonly state: "ready"; readonly facts: MeshFacts; readonly access: RemoteAccess }
    | { readonly state: "pending"; readonly why: string }
    | { readonly state: "unusable"; readonly problems: readonly string[] };

/** Outputs of a peer's stack as read; `undefined` where the stack does not exist. */
export type PeerOutputs = { readonly mesh?: unknown; readonly remoteAccess?: unknown } | undefined;

/**
 * Reads the outputs of a peer's stack.
 *
 * `pending` while the stack is not there, not up, or waiting itself; `unusable` where its outputs belong to
 * another mesh, another cluster or another version of this program, or could not be decrypted.
 */
export function parsePeer(mesh: Mesh, name: ClusterName, outputs: PeerOutputs): Peer {
    if (outputs === undefined) {
        return { state: "pending", why: "its stack does not exist" };
    }
    if (outputs.mesh === undefined) {
        return { state: "pending", why: "its stack has not been brought up" };
    }
    const root = `stack ${name}: output mesh`;
    const facts = validate(meshFactsSchema, outputs.mesh, { root });
    if (!facts.ok) {
        return { state: "unusable", problems: facts.problems };
    }
    const expected = { clusterName: name, meshId: mesh.meshId, trustDomain: mesh.trustDomain };
    const problems = Object.entries(expected).flatMap(([key, value]) => {
        const got = facts.value[key as keyof typeof expected];
        return got === value
            ? []
            : [
                  `${root}.${key}: belongs to another mesh, got ${JSON.stringify(got)}; ` +
                      `expected ${JSON.stringify(value)}; run pulumi up in stack ${name} with this project`,
              ];
    });
    if (problems.length > 0) {
        return { state: "unusable", problems };
    }
    return parseAccess(name, facts.value, outputs.remoteAccess);
}

function parseAccess(name: ClusterName, facts: MeshFacts, output: unknown): Peer {
    if (output === undefined || output === null || output === "") {
        return {
            state: "unusable",
            problems: [
                `stack ${name}: output remoteAccess: cannot be read; expected a secret that this stack can ` +
                    `decrypt; give both stacks the same secrets provider and passphrase`,
            ],
        };
    }
    const access = validate(remoteAccessSchema, output, {
        root: `stack ${name}: output remoteAccess`,
        secret: ["readerKubeconfigs", "intermediates"],
    });
    return access.ok
        ? { state: "ready", facts, access: access.value }
        : { state: "unusable", problems: access.problems };
}
