import { labels } from "../../../components/topology/names";
import type { PodFacts } from "../observation";
import { type CheckResult, failed, judge } from "../result";
import { type CheckInput, forEachCluster, withFact } from "./input";

/** Pods named in a result; the rest is counted. */
const namedPods = 5;

/** E4: istio-system carries the network that the mesh gives the cluster. */
export function checkNetworkLabel(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "E4", title: "network of istio-system" } as const;
    return forEachCluster(input, describe, (about, { name, network }, facts) =>
        withFact(about, name, facts.istioNamespace, (namespace) =>
            judge(
                about,
                namespace?.network === network
                    ? []
                    : [
                          {
                              seen:
                                  namespace === null
                                      ? "no namespace istio-system"
                                      : `${labels.network}=${namespace.network ?? "(not set)"}`,
                              expected: `${labels.network}=${network}`,
                              remedy: `run pulumi up in stack ${name}`,
                          },
                      ],
                network,
            ),
        ),
    );
}

/** E4: pods with a sidecar, and the gateway's, carry the network. */
export function checkPodNetworks(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "E4", title: "network of injected pods" } as const;
    return forEachCluster(input, describe, (about, { name, network }, facts) =>
        withFact(about, name, facts.injectedPods, (injected) => {
            const gateway = facts.gateway.known ? (facts.gateway.value?.pods ?? []) : [];
            const pods = [
                ...gateway.map((pod) => ({ namespace: "istio-system", ...pod })),
                ...injected,
            ];
            const wrong = pods.filter((pod) => pod.network !== network);
            return wrong.length === 0
                ? judge(about, [], `${pods.length} pods`)
                : failed(about, {
                      seen: showPods(wrong),
                      expected: `label ${labels.network}=${network} on every injected pod`,
                      remedy: `run pulumi up in stack ${name}, then restart these pods`,
                  });
        }),
    );
}

function showPods(pods: readonly PodFacts[]): string {
    const named = pods
        .slice(0, namedPods)
        .map(({ namespace, name, network }) => `${namespace}/${name} has ${network ?? "none"}`);
    const more = pods.length - named.length;
    return [...named, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
