import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { MeshComponent } from "../mesh-component";
import { type ApiServer, renderReaderKubeconfig } from "../topology/kubeconfig";
import type { ClusterName } from "../topology/model";
import { names, readerTokenName } from "../topology/names";

/** Arguments of {@link ReaderAccess}. */
export interface ReaderAccessArgs {
    /** The cluster that is read. */
    readonly cluster: ClusterName;
    /** The primary that reads it. */
    readonly reader: ClusterName;
    readonly namespace: pulumi.Input<string>;
    readonly apiServer: ApiServer;
}

/**
 * The near side of a link: a credential of this cluster for one primary, with the rights of Istio's reader
 * account. Each reader has a token of its own, which goes when the reader leaves the mesh.
 */
export class ReaderAccess extends MeshComponent {
    /** Secret: kubeconfig with which the reader's istiod logs in. */
    readonly kubeconfig: pulumi.Output<string>;

    constructor(name: string, args: ReaderAccessArgs, opts?: pulumi.ComponentResourceOptions) {
        super("ReaderAccess", name, opts);
        const token = new k8s.core.v1.Secret(
            `${name}-token`,
            {
                metadata: {
                    name: readerTokenName(args.reader),
                    namespace: args.namespace,
                    annotations: {
                        "kubernetes.io/service-account.name": names.readerServiceAccount,
                    },
                },
                type: "kubernetes.io/service-account-token",
            },
            { parent: this },
        );
        this.kubeconfig = pulumi.secret(
            token.data.apply((data) =>
                renderReaderKubeconfig({
                    clusterName: args.cluster,
                    ...args.apiServer,
                    caData: data["ca.crt"] ?? "",
                    token: Buffer.from(data["token"] ?? "", "base64").toString("utf8"),
                }),
            ),
        );
        this.registerOutputs({ kubeconfig: this.kubeconfig });
    }
}
