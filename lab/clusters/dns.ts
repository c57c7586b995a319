import type { Toolchain } from "../toolchain";
import { apply, get, type KubernetesObject } from "./api-client";
import type { Cluster } from "./cluster";
import { LOAD_BALANCER_USER } from "./pki";
import { waitUntil } from "./wait";

const NAMESPACE = "kube-system";
const LABELS = { "k8s-app": "kube-dns" } as const;

/**
 * Names outside the cluster are refused: the lab has no way out, and a quick refusal is better than
 * a wait for an answer that does not come.
 */
const COREFILE = `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
    }
    cache 30
    loadbalance
}
`;

/** Applies the cluster's DNS server and the rights of the load balancer. */
export async function applySystemObjects(cluster: Cluster, toolchain: Toolchain): Promise<void> {
    const { name: image } = await toolchain.image("coredns");
    const objects = [...loadBalancerRights(), ...dnsObjects(image, cluster.addresses.dnsService)];
    for (const object of objects) {
        // The API server makes its own namespaces a moment after it says that it is ready.
        let failure: unknown;
        await waitUntil(`${cluster.spec.name}: ${object.kind} ${object.metadata.name}`, {
            timeoutMs: 60_000,
            check: async () => {
                try {
                    await apply(cluster.access, object);
                    return undefined;
                } catch (error) {
                    failure = error;
                    return "could not be applied";
                }
            },
            explain: () => Promise.resolve(String(failure)),
        });
    }
}

/** Waits until the cluster's DNS server answers. */
export async function waitForDns(cluster: Cluster, timeoutMs: number): Promise<void> {
    const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/coredns`;
    await waitUntil(`${cluster.spec.name}: coredns`, {
        timeoutMs,
        check: async () => {
            const { status, body } = await get(cluster.access, path);
            const deployment = (status === 200 ? JSON.parse(body) : {}) as {
                readonly status?: { readonly availableReplicas?: number };
            };
            const available = deployment.status?.availableReplicas ?? 0;
            return available > 0 ? undefined : "no replica is available";
        },
        explain: () => explainPods(cluster),
    });
}

/** Why the DNS server's pods do not start, as the cluster's events tell. */
async function explainPods(cluster: Cluster): Promise<string> {
    const { body } = await get(cluster.access, `/api/v1/namespaces/${NAMESPACE}/events`);
    try {
        const events = JSON.parse(body) as {
            readonly items?: readonly { readonly reason: string; readonly message: string }[];
        };
        const last = (events.items ?? []).slice(-6);
        return last.map(({ reason, message }) => `    ${reason}: ${message}`).join("\n");
    } catch {
        return body.slice(0, 500);
    }
}

function loadBalancerRights(): readonly KubernetesObject[] {
    const metadata = { name: "isthmus-load-balancer" };
    const authorization = "rbac.authorization.k8s.io";
    return [
        {
            apiVersion: `${authorization}/v1`,
            kind: "ClusterRole",
            metadata,
            rules: [
                { apiGroups: [""], resources: ["services"], verbs: ["get", "list", "watch"] },
                {
                    apiGroups: [""],
                    resources: ["services/status"],
                    verbs: ["get", "update", "patch"],
                },
            ],
        },
        {
            apiVersion: `${authorization}/v1`,
            kind: "ClusterRoleBinding",
            metadata,
            roleRef: { apiGroup: authorization, kind: "ClusterRole", name: metadata.name },
            subjects: [{ apiGroup: authorization, kind: "User", name: LOAD_BALANCER_USER }],
        },
    ];
}

function dnsObjects(image: string, clusterIP: string): readonly KubernetesObject[] {
    const metadata = { name: "coredns", namespace: NAMESPACE, labels: LABELS };
    const authorization = "rbac.authorization.k8s.io";
    return [
        { apiVersion: "v1", kind: "ServiceAccount", metadata },
        {
            apiVersion: `${authorization}/v1`,
            kind: "ClusterRole",
            metadata: { name: "system:coredns" },
            rules: [
                {
                    apiGroups: [""],
                    resources: ["endpoints", "services", "pods", "namespaces"],
                    verbs: ["list", "watch"],
                },
                {
                    apiGroups: ["discovery.k8s.io"],
                    resources: ["endpointslices"],
                    verbs: ["list", "watch"],
                },
            ],
        },
        {
            apiVersion: `${authorization}/v1`,
            kind: "ClusterRoleBinding",
            metadata: { name: "system:coredns" },
            roleRef: { apiGroup: authorization, kind: "ClusterRole", name: "system:coredns" },
            subjects: [{ kind: "ServiceAccount", name: "coredns", namespace: NAMESPACE }],
        },
        { apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: COREFILE } },
        {
            apiVersion: "v1",
            kind: "Service",
            metadata: { ...metadata, name: "kube-dns" },
            spec: {
                selector: LABELS,
                clusterIP,
                ports: [
                    { name: "dns", port: 53, protocol: "UDP" },
                    { name: "dns-tcp", port: 53, protocol: "TCP" },
                ],
            },
        },
        dnsDeployment(image),
    ];
}

function dnsDeployment(image: string): KubernetesObject {
    const probe = (path: string, port: number) => ({ httpGet: { path, port } });
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "coredns", namespace: NAMESPACE, labels: LABELS },
        spec: {
            selector: { matchLabels: LABELS },
            template: {
                metadata: { labels: LABELS },
                spec: {
                    serviceAccountName: "coredns",
                    priorityClassName: "system-cluster-critical",
                    dnsPolicy: "Default",
                    containers: [
                        {
                            name: "coredns",
                            image,
                            imagePullPolicy: "IfNotPresent",
                            args: ["-conf", "/etc/coredns/Corefile"],
                            resources: {
                                requests: { cpu: "50m", memory: "48Mi" },
                                limits: { memory: "170Mi" },
                            },
                            readinessProbe: { ...probe("/ready", 8181), periodSeconds: 5 },
                            livenessProbe: { ...probe("/health", 8080), initialDelaySeconds: 60 },
                            securityContext: {
                                allowPrivilegeEscalation: false,
                                readOnlyRootFilesystem: true,
                                capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
                            },
                            volumeMounts: [{ name: "config", mountPath: "/etc/coredns" }],
                        },
                    ],
                    volumes: [{ name: "config", configMap: { name: "coredns" } }],
                },
            },
        },
    };
}
