import type { ClusterAddresses } from "./addressing";
import {
    ensureAuthority,
    ensureCertificate,
    ensureSigningKey,
    type CertificateSpec,
    type KeyPair,
} from "./certificates";

/** Every key of one cluster; see "PKI certificates and requirements" in the Kubernetes manual. */
export interface ClusterPki {
    readonly authority: KeyPair;
    /** Signs what the API server shows to the API servers that extend it. */
    readonly frontProxyAuthority: KeyPair;
    readonly apiServer: KeyPair;
    /** What the API server shows to kubelet. */
    readonly kubeletClient: KeyPair;
    readonly frontProxyClient: KeyPair;
    readonly kubeletServer: KeyPair;
    readonly serviceAccounts: { readonly publicPath: string; readonly privatePath: string };
    /** The users that talk to the API server. */
    readonly users: Readonly<Record<ClusterUser, KeyPair>>;
}

/** Who talks to a cluster's API server with a certificate. */
export type ClusterUser =
    "admin" | "controller-manager" | "scheduler" | "kubelet" | "kube-proxy" | "load-balancer";

/** The user name that the load balancer's rights are bound to. */
export const LOAD_BALANCER_USER = "isthmus:load-balancer";

/** Reads the keys of a cluster and makes those that are missing. */
export async function ensurePki(
    folder: string,
    cluster: string,
    nodeName: string,
    addresses: ClusterAddresses,
): Promise<ClusterPki> {
    const authority = await ensureAuthority(folder, "ca", `isthmus-lab ${cluster}`);
    const frontProxyAuthority = await ensureAuthority(folder, "front-proxy-ca", "front-proxy-ca");
    const issue = (spec: CertificateSpec) => ensureCertificate(folder, authority, spec);
    const user = (name: ClusterUser, commonName: string, organization?: string) =>
        issue({ name, commonName, ...(organization === undefined ? {} : { organization }) });
    return {
        authority,
        frontProxyAuthority,
        apiServer: await issue({
            name: "apiserver",
            commonName: "kube-apiserver",
            server: {
                names: [
                    "kubernetes",
                    "kubernetes.default",
                    "kubernetes.default.svc",
                    "kubernetes.default.svc.cluster.local",
                    "localhost",
                    cluster,
                ],
                addresses: [addresses.node, addresses.kubernetesService, "127.0.0.1"],
            },
        }),
        kubeletClient: await issue({
            name: "apiserver-kubelet-client",
            commonName: "kube-apiserver-kubelet-client",
            organization: "system:masters",
        }),
        frontProxyClient: await ensureCertificate(folder, frontProxyAuthority, {
            name: "front-proxy-client",
            commonName: "front-proxy-client",
        }),
        kubeletServer: await issue({
            name: "kubelet-server",
            commonName: nodeName,
            server: { names: [nodeName], addresses: [addresses.node] },
        }),
        serviceAccounts: await ensureSigningKey(folder, "service-accounts"),
        users: {
            admin: await user("admin", "isthmus-admin", "system:masters"),
            "controller-manager": await user(
                "controller-manager",
                "system:kube-controller-manager",
            ),
            scheduler: await user("scheduler", "system:kube-scheduler"),
            kubelet: await user("kubelet", `system:node:${nodeName}`, "system:nodes"),
            "kube-proxy": await user("kube-proxy", "system:kube-proxy"),
            "load-balancer": await user("load-balancer", LOAD_BALANCER_USER),
        },
    };
}
