import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { MeshComponent } from "../mesh-component";
import { names } from "../topology/names";
import { type Cacerts, fingerprint } from "./certificates";

/** Arguments of {@link MeshCacerts}. */
export interface MeshCacertsArgs {
    readonly namespace: pulumi.Input<string>;
    /** Secret. */
    readonly cacerts: pulumi.Input<Cacerts>;
}

/** The Secret `cacerts`, from which istiod signs every certificate of its clusters. */
export class MeshCacerts extends MeshComponent {
    /** SHA-256 of the root, hex. */
    readonly rootFingerprint: pulumi.Output<string>;
    /** PEM of the root; public. */
    readonly rootCertificate: pulumi.Output<string>;

    constructor(name: string, args: MeshCacertsArgs, opts?: pulumi.ComponentResourceOptions) {
        const cacerts = pulumi.secret(args.cacerts);
        super("MeshCacerts", name, opts);
        new k8s.core.v1.Secret(
            `${name}-secret`,
            {
                metadata: { name: names.cacerts, namespace: args.namespace },
                stringData: cacerts.apply((keys) => ({ ...keys })),
            },
            { parent: this },
        );
        this.rootCertificate = pulumi.unsecret(cacerts.apply((keys) => keys["root-cert.pem"]));
        this.rootFingerprint = this.rootCertificate.apply(fingerprint);
        this.registerOutputs({
            rootFingerprint: this.rootFingerprint,
            rootCertificate: this.rootCertificate,
        });
    }
}
