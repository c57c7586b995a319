/** Pinned versions and addresses: the one place to change them. */
export const defaults = {
    /** https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/ (trustDomain). */
    trustDomain: "cluster.local",
    istioVersion: "1.31.0",
    /** https://istio.io/latest/docs/setup/install/helm/ */
    istioRepository: "https://istio-release.storage.googleapis.com/charts",
    certManagerVersion: "v1.21.2",
    /** https://cert-manager.io/docs/installation/helm/ */
    certManagerRepository: "https://charts.jetstack.io",
} as const;

/**
 * Versions of Istio that may be installed. Before 1.30.4 a rewritten remote secret can lose a cluster's
 * endpoints and its network gateway until istiod restarts (istio/istio#61043, istio/istio#60920).
 */
export const istioVersionFloor = "1.30.4";
