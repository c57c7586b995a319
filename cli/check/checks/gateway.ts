import type { Cluster, Gateway } from "../../../components/topology/model";
import { labels, names } from "../../../components/topology/names";
import type { GatewayFacts } from "../observation";
import { type CheckResult, failed, type Finding, judge } from "../result";
import { type CheckInput, forEachCluster, withFact } from "./input";

/** Health of the gateway, which load balancers ask for. */
const statusPort = 15021;

/** E5: a gateway where the topology has one, none where it has not; its pods are ready. */
export function checkGateway(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "E5", title: "east-west gateway" } as const;
    return forEachCluster(input, describe, (about, cluster, facts) =>
        withFact(about, cluster.name, facts.gateway, (seen) => {
            const { gateway } = cluster;
            if (gateway === undefined) {
                return judge(about, seen === null ? [] : [unexpected(cluster)], "none needed");
            }
            if (seen === null) {
                return failed(about, {
                    seen: `no Service ${names.eastWestGateway} in istio-system`,
                    expected: `a gateway that exposes ${showPorts(gateway.ports)}`,
                    remedy: `run pulumi up in stack ${cluster.name}`,
                });
            }
            return judge(
                about,
                [
                    ...findLabelProblems(cluster, seen),
                    ...findAddressProblems(cluster, gateway, seen),
                    ...findPodProblems(cluster, seen),
                ],
                seen.addresses.join(", ") || seen.type,
            );
        }),
    );
}

function unexpected({ name }: Cluster): Finding {
    return {
        seen: `Service ${names.eastWestGateway} exists`,
        expected: "no gateway: nothing in the topology needs it",
        remedy: `run pulumi up in stack ${name}`,
    };
}

function findLabelProblems({ name, network }: Cluster, seen: GatewayFacts): readonly Finding[] {
    return seen.network === network
        ? []
        : [
              {
                  seen: `its Service has ${labels.network}=${seen.network ?? "(not set)"}`,
                  expected: `${labels.network}=${network}, by which peers find it`,
                  remedy: `run pulumi up in stack ${name}`,
              },
          ];
}

function findAddressProblems(
    { name }: Cluster,
    { address }: Gateway,
    seen: GatewayFacts,
): readonly Finding[] {
    switch (address.type) {
        case "loadBalancer":
            return seen.addresses.length > 0
                ? []
                : [
                      {
                          seen: "its Service has no address yet",
                          expected: "an address from the load balancer",
                          remedy:
                              `kubectl --context ${name} -n istio-system describe service ${names.eastWestGateway}; ` +
                              `where nothing serves load balancers, set gateway.address of ${name} to nodePort or static`,
                      },
                  ];
        case "static": {
            const missing = address.addresses.filter((ip) => !seen.addresses.includes(ip));
            return missing.length === 0
                ? []
                : [
                      {
                          seen: `its Service has ${seen.addresses.join(", ") || "no address"}`,
                          expected: address.addresses.join(", "),
                          remedy: `run pulumi up in stack ${name}`,
                      },
                  ];
        }
        case "nodePort":
            return seen.type === "NodePort" && seen.nodeSelector !== undefined
                ? []
                : [
                      {
                          seen: `its Service is a ${seen.type}${seen.nodeSelector === undefined ? ` without annotation ${labels.nodeSelector}` : ""}`,
                          expected: `a NodePort with annotation ${labels.nodeSelector}`,
                          remedy: `run pulumi up in stack ${name}`,
                      },
                  ];
    }
}

function findPodProblems({ name, role }: Cluster, seen: GatewayFacts): readonly Finding[] {
    const ready = seen.pods.filter((pod) => pod.ready);
    if (ready.length > 0) {
        return [];
    }
    const waiting = seen.pods.map((pod) => `${pod.name}: ${pod.waiting ?? "not ready"}`);
    return [
        {
            seen: waiting.length === 0 ? "no pod" : waiting.join(", "),
            expected: "at least one ready pod",
            remedy:
                role.kind === "remote"
                    ? `run pulumi up in stack ${role.primary}, which must link to ${name} before pods start here; ` +
                      `then in stack ${name}`
                    : `kubectl --context ${name} -n istio-system describe pod -l istio=eastwestgateway`,
        },
    ];
}

/** E5: exactly the ports that the topology needs are exposed. */
export function checkExposure(input: CheckInput): readonly CheckResult[] {
    const describe = {
        id: "E5",
        title: "exposed ports",
        applies: (cluster: Cluster) => cluster.gateway !== undefined,
    } as const;
    return forEachCluster(input, describe, (about, cluster, facts) => {
        const expected = cluster.gateway?.ports ?? [];
        const seen = facts.gateway.known ? facts.gateway.value : null;
        if (seen === null) {
            return undefined;
        }
        const open = seen.ports.filter(({ port }) => port !== statusPort);
        const extra = open.filter(({ port }) => !expected.some((e) => e.port === port));
        const missing = expected.filter(({ port }) => !open.some((o) => o.port === port));
        const findings: readonly Finding[] = [
            ...(extra.length === 0
                ? []
                : [
                      {
                          seen: `also exposes ${showPorts(extra)}`,
                          expected: `only ${showPorts(expected)}`,
                          remedy:
                              `run pulumi up in stack ${cluster.name}; a port that stays was added by hand or in ` +
                              `values.gateway`,
                      },
                  ]),
            ...missing.map(({ port, purpose }) => ({
                seen: `does not expose ${port}`,
                expected: `${port}: ${purpose}`,
                remedy: `run pulumi up in stack ${cluster.name}`,
            })),
        ];
        return judge(about, findings, showPorts(open));
    });
}

function showPorts(ports: readonly { readonly port: number }[]): string {
    return ports.map(({ port }) => port).join(", ") || "no port";
}
