import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { MeshComponent } from "../mesh-component";
import type { Link } from "../topology/links";
import { labels, remoteSecretName } from "../topology/names";

/** Arguments of {@link PeerLink}. */
export interface PeerLinkArgs {
    readonly link: Link;
    readonly namespace: pulumi.Input<string>;
    /** Secret: kubeconfig that the cluster has published for this reader. */
    readonly kubeconfig: pulumi.Input<string>;
}

/**
 * The far side of a link: the remote secret from which this cluster's istiod learns of a peer, as
 * `istioctl create-remote-secret` makes it (istioctl/pkg/multicluster/remote_secret.go).
 */
export class PeerLink extends MeshComponent {
    constructor(name: string, args: PeerLinkArgs, opts?: pulumi.ComponentResourceOptions) {
        const kubeconfig = pulumi.secret(args.kubeconfig);
        super("PeerLink", name, opts);
        const { cluster } = args.link;
        new k8s.core.v1.Secret(
            `${name}-remote-secret`,
            {
                metadata: {
                    // Explicit and updated in place: istiod ignores a second secret for a cluster it knows.
                    name: remoteSecretName(cluster),
                    namespace: args.namespace,
                    labels: { [labels.multiCluster]: "true" },
                    annotations: { [labels.remoteCluster]: cluster },
                },
                stringData: { [cluster]: kubeconfig },
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
