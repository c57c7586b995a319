import { injectionPath, injectionUrl, labels, names } from "../topology/names";
import { type Cluster, type Gateway, type Mesh, remotesOf } from "../topology/model";
import type { ChartValues } from "../topology/schema";

/**
 * With `Ignore`, as the charts render for an install, istiod would turn the field to `Fail` itself and every
 * later run would show a difference (pulumi/pulumi-kubernetes#2210).
 */
const validation = { validationFailurePolicy: "Fail" } as const;

/** Tells the provider not to wait for an object, with a rule of its own, to become ready. */
export const skipAwait = { "pulumi.com/skipAwait": "true" } as const;

/** Values of chart `base`; for a remote at a host name, which a webhook cannot call, without the validator. */
export function baseValues(mesh: Mesh, cluster: Cluster, primaryAddress?: string): ChartValues {
    const isRemote = cluster.role.kind === "remote";
    const hasExternalIstiod = isRemote || remotesOf(mesh, cluster.name).length > 0;
    return {
        ...(isRemote ? { profile: "remote" } : {}),
        ...(hasExternalIstiod ? { global: { externalIstiod: true } } : {}),
        ...(primaryAddress !== undefined && isHostname(primaryAddress)
            ? { defaultRevision: "" }
            : {}),
        base: validation,
    };
}

/**
 * Values of chart `istiod` in a primary:
 * https://istio.io/latest/docs/setup/install/multicluster/
 *
 * @param customHost host name at which remotes call the webhooks, added to istiod's own certificate.
 */
export function primaryValues(mesh: Mesh, cluster: Cluster, customHost?: string): ChartValues {
    const servesRemotes = remotesOf(mesh, cluster.name).length > 0;
    return {
        global: { ...identity(mesh, cluster), ...(servesRemotes ? { externalIstiod: true } : {}) },
        meshConfig: { trustDomain: mesh.trustDomain },
        base: validation,
        ...injectorTemplateVolume,
        // For istiod's Service the provider would wait ten seconds. A gateway says sooner that it is reached: it has
        // no pods until the API server has called istiod's webhook.
        ...(cluster.gateway === undefined ? {} : { serviceAnnotations: skipAwait }),
        ...(customHost === undefined ? {} : { pilot: { env: { ISTIOD_CUSTOM_HOST: customHost } } }),
    };
}

/**
 * istiod looks for the injector's template once, when it starts, and does without an injector where it is not there
 * yet (pilot/pkg/bootstrap/sidecarinjector.go). The objects of a chart are made side by side, so its pod is held back
 * until the template is there, by mounting it.
 */
const injectorTemplateVolume = {
    volumes: [{ name: "injector-template", configMap: { name: names.sidecarInjector } }],
    volumeMounts: [
        {
            name: "injector-template",
            mountPath: "/var/run/isthmus/injector-template",
            readOnly: true,
        },
    ],
} as const;

/** How a remote reaches the istiod of its primary. */
export interface PrimaryEndpoint {
    /** First address of the primary's east-west gateway: an IP or a host name. */
    readonly address: string;
    /** PEM of the mesh's root, with which the API server checks a webhook that it calls by host name. */
    readonly rootCertificate: string;
}

/** Values of chart `istiod` in a remote: an EndpointSlice for an IP, `injectionURL` for a host name. */
export function remoteValues(mesh: Mesh, cluster: Cluster, endpoint: PrimaryEndpoint): ChartValues {
    const { address, rootCertificate } = endpoint;
    const byHostname = isHostname(address);
    return {
        profile: "remote",
        global: {
            ...identity(mesh, cluster),
            configCluster: true,
            remotePilotAddress: address,
            // A Service of type ExternalName, which a host name becomes, cannot serve a webhook.
            ...(byHostname ? { configValidation: false } : {}),
        },
        istiodRemote: byHostname
            ? {
                  injectionURL: injectionUrl(address, cluster.name, cluster.network),
                  injectionCABundle: Buffer.from(rootCertificate).toString("base64"),
              }
            : { injectionPath: injectionPath(cluster.name, cluster.network) },
        base: validation,
    };
}

