/** Kubernetes objects as far as the checks read or write them: everything may be missing. */
export interface KubeObject {
    readonly metadata?: ObjectMeta;
}

export interface ObjectMeta {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
}

export interface Container {
    readonly name: string;
    readonly image?: string;
    readonly imagePullPolicy?: string;
    readonly args?: readonly string[];
    readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    readonly resources?: object;
    readonly securityContext?: object;
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

export interface ContainerStatus {
    readonly name: string;
    readonly ready?: boolean;
    readonly state?: {
        readonly waiting?: { readonly reason?: string; readonly message?: string };
        readonly terminated?: { readonly reason?: string; readonly message?: string };
    };
}

export interface Pod extends KubeObject {
    readonly spec?: {
        readonly containers?: readonly Container[];
        readonly initContainers?: readonly Container[];
        readonly serviceAccountName?: string;
        readonly securityContext?: object;
        readonly terminationGracePeriodSeconds?: number;
    };
    readonly status?: {
        readonly phase?: string;
        readonly podIP?: string;
        readonly conditions?: readonly {
            readonly type: string;
            readonly status: string;
            readonly message?: string;
        }[];
        readonly initContainerStatuses?: readonly ContainerStatus[];
        readonly containerStatuses?: readonly ContainerStatus[];
    };
}

/** Values are base64. */
export interface Secret extends KubeObject {
    readonly data?: Readonly<Record<string, string>>;
}

export interface ConfigMap extends KubeObject {
    readonly data?: Readonly<Record<string, string>>;
}

export interface Service extends KubeObject {
    readonly spec?: {
        readonly type?: string;
        readonly selector?: Readonly<Record<string, string>>;
        readonly externalIPs?: readonly string[];
        readonly ports?: readonly {
            readonly name?: string;
            readonly port: number;
            readonly nodePort?: number;
            readonly protocol?: string;
        }[];
    };
    readonly status?: {
        readonly loadBalancer?: {
            readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
        };
    };
}

export interface MutatingWebhookConfiguration extends KubeObject {
    readonly webhooks?: readonly {
        readonly name: string;
        readonly clientConfig?: { readonly caBundle?: string };
    }[];
}

export interface PeerAuthentication extends KubeObject {
    readonly spec?: {
        readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
        readonly mtls?: { readonly mode?: string };
    };
}

/** Kinds by the name that the API gives them in its paths. */
export interface Kinds {
    readonly namespaces: KubeObject;
    readonly pods: Pod;
    readonly secrets: Secret;
    readonly configmaps: ConfigMap;
    readonly services: Service;
    readonly serviceaccounts: KubeObject;
    readonly mutatingwebhookconfigurations: MutatingWebhookConfiguration;
    readonly peerauthentications: PeerAuthentication;
}

export type Kind = keyof Kinds;

const groups: Readonly<Record<Kind, string>> = {
    namespaces: "/api/v1",
    pods: "/api/v1",
    secrets: "/api/v1",
    configmaps: "/api/v1",
    services: "/api/v1",
    serviceaccounts: "/api/v1",
    mutatingwebhookconfigurations: "/apis/admissionregistration.k8s.io/v1",
    peerauthentications: "/apis/security.istio.io/v1",
};

/** Path of a kind, or of one object of it, in the API. */
export function apiPath(kind: Kind, namespace?: string, name?: string): string {
    return [
        groups[kind],
        ...(namespace === undefined ? [] : ["namespaces", encodeURIComponent(namespace)]),
        kind,
        ...(name === undefined ? [] : [encodeURIComponent(name)]),
    ].join("/");
}

/** True where the pod runs and says that it can serve. */
export function isReady(pod: Pod): boolean {
    return (
        pod.metadata?.deletionTimestamp === undefined &&
        (pod.status?.conditions ?? []).some(
            ({ type, status }) => type === "Ready" && status === "True",
        )
    );
}

/** Why a pod is not ready, in the words of its status; `undefined` where it says nothing. */
export function waitingReason(pod: Pod): string | undefined {
    const statuses = [
        ...(pod.status?.initContainerStatuses ?? []),
        ...(pod.status?.containerStatuses ?? []),
    ];
    for (const { name, state } of statuses) {
        const { reason, message } = state?.waiting ?? state?.terminated ?? {};
        if (reason !== undefined && reason !== "Completed" && reason !== "PodInitializing") {
            return message === undefined
                ? `${name}: ${reason}`
                : `${name}: ${reason}, ${shorten(message)}`;
        }
    }
    const unscheduled = pod.status?.conditions?.find(
        ({ type, status }) => type === "PodScheduled" && status === "False",
    );
    return unscheduled?.message ?? pod.status?.phase;
}

/** The runtime's messages repeat themselves, each time in more detail. */
function shorten(message: string): string {
    const [line = ""] = message.split("\n");
    return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}
