import { createHash } from "node:crypto";

import type { ClusterName } from "../../../components/topology/model";
import type { Container, KubeObject, Pod, Service } from "../client/objects";

/** By which leftovers of a run that was killed are found. */
export const probeLabels = { "app.kubernetes.io/managed-by": "isthmus-check" } as const;

/** Beginning of the name of every namespace that a probe makes. */
export const probeNamespacePrefix = "isthmus-probe-";

/** The port at which the probes answer, as Service and as pod. */
export const probePort = 8080;

/** What a pod of the probe does: answer, ask from inside the mesh, ask from outside of it. */
export type ProbeRole = "probe" | "client" | "plain";

const arguments_: Readonly<Record<ProbeRole, readonly string[]>> = {
    probe: ["netexec", `--http-port=${probePort}`],
    client: ["pause"],
    plain: ["pause"],
};

/**
 * Name of a pod, of its service account, and for a probe what it answers: its host name, which may have 63
 * characters.
 */
export function podName(role: ProbeRole, cluster: ClusterName): string {
    const name = `${role}-${cluster}`;
    const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
    return name.length <= 63 ? name : `${name.slice(0, 54)}-${digest}`;
}

/** The namespace; the same name everywhere makes one Service of all the Services in it. */
export function probeNamespace(namespace: string): KubeObject {
    return {
        metadata: { name: namespace, labels: { ...probeLabels, "istio-injection": "enabled" } },
    };
}

/** The Service that every probe answers for. */
export function probeService(namespace: string): Service {
    return {
        metadata: { name: "probe", namespace, labels: probeLabels },
        spec: { selector: { app: "probe" }, ports: [{ name: "http", port: probePort }] },
    };
}

/** The identity of a pod, which its certificate names. */
export function probeServiceAccount(
    namespace: string,
    role: ProbeRole,
    cluster: ClusterName,
): KubeObject {
    return { metadata: { name: podName(role, cluster), namespace, labels: probeLabels } };
}

/** A pod of its own: what keeps it from being made, an injector for one, is the answer to the request. */
export function probePod(
    namespace: string,
    role: ProbeRole,
    cluster: ClusterName,
    image: string,
): Pod {
    const name = podName(role, cluster);
    const outside = { "sidecar.istio.io/inject": "false" };
    return {
        metadata: {
            name,
            namespace,
            labels: { ...probeLabels, app: role, ...(role === "plain" ? outside : {}) },
        },
        spec: {
            serviceAccountName: name,
            terminationGracePeriodSeconds: 1,
            securityContext: { runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534 },
            containers: [probeContainer(role, image)],
        },
    };
}

function probeContainer(role: ProbeRole, image: string): Container {
    return {
        name: role,
        image,
        imagePullPolicy: "IfNotPresent",
        args: arguments_[role],
        ...(role === "probe" ? { ports: [{ name: "http", containerPort: probePort }] } : {}),
        resources: { requests: { cpu: "10m", memory: "16Mi" } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    };
}
