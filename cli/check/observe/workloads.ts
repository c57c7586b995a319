import { labels, names } from "../../../components/topology/names";
import type { KubeClient } from "../client/kube-client";
import type { KubeObject } from "../client/objects";
import type { PodFacts, ServiceFacts } from "../observation";

/** Enough pods to see whether the injector names the network. */
const podSample = 50;

/** Label that the sidecar injector sets: files/injection-template.yaml of chart istiod. */
const sidecarSelector = "security.istio.io/tlsMode=istio";

/** Namespaces whose pods get a sidecar, by either of Istio's two labels. */
export async function observeInjectedNamespaces(client: KubeClient): Promise<readonly string[]> {
    const namespaces = await client.list("namespaces");
    return namespaces
        .filter((namespace) => isInjected(namespace))
        .map(({ metadata }) => metadata?.name ?? "")
        .sort();
}

function isInjected({ metadata }: KubeObject): boolean {
    const { "istio-injection": injection, "istio.io/rev": revision } = metadata?.labels ?? {};
    return (
        metadata?.name !== names.istioNamespace &&
        metadata?.deletionTimestamp === undefined &&
        (injection === "enabled" || (injection === undefined && revision !== undefined))
    );
}

/** Some pods that have a sidecar. */
export async function observeInjectedPods(client: KubeClient): Promise<readonly PodFacts[]> {
    const pods = await client.list("pods", { labelSelector: sidecarSelector, limit: podSample });
    return pods.map(({ metadata }) => {
        const network = metadata?.labels?.[labels.network];
        return {
            namespace: metadata?.namespace ?? "",
            name: metadata?.name ?? "",
            ...(network === undefined ? {} : { network }),
        };
    });
}

/** The Services of the mesh's own namespaces, with their ports. */
export async function observeServices(
    client: KubeClient,
    namespaces: readonly string[],
): Promise<readonly ServiceFacts[]> {
    if (namespaces.length === 0) {
        return [];
    }
    const services = await client.list("services");
    return services
        .filter(({ metadata }) => namespaces.includes(metadata?.namespace ?? ""))
        .map(({ metadata, spec }) => ({
            namespace: metadata?.namespace ?? "",
            name: metadata?.name ?? "",
            ports: (spec?.ports ?? [])
                .map(({ name, port, protocol = "TCP" }) =>
                    [...(name === undefined ? [] : [name]), `${port}/${protocol}`].join(" "),
                )
                .sort(),
        }));
}
