/** An object of Kubernetes as kubectl takes it. */
export interface Manifest {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface ExportedResource {
    readonly type: string;
    readonly custom: boolean;
    readonly external?: boolean;
    readonly inputs?: Readonly<Record<string, unknown>>;
}

/** What must be there before everything else, and before any custom resource. */
const firstKinds = new Set(["Namespace", "CustomResourceDefinition"]);

/** The objects of a stack, in the three steps in which kubectl can apply them. */
export interface Batches {
    readonly first: readonly Manifest[];
    readonly workloads: readonly Manifest[];
    readonly customResources: readonly Manifest[];
}

/**
 * The objects that a stack has made.
 *
 * @param exported output of `pulumi stack export --show-secrets`.
 */
export function batchesOf(exported: string): Batches {
    const { deployment } = JSON.parse(exported) as {
        deployment: { resources: readonly ExportedResource[] };
    };
    const manifests = deployment.resources
        .filter(({ type, custom, external }) => custom && external !== true && isObject(type))
        .map(({ inputs }) => reveal(inputs) as Manifest);
    const isCustom = ({ apiVersion }: Manifest) => apiVersion.includes(".istio.io/");
    return {
        first: manifests.filter(({ kind }) => firstKinds.has(kind)),
        workloads: manifests.filter((m) => !firstKinds.has(m.kind) && !isCustom(m)),
        customResources: manifests.filter(isCustom),
    };
}

function isObject(type: string): boolean {
    return type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/");
}

/** Secrets stand in an export as objects with the value as JSON text. */
function reveal(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(reveal);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const { plaintext } = value as { plaintext?: string };
    if (plaintext !== undefined) {
        return reveal(JSON.parse(plaintext));
    }
    return Object.fromEntries(
        Object.entries(value)
            .filter(([key]) => key !== "__defaults" && key !== "__initialApiVersion")
            .map(([key, inner]) => [key, reveal(inner)]),
    );
}
