import type { Cluster } from "../../../components/topology/model";
import { labels, names } from "../../../components/topology/names";
import { type CheckResult, failed, type Finding, judge } from "../result";
import { type CheckInput, forEachCluster, withFact } from "./input";

/** E6: the injector can be called: its istiod has put its CA into every webhook. */
export function checkInjector(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "E6", title: "sidecar injector" } as const;
    return forEachCluster(input, describe, (about, cluster, facts) =>
        withFact(about, cluster.name, facts.injector, (injector) => {
            if (injector === null || injector.webhooks.length === 0) {
                return failed(about, {
                    seen: `no webhook in ${names.sidecarInjector}`,
                    expected: "the webhooks that inject sidecars",
                    remedy: `run pulumi up in stack ${cluster.name}`,
                });
            }
            const without = injector.webhooks.filter(({ hasCaBundle }) => !hasCaBundle);
            return judge(
                about,
                without.map(({ name }) => ({
                    seen: `${name} has no caBundle`,
                    expected: "a caBundle in every webhook, written by istiod",
                    remedy: attachRemedy(cluster),
                })),
                `${injector.webhooks.length} webhooks with a caBundle`,
            );
        }),
    );
}

/** E6: istiod may write to a remote, and has given out the root everywhere it is needed. */
export function checkRootDistribution(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "E6", title: "root given out" } as const;
    return forEachCluster(input, describe, (about, cluster, facts) =>
        withFact(about, cluster.name, facts.distributedRoots, (roots) => {
            const injected = facts.injectedNamespaces.known ? facts.injectedNamespaces.value : [];
            const wanted = [names.istioNamespace, ...injected];
            const missing = wanted.filter(
                (namespace) => !roots.some((root) => root.namespace === namespace),
            );
            const annotation = facts.istioNamespace.known
                ? facts.istioNamespace.value?.controlPlaneClusters
                : undefined;
            return judge(
                about,
                [
                    ...findAnnotationProblems(cluster, annotation),
                    ...missing.map((namespace) => ({
                        seen: `no ConfigMap ${names.rootCertConfigMap} in ${namespace}`,
                        expected: `it in ${wanted.join(", ")}`,
                        remedy: attachRemedy(cluster),
                    })),
                ],
                wanted.join(", "),
            );
        }),
    );
}

function findAnnotationProblems(
    { name, role }: Cluster,
    annotation: string | undefined,
): readonly Finding[] {
    if (role.kind === "primary") {
        return [];
    }
    const allowed = (annotation ?? "").split(",").map((cluster) => cluster.trim());
    return allowed.includes(role.primary) || allowed.includes("*")
        ? []
        : [
              {
                  seen: `istio-system has ${labels.controlPlaneClusters}=${annotation ?? "(not set)"}`,
                  expected: `${labels.controlPlaneClusters}=${role.primary}`,
                  remedy: `run pulumi up in stack ${name}, then restart istiod in ${role.primary}`,
              },
          ];
}

/** What makes the istiod that serves a cluster write to it. */
function attachRemedy({ name, role }: Cluster): string {
    const istiod = role.kind === "remote" ? role.primary : name;
    const restart = `kubectl --context ${istiod} -n istio-system rollout restart deployment/istiod`;
    return role.kind === "remote"
        ? `run pulumi up in stack ${role.primary}, which must hold the remote secret of ${name}; istiod reads ` +
              `the annotation of istio-system once, so if it came late: ${restart}`
        : `read istiod's log in ${name}; ${restart}`;
}
