import type { Link } from "../../../components/topology/links";
import type { Cluster, ClusterName, Mesh } from "../../../components/topology/model";
import type { ClusterFacts, Fact, IstiodFacts, Observation } from "../observation";
import { type About, type CheckResult, failed, skipped } from "../result";

/** What every check is given: what should be, and what was seen. */
export interface CheckInput {
    readonly mesh: Mesh;
    /** The links that should exist: those of the topology without the detached ones. */
    readonly links: readonly Link[];
    /** One per cluster that was looked at. */
    readonly observations: readonly Observation[];
    readonly now: Date;
}

/** A check: pure, one result per cluster or link that it is about. */
export type Check = (input: CheckInput) => readonly CheckResult[];

/** The subject of a link, as results name it. */
export function linkSubject(link: Pick<Link, "reader" | "cluster">): string {
    return `${link.reader} -> ${link.cluster}`;
}

/** The facts of a cluster; `undefined` where it was not looked at or did not answer. */
export function factsOf(input: CheckInput, name: ClusterName): ClusterFacts | undefined {
    const observation = input.observations.find(({ cluster }) => cluster === name);
    return observation?.reachable === true ? observation : undefined;
}

/** What a check is called, and which clusters or links it is about: all of them where it does not say. */
export interface CheckOf<T> extends Omit<About, "subject"> {
    readonly applies?: (to: T) => boolean;
}

/** Runs a check on every cluster that was looked at; skipped where its API server did not answer. */
export function forEachCluster(
    input: CheckInput,
    { id, title, applies = () => true }: CheckOf<Cluster>,
    look: (about: About, cluster: Cluster, facts: ClusterFacts) => CheckResult | undefined,
): readonly CheckResult[] {
    return input.observations.flatMap((observation) => {
        const cluster = input.mesh.clusters.find(({ name }) => name === observation.cluster);
        if (cluster === undefined || !applies(cluster)) {
            return [];
        }
        const about = { id, title, subject: cluster.name };
        const result = observation.reachable
            ? look(about, cluster, observation)
            : skipped(about, notReached(cluster.name));
        return result === undefined ? [] : [result];
    });
}

/** Runs a check on every link whose reader was looked at. */
export function forEachLink(
    input: CheckInput,
    { id, title, applies = () => true }: CheckOf<Link>,
    look: (about: About, link: Link, reader: ClusterFacts) => CheckResult,
): readonly CheckResult[] {
    return input.links.flatMap((link) => {
        const reader = input.observations.find(({ cluster }) => cluster === link.reader);
        if (reader === undefined || !applies(link)) {
            return [];
        }
        const about = { id, title, subject: linkSubject(link) };
        return [
            reader.reachable ? look(about, link, reader) : skipped(about, notReached(link.reader)),
        ];
    });
}

function notReached(cluster: ClusterName): string {
    return `the API server of ${cluster} did not answer`;
}

/** Goes on with a fact where it is known, and says why it is not where it is not. */
export function withFact<T>(
    about: About,
    cluster: ClusterName,
    fact: Fact<T>,
    look: (value: T) => CheckResult,
): CheckResult {
    return fact.known ? look(fact.value) : notKnown(about, cluster, fact.why);
}

/** Goes on with what every istiod of a cluster answered, with the name of the pod. */
export function withIstiods<T>(
    about: About,
    reader: ClusterFacts,
    pick: (istiod: IstiodFacts) => Fact<T>,
    look: (answers: readonly { readonly pod: string; readonly value: T }[]) => CheckResult,
): CheckResult {
    return withFact(about, reader.cluster, reader.istiods, (istiods) => {
        const answers: { pod: string; value: T }[] = [];
        for (const istiod of istiods) {
            const fact = pick(istiod);
            if (!fact.known) {
                return notKnown(about, reader.cluster, fact.why);
            }
            answers.push({ pod: istiod.pod, value: fact.value });
        }
        return answers.length === 0
            ? failed(about, {
                  seen: `no istiod in ${reader.cluster}`,
                  expected: "an istiod to ask",
                  remedy: `run pulumi up in stack ${reader.cluster}`,
              })
            : look(answers);
    });
}

function notKnown(about: About, cluster: ClusterName, why: string): CheckResult {
    return failed(about, {
        seen: `could not look: ${why}`,
        expected: "an answer",
        remedy:
            `give the kube context of ${cluster} the right to read the cluster and to exec in the pods of ` +
            `istio-system; if it has it, look at the pods there`,
    });
}
