import type { ClusterName } from "./model";

/**
 * Names that Istio or cert-manager looks up, and names that two sides must agree on. Each is fixed by the
 * file or page that its comment cites.
 */
export const names = {
    /** Root namespace of Istio: https://istio.io/latest/docs/setup/install/helm/ */
    istioNamespace: "istio-system",
    /** Namespace of cert-manager: https://cert-manager.io/docs/installation/helm/ */
    certManagerNamespace: "cert-manager",
    /** Holds the root CA and the intermediates; no workload runs here. */
    trustNamespace: "isthmus-trust",
    /** https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/ */
    cacerts: "cacerts",
    /** Selector `istio: eastwestgateway` follows from it: samples/multicluster/gen-eastwest-gateway.sh */
    eastWestGateway: "istio-eastwestgateway",
    /** samples/multicluster/expose-services.yaml */
    crossNetworkGateway: "cross-network-gateway",
    /** samples/multicluster/expose-istiod.yaml */
    istiodGateway: "istiod-gateway",
    istiodVirtualService: "istiod-vs",
    /** manifests/charts/base/templates/reader-serviceaccount.yaml */
    readerServiceAccount: "istio-reader-service-account",
    /** Webhook and template: mutatingwebhook.yaml and istiod-injector-configmap.yaml of chart istiod. */
    sidecarInjector: "istio-sidecar-injector",
    /** pilot/pkg/serviceregistry/kube/controller/namespacecontroller.go */
    rootCertConfigMap: "istio-ca-root-cert",
} as const;

/** Labels and annotations of Istio: https://istio.io/latest/docs/reference/config/labels/ */
export const labels = {
    network: "topology.istio.io/network",
    controlPlaneClusters: "topology.istio.io/controlPlaneClusters",
    /** istioctl/pkg/multicluster/remote_secret.go */
    multiCluster: "istio/multiCluster",
    remoteCluster: "networking.istio.io/cluster",
    locality: "istio-locality",
    nodeSelector: "traffic.istio.io/nodeSelector",
} as const;

/** Remote secret of a cluster: istioctl/pkg/multicluster/remote_secret.go. */
export function remoteSecretName(cluster: ClusterName): string {
    return `istio-remote-secret-${cluster}`;
}

/** Token Secret, in the cluster that is read, of one primary that reads it. */
export function readerTokenName(reader: ClusterName): string {
    return `istio-remote-secret-token-${reader}`;
}

/** Certificate and Secret of a cluster's intermediate CA, in the holder's trust namespace. */
export function intermediateName(cluster: ClusterName): string {
    return `intermediate-${cluster}`;
}

/** Path at which a primary's injector answers for a remote: `/inject/cluster/<C>/net/<N>`. */
export function injectionPath(cluster: ClusterName, network: string): string {
    return `/inject/cluster/${cluster}/net/${network}`;
}

/** The same for a webhook that is called by URL, whose path Istio reads in the `:ENV:` form. */
export function injectionUrl(host: string, cluster: ClusterName, network: string): string {
    return `https://${host}:15017/inject/:ENV:cluster=${cluster}:ENV:net=${network}`;
}
