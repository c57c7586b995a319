import { clusterNamed } from "../../../components/topology/model";
import type { Link } from "../../../components/topology/links";
import type { ShardFacts } from "../observation";
import { type CheckResult, type Finding, judge } from "../result";
import { type CheckInput, forEachLink, withIstiods } from "./input";

/**
 * E7: every istiod of the reader has endpoints in the peer, on the peer's network. An endpoint on another
 * network, or on none, is dialled by its pod's address instead of through the gateway.
 */
export function checkEndpoints(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "E7", title: "endpoints of the peer" } as const;
    return forEachLink(input, describe, (about, link, reader) => {
        const { network } = clusterNamed(input.mesh, link.cluster);
        return withIstiods(
            about,
            reader,
            ({ shards }) => shards,
            (answers) =>
                judge(
                    about,
                    answers.flatMap(({ pod, value }) =>
                        findShardProblems(pod, value[link.cluster], link, network),
                    ),
                    showShard(answers[0]?.value[link.cluster]),
                ),
        );
    });
}

function findShardProblems(
    pod: string,
    shard: ShardFacts | undefined,
    { reader, cluster }: Link,
    network: string,
): readonly Finding[] {
    if (shard === undefined || shard.endpoints === 0) {
        return [
            {
                seen: `${pod} has no endpoint in ${cluster}`,
                expected: `a shard Kubernetes/${cluster} of at least one service`,
                remedy:
                    `see the check of istiod reading ${cluster}; if that passed, restart istiod: kubectl ` +
                    `--context ${reader} -n istio-system rollout restart deployment/istiod`,
            },
        ];
    }
    return Object.entries(shard.networks)
        .filter(([name]) => name !== network)
        .map(([name, count]) => ({
            seen: `${pod} has ${count} endpoints of ${cluster} on ${name === "" ? "no network" : name}`,
            expected: `all of them on ${network}`,
            remedy: `run pulumi up in stack ${cluster}, whose istio-system names the network`,
        }));
}

function showShard(shard: ShardFacts | undefined): string {
    return shard === undefined ? "" : `${shard.endpoints} endpoints of ${shard.services} services`;
}
