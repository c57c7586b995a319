import { parse } from "yaml";

import { names } from "../../../components/topology/names";
import type { KubeClient } from "../client/kube-client";
import type { MeshConfigFacts } from "../observation";

/** ConfigMap of istiod: manifests/charts/istio-control/istio-discovery/templates/configmap.yaml */
const meshConfigMap = "istio";

/** Mode of the PeerAuthentication that covers the whole mesh: without a selector, in the root namespace. */
export async function observePeerAuthentication(client: KubeClient): Promise<string | null> {
    const all = await client.list("peerauthentications", { namespace: names.istioNamespace });
    const [oldest] = all
        .filter(({ spec }) => Object.keys(spec?.selector?.matchLabels ?? {}).length === 0)
        .sort((a, b) => creationOf(a).localeCompare(creationOf(b)));
    return oldest === undefined ? null : (oldest.spec?.mtls?.mode ?? "UNSET");
}

/** Where there are several, istiod follows the oldest. */
function creationOf({ metadata }: { metadata?: { creationTimestamp?: string } }): string {
    return metadata?.creationTimestamp ?? "";
}

/** What istiod was configured with. */
export async function observeMeshConfig(client: KubeClient): Promise<MeshConfigFacts | null> {
    const configMap = await client.get("configmaps", meshConfigMap, names.istioNamespace);
    return configMap === undefined ? null : meshConfigFacts(configMap.data ?? {});
}

interface MeshConfig {
    readonly trustDomain?: string;
    readonly defaultConfig?: { readonly meshId?: string };
}

interface MeshNetworks {
    readonly networks?: Readonly<
        Record<
            string,
            { readonly endpoints?: readonly { readonly fromRegistry?: string }[] } | null
        >
    >;
}

/** @throws where the ConfigMap holds no YAML, which istiod would not start with either. */
export function meshConfigFacts(data: Readonly<Record<string, string>>): MeshConfigFacts {
    const mesh = parse(data["mesh"] ?? "") as MeshConfig | null;
    const { networks = {} } = (parse(data["meshNetworks"] ?? "") ?? {}) as MeshNetworks;
    const meshId = mesh?.defaultConfig?.meshId;
    return {
        ...(meshId === undefined ? {} : { meshId }),
        ...(mesh?.trustDomain === undefined ? {} : { trustDomain: mesh.trustDomain }),
        registries: Object.entries(networks).flatMap(([network, value]) =>
            (value?.endpoints ?? []).flatMap(({ fromRegistry }) =>
                fromRegistry === undefined ? [] : [{ network, registry: fromRegistry }],
            ),
        ),
    };
}
