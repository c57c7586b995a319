import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { MeshComponent } from "../mesh-component";

/** Arguments of {@link StrictMtls}. */
export interface StrictMtlsArgs {
    /** Root namespace of the primary, which makes the policy one for the whole mesh. */
    readonly namespace: pulumi.Input<string>;
}

/**
 * Refuses plain text everywhere in the mesh:
 * https://istio.io/latest/docs/tasks/security/authentication/mtls-migration/
 */
export class StrictMtls extends MeshComponent {
    constructor(name: string, args: StrictMtlsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("StrictMtls", name, opts);
        new k8s.apiextensions.CustomResource(
            `${name}-policy`,
            {
                apiVersion: "security.istio.io/v1",
                kind: "PeerAuthentication",
                metadata: { name: "default", namespace: args.namespace },
                spec: { mtls: { mode: "STRICT" } },
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
