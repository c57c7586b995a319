import type { Link } from "../../../components/topology/links";
import {
    type Cluster,
    type ClusterName,
    clusterNamed,
    controlPlaneOf,
    type Mesh,
} from "../../../components/topology/model";
import { type About, type CheckResult, failed, passed, skipped } from "../result";
import { podName } from "./objects";
import type { Answers, PlainOutcome } from "./requests";

/** Clusters whose probes the client of a cluster should reach: its own, and those that its istiod reads. */
export function reachableFrom(
    from: Cluster,
    clusters: readonly Cluster[],
    links: readonly Link[],
): readonly ClusterName[] {
    const istiod = controlPlaneOf(from);
    return clusters
        .map(({ name }) => name)
        .filter(
            (name) =>
                name === istiod || links.some((l) => l.reader === istiod && l.cluster === name),
        );
}

/** One direction between two clusters. */
export interface Pair {
    readonly from: ClusterName;
    readonly to: ClusterName;
}

function aboutPair({ from, to }: Pair, id: About["id"], title: string): About {
    return { id, title, subject: `${from} -> ${to}` };
}

/** E8: the other cluster's probe answered. */
export function trafficVerdict(mesh: Mesh, pair: Pair, answers: Answers): CheckResult {
    const about = aboutPair(pair, "E8", "traffic");
    const count = answers.answered.get(pair.to);
    if (count !== undefined) {
        return passed(about, `answered ${count} of ${answers.requests} requests`);
    }
    return failed(about, {
        seen: showAnswers(answers),
        expected: `an answer from ${podName("probe", pair.to)}`,
        remedy: trafficRemedy(mesh, pair),
    });
}

function showAnswers({ requests, answered, failures, lastError }: Answers): string {
    const counts = [...answered].map(([cluster, count]) => `${count} answered by ${cluster}`);
    const failing =
        failures === 0
            ? []
            : [`${failures} failed${lastError === undefined ? "" : `: ${lastError}`}`];
    return `${requests} requests: ${[...counts, ...failing].join(", ") || "no answer"}`;
}

function trafficRemedy(mesh: Mesh, { from, to }: Pair): string {
    const [source, target] = [clusterNamed(mesh, from), clusterNamed(mesh, to)];
    if (from === to) {
        return `look at the pods' sidecars in ${to}: the probe of the cluster itself did not answer`;
    }
    return source.network === target.network
        ? `let the pods of ${from} and ${to} reach each other's addresses on all ports; see E1 and E7 of this pair`
        : `let the pods of ${from} reach the east-west gateway of ${target.network} on port 15443 (firewall, ` +
              `source ranges of the gateway); see E3, E5 and E7 of this pair`;
}

/** mTLS: the other cluster's sidecar was shown the client's certificate of this mesh. */
export function identityVerdict(
    mesh: Mesh,
    namespace: string,
    pair: Pair,
    answers: Answers,
): CheckResult {
    const about = aboutPair(pair, "mTLS", "traffic is mutual TLS");
    const expected = `spiffe://${mesh.trustDomain}/ns/${namespace}/sa/${podName("client", pair.from)}`;
    const seen = answers.identities.get(pair.to);
    if (!answers.answered.has(pair.to) && seen === undefined) {
        return skipped(about, "no answer to look at");
    }
    return seen === expected
        ? passed(about, seen)
        : failed(about, {
              seen: seen ?? "answered without a client certificate",
              expected,
              remedy: `run pulumi up in stacks ${pair.from} and ${pair.to}: see E3 and the STRICT policy`,
          });
}

/** mTLS: a sidecar refuses plain text. */
export function plainTextVerdict(
    mesh: Mesh,
    cluster: ClusterName,
    outcome: PlainOutcome,
): CheckResult {
    const primary = controlPlaneOf(clusterNamed(mesh, cluster));
    const about: About = { id: "mTLS", title: "plain text is refused", subject: cluster };
    const expected = "the connection is reset";
    switch (outcome.kind) {
        case "refused":
            return passed(about, "connection reset");
        case "answered":
            return failed(about, {
                seen: `plain text was answered: ${outcome.body}`,
                expected,
                remedy:
                    `run pulumi up in stack ${primary}, and look for PeerAuthentication objects of a weaker ` +
                    `mode: kubectl --context ${primary} get peerauthentication -A`,
            });
        case "unclear":
            return failed(about, {
                seen: `no connection at all: ${outcome.why}`,
                expected,
                remedy: `let pods of ${cluster} reach each other, or give --probe-image an agnhost image`,
            });
    }
}
