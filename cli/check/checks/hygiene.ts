import { isPrimary } from "../../../components/topology/model";
import type { ClusterFacts, ServiceFacts } from "../observation";
import { type CheckResult, type Finding, judge, skipped } from "../result";
import { type CheckInput, factsOf, forEachCluster, withFact } from "./input";

/** E14: istiod was configured with the mesh's own names, and with no cluster that does not exist (IST0126). */
export function checkMeshConfig(input: CheckInput): readonly CheckResult[] {
    const { meshId, trustDomain, clusters } = input.mesh;
    const describe = {
        id: "E14",
        title: "names in istiod's configuration",
        applies: isPrimary,
    } as const;
    return forEachCluster(input, describe, (about, cluster, facts) => {
        const remedy =
            `run pulumi up in stack ${cluster.name}; if it stays, look for the key in ` +
            `clusters.${cluster.name}.values.istiod`;
        return withFact(about, cluster.name, facts.meshConfig, (config) => {
            const differs = (what: string, seen: string | undefined, expected: string) =>
                seen === expected
                    ? []
                    : [
                          {
                              seen: `${what} ${seen ?? "(not set)"}`,
                              expected: `${what} ${expected}`,
                              remedy,
                          },
                      ];
            const istiods = facts.istiods.known ? facts.istiods.value : [];
            return judge(
                about,
                [
                    ...differs("meshId", config?.meshId, meshId),
                    ...differs("trustDomain", config?.trustDomain, trustDomain),
                    ...istiods.flatMap(({ clusterId }) =>
                        differs("CLUSTER_ID", clusterId, cluster.name),
                    ),
                    ...(config?.registries ?? [])
                        .filter(({ registry }) => !clusters.some(({ name }) => name === registry))
                        .map(({ network, registry }) => ({
                            seen: `meshNetworks.${network} names registry ${registry}`,
                            expected: `one of ${clusters.map(({ name }) => name).join(", ")}`,
                            remedy,
                        })),
                ],
                `${meshId}, ${trustDomain}`,
            );
        });
    });
}

/** E14: every istiod runs the mesh's version, so that no two primaries differ. */
export function checkVersions(input: CheckInput): readonly CheckResult[] {
    const { version } = input.mesh.istio;
    const describe = { id: "E14", title: "version of istiod", applies: isPrimary } as const;
    return forEachCluster(input, describe, (about, cluster, facts) => {
        return withFact(about, cluster.name, facts.istiods, (istiods) => {
            const told = istiods.flatMap(({ pod, version }) =>
                version === undefined ? [] : [{ pod, version }],
            );
            if (told.length === 0) {
                return skipped(about, "no istiod here knows its version");
            }
            return judge(
                about,
                told
                    .filter((istiod) => istiod.version !== version)
                    .map((istiod) => ({
                        seen: `${istiod.pod} runs ${istiod.version}`,
                        expected: version,
                        remedy: `run pulumi up in stack ${cluster.name}, and in every other stack of the mesh`,
                    })),
                version,
            );
        });
    });
}

/** E14: a Service that is in several clusters has the same ports in all of them (IST0170). */
export function checkServices(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "E14", title: "same Services as in peers" } as const;
    return forEachCluster(input, describe, (about, cluster, facts) =>
        withFact(about, cluster.name, facts.services, (services) =>
            judge(
                about,
                services.flatMap((service) => [...findConflicts(input, facts, service)]),
                `${services.length} services`,
            ),
        ),
    );
}

/** Each Service is compared with the one in the first cluster that has it, so that a pair shows once. */
function* findConflicts(
    input: CheckInput,
    facts: ClusterFacts,
    service: ServiceFacts,
): Generator<Finding> {
    for (const { name } of input.mesh.clusters) {
        if (name === facts.cluster) {
            return;
        }
        const services = factsOf(input, name)?.services;
        const other = (services?.known ? services.value : []).find(
            (candidate) =>
                candidate.namespace === service.namespace && candidate.name === service.name,
        );
        if (other === undefined) {
            continue;
        }
        if (other.ports.join() !== service.ports.join()) {
            yield {
                seen: `${service.namespace}/${service.name} has ${service.ports.join(", ") || "no port"}`,
                expected: `${other.ports.join(", ") || "no port"} as in ${name}`,
                remedy: "give the Service the same ports, with the same names, in every cluster",
            };
        }
        return;
    }
}
