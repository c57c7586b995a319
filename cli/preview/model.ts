import type { PendingPeer } from "../../components/topology/contract";
import type { Link } from "../../components/topology/links";
import type { ClusterName } from "../../components/topology/model";

/** What a change does to a resource; the worst first, which is the order in which they are shown. */
export const changeKinds = ["replace", "delete", "create", "update"] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** One resource that would change. */
export interface ResourceChange {
    readonly kind: ChangeKind;
    readonly type: string;
    readonly name: string;
    readonly properties: readonly PropertyChange[];
}

/** One property of it. Values are shown where they are short and not secret. */
export interface PropertyChange {
    readonly path: string;
    readonly from?: string;
    readonly to?: string;
    /** True where it is this property that makes a replacement necessary. */
    readonly forcesReplacement: boolean;
}

/** What the preview of one stack says. */
export interface StackPreview {
    readonly stack: ClusterName;
    readonly changes: readonly ResourceChange[];
    readonly unchanged: number;
    /** Clusters whose remote secret this stack would make, keep or remove. */
    readonly links: readonly { readonly cluster: ClusterName; readonly change: LinkChange }[];
    /** Links that wait for a peer; absent where the preview could not know. */
    readonly pendingPeers?: readonly PendingPeer[];
    readonly warnings: readonly string[];
    /** What the engine said, where there was no preview. */
    readonly failure?: readonly string[];
}

export type LinkChange = "gained" | "lost" | "kept";

/** A link before and after. */
export interface PreviewedLink {
    readonly reader: ClusterName;
    readonly cluster: ClusterName;
    readonly kind?: Link["kind"];
    readonly change: LinkChange | "pending" | "unknown";
    /** What a pending link waits for; why an unknown one is not known. */
    readonly why?: string;
}

/** What all stacks together would do. */
export interface MeshPreview {
    readonly meshId: string;
    readonly clusters: readonly PreviewedCluster[];
    readonly links: readonly PreviewedLink[];
    readonly stacks: readonly StackPreview[];
}

export interface PreviewedCluster {
    readonly name: ClusterName;
    readonly role: string;
    readonly network: string;
    /** Against the base where one is given, else against the stacks that are up. */
    readonly change: "joins" | "leaves" | "stays";
}
