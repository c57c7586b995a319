import * as pulumi from "@pulumi/pulumi";

import {
    contractVersion,
    type Intermediate,
    type MeshFacts,
    type RemoteAccess,
} from "./topology/contract";
import type { Decision } from "./topology/decide";
import type { Mesh } from "./topology/model";
import type { ProgramConfig } from "./topology/stack-config";

/** What a stack publishes. */
export interface StackOutputs {
    /** Plain facts, for peers and for people: each on its own, so that a preview shows those it knows. */
    readonly mesh: { readonly [Fact in keyof MeshFacts]: pulumi.Input<MeshFacts[Fact]> };
    /** Secret: credentials for peers alone. */
    readonly remoteAccess: pulumi.Output<RemoteAccess>;
}

/** What this run has made that peers need; all of it absent while the cluster waits for a peer. */
export interface Published {
    readonly addresses?: pulumi.Output<string[]>;
    readonly root?: {
        readonly rootFingerprint: pulumi.Output<string>;
        readonly rootCertificate: pulumi.Output<string>;
    };
    readonly intermediates?: Readonly<Record<string, pulumi.Output<Intermediate>>>;
    readonly kubeconfigs?: Readonly<Record<string, pulumi.Output<string>>>;
}

/** The outputs of a stack. */
export function publish(
    config: ProgramConfig,
    decision: Decision,
    published: Published,
): StackOutputs {
    const { mesh, cluster, apiServer } = config;
    return {
        mesh: {
            contractVersion,
            clusterName: cluster.name,
            network: cluster.network,
            role: cluster.role.kind,
            ...identity(mesh),
            apiServer: apiServer?.server ?? "",
            eastWestAddresses: published.addresses ?? [],
            rootFingerprint: published.root?.rootFingerprint ?? "",
            rootCertificate: published.root?.rootCertificate ?? "",
            pendingPeers: [...decision.pendingPeers],
        },
        remoteAccess: pulumi.secret({
            contractVersion: contractVersion,
            readerKubeconfigs: { ...published.kubeconfigs },
            intermediates: { ...published.intermediates },
        }),
    };
}

function identity({ meshId, trustDomain, istio }: Mesh) {
    return { meshId, trustDomain, istioVersion: istio.version };
}
