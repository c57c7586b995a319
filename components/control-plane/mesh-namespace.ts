import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { MeshComponent } from "../mesh-component";
import { labels, names } from "../topology/names";
import type { Cluster } from "../topology/model";

/** Arguments of {@link MeshNamespace}. */
export interface MeshNamespaceArgs {
    readonly cluster: Cluster;
}

/**
 * The namespace `istio-system`, with the network that istiod reads from its label and, in a remote, the primary
 * that is to lead it. istiod reads that annotation once, when it meets the remote secret, so both are there
 * before anything else (pilot/pkg/serviceregistry/kube/controller/multicluster.go, checkShouldLead).
 */
export class MeshNamespace extends MeshComponent {
    /** Name of the namespace, known once it exists. */
    readonly namespaceName: pulumi.Output<string>;

    constructor(name: string, args: MeshNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
        super("MeshNamespace", name, opts);
        const { network, role } = args.cluster;
        const namespace = new k8s.core.v1.Namespace(
            `${name}-namespace`,
            {
                metadata: {
                    name: names.istioNamespace,
                    labels: { [labels.network]: network },
                    ...(role.kind === "remote"
                        ? { annotations: { [labels.controlPlaneClusters]: role.primary } }
                        : {}),
                },
            },
            { parent: this },
        );
        this.namespaceName = namespace.metadata.name;
        this.registerOutputs({ namespaceName: this.namespaceName });
    }
}