/**
 * Values of chart `gateway` for an east-west gateway: what `networkGateway` would set, without the ports that
 * it opens whatever the topology. The Service is this program's own, so that its address is an output.
 */
export function gatewayValues(cluster: Cluster): ChartValues {
    const { region, zone, subzone } = cluster.locality ?? {};
    const locality = [region, zone, subzone].filter((part) => part !== undefined).join(".");
    return {
        name: names.eastWestGateway,
        service: { type: "None" },
        labels: {
            [labels.network]: cluster.network,
            ...(locality === "" ? {} : { [labels.locality]: locality }),
        },
        env: { ISTIO_META_REQUESTED_NETWORK_VIEW: cluster.network },
    };
}

/**
 * Spec of the gateway's Service, and the annotations that go with it.
 *
 * @param awaitAddress false where this run has no use for the address that a load balancer gives.
 */
export function gatewayService(gateway: Gateway, awaitAddress: boolean) {
    const { address, sourceRanges } = gateway;
    return {
        annotations: {
            ...gateway.serviceAnnotations,
            ...(awaitAddress && address.type === "loadBalancer" ? awaitLoadBalancer : skipAwait),
            ...(address.type === "nodePort"
                ? { [labels.nodeSelector]: JSON.stringify(address.nodeSelector) }
                : {}),
        },
        spec: {
            type: serviceTypes[address.type],
            selector: gatewaySelector,
            ports: gateway.ports.map(({ name, port }) => ({ name, port, targetPort: port })),
            ...(address.type === "static" ? { externalIPs: [...address.addresses] } : {}),
            ...(sourceRanges.length > 0 ? { loadBalancerSourceRanges: [...sourceRanges] } : {}),
            ...(gateway.externalTrafficPolicy === undefined
                ? {}
                : { externalTrafficPolicy: gateway.externalTrafficPolicy }),
            ...(gateway.loadBalancerClass === undefined
                ? {}
                : { loadBalancerClass: gateway.loadBalancerClass }),
        },
    };
}

/** The address is all there is to wait for: the pods are waited for by their Deployment. */
const awaitLoadBalancer = {
    "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress}",
} as const;

const serviceTypes = {
    loadBalancer: "LoadBalancer",
    nodePort: "NodePort",
    static: "ClusterIP",
} as const;

/** Labels that chart `gateway` gives to its pods, by its name. */
export const gatewaySelector = {
    app: names.eastWestGateway,
    istio: names.eastWestGateway.replace(/^istio-/, ""),
};

function identity(mesh: Mesh, cluster: Cluster) {
    return {
        meshID: mesh.meshId,
        multiCluster: { clusterName: cluster.name },
        network: cluster.network,
    };
}

/** False for IPv4 and IPv6, as the charts tell them apart. */
export function isHostname(address: string): boolean {
    return (
        !/^([0-9]*\.){3}[0-9]*$/.test(address) && !/^([0-9a-fA-F]*:)+[0-9a-fA-F]*$/.test(address)
    );
}

/** Merges values as Helm does: mappings key by key, everything else is replaced by the later one. */
export function mergeValues(...layers: readonly (ChartValues | undefined)[]): ChartValues {
    return layers.reduce<ChartValues>((merged, layer) => mergeTwo(merged, layer ?? {}), {});
}

function mergeTwo(base: ChartValues, over: ChartValues): ChartValues {
    const merged: Record<string, unknown> = { ...base };
    for (const [key, value] of Object.entries(over)) {
        const below = merged[key];
        merged[key] = isMapping(below) && isMapping(value) ? mergeTwo(below, value) : value;
    }
    return merged;
}

function isMapping(value: unknown): value is ChartValues {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
