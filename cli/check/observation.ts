import type { ClusterName } from "../../components/topology/model";

/** Something that was asked for: the answer, or why there is none. */
export type Fact<T> =
    { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

export function known<T>(value: T): Fact<T> {
    return { known: true, value };
}

export function unknown(why: string): Fact<never> {
    return { known: false, why };
}

/** What was seen of one cluster: plain data, in which no key, token or other secret ever is. */
export type Observation = ClusterFacts | Unreachable;

/** A cluster whose API server did not answer this machine. */
export interface Unreachable {
    readonly cluster: ClusterName;
    readonly reachable: false;
    readonly why: string;
    /** URL of the API server, where a kubeconfig named one. */
    readonly server?: string;
}

/** What the API server and the istiods of a cluster say; `null` where an object does not exist. */
export interface ClusterFacts {
    readonly cluster: ClusterName;
    readonly reachable: true;
    readonly server: string;
    readonly kubernetesVersion: string;
    readonly istioNamespace: Fact<NamespaceFacts | null>;
    readonly istiods: Fact<readonly IstiodFacts[]>;
    readonly remoteSecrets: Fact<readonly RemoteSecretFacts[]>;
    readonly cacerts: Fact<CacertsFacts | null>;
    /** The root that workloads are given, by namespace: ConfigMap istio-ca-root-cert. */
    readonly distributedRoots: Fact<readonly DistributedRootFacts[]>;
    /** Namespaces whose pods get a sidecar. */
    readonly injectedNamespaces: Fact<readonly string[]>;
    /** Some of the pods that have a sidecar. */
    readonly injectedPods: Fact<readonly PodFacts[]>;
    readonly gateway: Fact<GatewayFacts | null>;
    readonly injector: Fact<InjectorFacts | null>;
    /** Mode of the mesh-wide PeerAuthentication. */
    readonly peerAuthentication: Fact<string | null>;
    readonly meshConfig: Fact<MeshConfigFacts | null>;
    /** Services in namespaces whose pods get a sidecar. */
    readonly services: Fact<readonly ServiceFacts[]>;
}

export interface NamespaceFacts {
    readonly network?: string;
    /** Clusters whose istiods may write here, as annotated. */
    readonly controlPlaneClusters?: string;
}

/** One istiod pod and what its debug endpoints answered. */
export interface IstiodFacts {
    readonly pod: string;
    readonly ready: boolean;
    /** Environment variable CLUSTER_ID. */
    readonly clusterId?: string;
    /** Absent for a build that does not know its version. */
    readonly version?: string;
    /** `/debug/clusterz`. */
    readonly clusters: Fact<readonly SyncFacts[]>;
    /** `/debug/networkz`. */
    readonly gateways: Fact<readonly NetworkGatewayFacts[]>;
    /** `/debug/endpointShardz`, by name of the cluster. */
    readonly shards: Fact<Readonly<Record<string, ShardFacts>>>;
}

export interface SyncFacts {
    readonly id: string;
    /** Empty for the cluster that the istiod runs in. */
    readonly secretName: string;
    /** synced, syncing, timeout or closed: pkg/kube/multicluster/cluster.go */
    readonly syncStatus: string;
}

export interface NetworkGatewayFacts {
    readonly network: string;
    readonly cluster: string;
    readonly address: string;
    readonly port: number;
}

/** What an istiod knows of the endpoints in one cluster. */
export interface ShardFacts {
    readonly services: number;
    readonly endpoints: number;
    /** Endpoints by the network that istiod puts them on; "" where it knows none. */
    readonly networks: Readonly<Record<string, number>>;
}

export interface RemoteSecretFacts {
    readonly name: string;
    /** Label istio/multiCluster=true, without which istiod does not look at it. */
    readonly labelled: boolean;
    /** ISO 8601. */
    readonly created: string;
    readonly entries: readonly KubeconfigFacts[];
}

/** One kubeconfig in a remote secret. */
export interface KubeconfigFacts {
    /** Key in the Secret, which istiod takes as the cluster's name. */
    readonly key: string;
    /** Name that the kubeconfig itself gives the cluster. */
    readonly clusterName?: string;
    readonly server?: string;
    /** ISO 8601; absent for a token that does not expire. */
    readonly tokenExpires?: string;
    /** Why it cannot be used. */
    readonly problem?: string;
}

export interface CertificateFacts {
    /** SHA-256, as colon-separated hexadecimal. */
    readonly fingerprint: string;
    readonly subject: string;
    /** ISO 8601. */
    readonly notAfter: string;
}

/** The certificates of Secret cacerts; never its key. */
export interface CacertsFacts {
    readonly missingKeys: readonly string[];
    readonly roots: readonly CertificateFacts[];
    /** The CA that istiod signs with. */
    readonly ca?: CertificateFacts;
    /** True where the chain leads from the CA to one of the roots. */
    readonly chainsToRoot: boolean;
}

export interface DistributedRootFacts {
    readonly namespace: string;
    readonly fingerprints: readonly string[];
}

export interface PodFacts {
    readonly namespace: string;
    readonly name: string;
    /** Label topology.istio.io/network. */
    readonly network?: string;
}

/** The Service istio-eastwestgateway and its pods. */
export interface GatewayFacts {
    readonly type: string;
    readonly network?: string;
    readonly ports: readonly {
        readonly name?: string;
        readonly port: number;
        readonly nodePort?: number;
    }[];
    /** Of the load balancer, and external IPs. */
    readonly addresses: readonly string[];
    /** Annotation that makes istiod use the addresses of nodes. */
    readonly nodeSelector?: string;
    readonly pods: readonly GatewayPodFacts[];
}

export interface GatewayPodFacts {
    readonly name: string;
    readonly ready: boolean;
    /** Why it is not ready, as far as its status says. */
    readonly waiting?: string;
    readonly network?: string;
}

/** MutatingWebhookConfiguration istio-sidecar-injector. */
export interface InjectorFacts {
    readonly webhooks: readonly { readonly name: string; readonly hasCaBundle: boolean }[];
}

/** ConfigMap istio. */
export interface MeshConfigFacts {
    readonly meshId?: string;
    readonly trustDomain?: string;
    readonly registries: readonly { readonly network: string; readonly registry: string }[];
}

export interface ServiceFacts {
    readonly namespace: string;
    readonly name: string;
    /** `http 8080/TCP`, sorted. */
    readonly ports: readonly string[];
}
