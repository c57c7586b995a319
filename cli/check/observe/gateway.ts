import { labels, names } from "../../../components/topology/names";
import type { KubeClient } from "../client/kube-client";
import { isReady, type Pod, type Service, waitingReason } from "../client/objects";
import type { GatewayFacts, GatewayPodFacts } from "../observation";

/** Label that the gateway chart derives from the gateway's name. */
const gatewaySelector = "istio=eastwestgateway";

/** The east-west gateway: its Service and its pods. */
export async function observeGateway(client: KubeClient): Promise<GatewayFacts | null> {
    const [service, pods] = await Promise.all([
        client.get("services", names.eastWestGateway, names.istioNamespace),
        client.list("pods", {
            namespace: names.istioNamespace,
            labelSelector: gatewaySelector,
        }),
    ]);
    if (service === undefined) {
        return null;
    }
    const network = service.metadata?.labels?.[labels.network];
    const nodeSelector = service.metadata?.annotations?.[labels.nodeSelector];
    return {
        type: service.spec?.type ?? "ClusterIP",
        ...(network === undefined ? {} : { network }),
        ports: (service.spec?.ports ?? []).map(({ name, port, nodePort }) => ({
            port,
            ...(name === undefined ? {} : { name }),
            ...(nodePort === undefined ? {} : { nodePort }),
        })),
        addresses: addressesOf(service),
        ...(nodeSelector === undefined ? {} : { nodeSelector }),
        pods: pods
            .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
            .map(gatewayPodFacts),
    };
}

function addressesOf(service: Service): readonly string[] {
    const ingress = (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) =>
        [ip, hostname].filter((address) => address !== undefined && address !== ""),
    );
    return [...new Set([...ingress, ...(service.spec?.externalIPs ?? [])])].filter(
        (address) => address !== undefined,
    );
}

function gatewayPodFacts(pod: Pod): GatewayPodFacts {
    const network = pod.metadata?.labels?.[labels.network];
    const ready = isReady(pod);
    const waiting = ready ? undefined : waitingReason(pod);
    return {
        name: pod.metadata?.name ?? "",
        ready,
        ...(waiting === undefined ? {} : { waiting }),
        ...(network === undefined ? {} : { network }),
    };
}
