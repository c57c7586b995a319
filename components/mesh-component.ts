import * as pulumi from "@pulumi/pulumi";

/**
 * What all components of the mesh have in common. Their arguments are not stored with them: they hold the whole
 * mesh and secrets, and a change anywhere in it would show as an update of every component in every stack.
 */
export abstract class MeshComponent extends pulumi.ComponentResource {
    constructor(typeName: string, name: string, opts?: pulumi.ComponentResourceOptions) {
        super(`isthmus:index:${typeName}`, name, {}, opts);
    }
}
