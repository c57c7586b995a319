import { isLoopback } from "../../../components/topology/kubeconfig";
import type { Link } from "../../../components/topology/links";
import { isPrimary } from "../../../components/topology/model";
import { remoteSecretName } from "../../../components/topology/names";
import type { KubeconfigFacts, RemoteSecretFacts } from "../observation";
import { type CheckResult, type Finding, judge } from "../result";
import { type CheckInput, forEachCluster, forEachLink, withFact } from "./input";

/** E2: the reader holds exactly one remote secret of the peer, and istiod can use it. */
export function checkRemoteSecrets(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "E2", title: "remote secret" } as const;
    return forEachLink(input, describe, (about, link, facts) =>
        withFact(about, link.reader, facts.remoteSecrets, (secrets) => {
            const own = secrets.filter(
                ({ name, entries }) =>
                    name === remoteSecretName(link.cluster) ||
                    entries.some(({ key }) => key === link.cluster),
            );
            return judge(about, findSecretProblems(link, own, input.now), own[0]?.name);
        }),
    );
}

function findSecretProblems(
    { reader, cluster }: Link,
    secrets: readonly RemoteSecretFacts[],
    now: Date,
): readonly Finding[] {
    const [secret, ...others] = secrets;
    const rewrite = `run pulumi up in stack ${cluster}, then in stack ${reader}`;
    if (secret === undefined) {
        return [
            {
                seen: "no remote secret",
                expected: `secret ${remoteSecretName(cluster)} in istio-system of ${reader}`,
                remedy: rewrite,
            },
        ];
    }
    const entry = secret.entries.find(({ key }) => key === cluster);
    return [
        ...others.map(({ name }) => ({
            seen: `${name} also has key ${cluster}`,
            expected: "one secret per cluster, istiod ignores the second",
            remedy: `kubectl --context ${reader} -n istio-system delete secret ${name}`,
        })),
        ...(secret.labelled
            ? []
            : [
                  {
                      seen: `${secret.name} has no label istio/multiCluster=true`,
                      expected: "the label, without which istiod does not read it",
                      remedy: `run pulumi up in stack ${reader}`,
                  },
              ]),
        ...(entry === undefined
            ? [
                  {
                      seen: `${secret.name} has ${keysOf(secret)}`,
                      expected: `key ${cluster}, which istiod takes as the cluster's name`,
                      remedy: `run pulumi up in stack ${reader}`,
                  },
              ]
            : findKubeconfigProblems(entry, now, rewrite, cluster)),
    ];
}

function keysOf({ entries }: RemoteSecretFacts): string {
    return entries.length === 0 ? "no key" : `key ${entries.map(({ key }) => key).join(", ")}`;
}

function* findKubeconfigProblems(
    entry: KubeconfigFacts,
    now: Date,
    rewrite: string,
    cluster: string,
): Generator<Finding> {
    if (entry.problem !== undefined) {
        yield {
            seen: entry.problem,
            expected: `a kubeconfig for ${cluster}`,
            remedy: rewrite,
        };
        return;
    }
    if (entry.clusterName !== cluster) {
        yield {
            seen: `its kubeconfig names cluster ${entry.clusterName ?? "nothing"}`,
            expected: cluster,
            remedy: rewrite,
        };
    }
    if (entry.server !== undefined && isLoopback(entry.server)) {
        yield {
            seen: `its server is ${entry.server}, which leads back to istiod's own pod`,
            expected: "an address that pods of the reader can reach",
            remedy: `set apiServer.server in Pulumi.${cluster}.yaml, then ${rewrite}`,
        };
    }
    if (entry.tokenExpires !== undefined && new Date(entry.tokenExpires) <= now) {
        yield {
            seen: `its token expired at ${entry.tokenExpires}`,
            expected: "a token that is valid",
            remedy: rewrite,
        };
    }
}

/** E2: the reader holds no remote secret without a link. */
export function checkOrphans(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "E2", title: "no orphaned remote secret" } as const;
    return forEachCluster(input, describe, (about, cluster, facts) =>
        withFact(about, cluster.name, facts.remoteSecrets, (secrets) => {
            const linked = input.links
                .filter(({ reader }) => reader === cluster.name)
                .map((link): string => link.cluster);
            const orphans = secrets
                .filter(({ labelled }) => labelled)
                .flatMap(({ name, entries }) =>
                    entries
                        .filter(({ key }) => !linked.includes(key))
                        .map(({ key }) => ({ name, key })),
                );
            return judge(
                about,
                orphans.map(({ name, key }) => ({
                    seen: `${name} leads to ${key}`,
                    expected: isPrimary(cluster)
                        ? `secrets of ${linked.join(", ") || "no cluster"} alone`
                        : "no remote secret, a remote reads no cluster",
                    remedy:
                        `run pulumi up in stack ${cluster.name}; if the secret stays, it is not from here: ` +
                        `kubectl --context ${cluster.name} -n istio-system delete secret ${name}`,
                })),
            );
        }),
    );
}
