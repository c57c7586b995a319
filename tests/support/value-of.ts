import * as pulumi from "@pulumi/pulumi";

/**
 * The value of an output, or the error that kept it from having one. `apply` would do neither in a preview, and
 * never end where something upstream fails; `promise` is what the SDK's own tests use.
 */
export async function valueOf<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
    const { promise } = asInternal(pulumi.output(output));
    return (await promise()) as pulumi.Unwrap<T>;
}

/** True for an output that is encrypted wherever it is stored. */
export async function isSecret(output: pulumi.Input<unknown>): Promise<boolean> {
    return asInternal(pulumi.output(output)).isSecret;
}

interface Internal {
    readonly promise: () => Promise<unknown>;
    readonly isSecret: Promise<boolean>;
}

function asInternal(output: unknown): Internal {
    const internal = output as Internal;
    return { promise: () => internal.promise(), isSecret: internal.isSecret };
}
