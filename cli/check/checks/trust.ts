import { type Cluster, controlPlaneOf, isPrimary } from "../../../components/topology/model";
import { names } from "../../../components/topology/names";
import { shortFingerprint } from "../certificates";
import type { CacertsFacts, CertificateFacts, ClusterFacts } from "../observation";
import { type CheckResult, failed, type Finding, judge, skipped } from "../result";
import { type CheckInput, factsOf, forEachCluster, withFact } from "./input";

/** A certificate that ends sooner is reported: cert-manager renews long before. */
const renewalDays = 30;

/** E3: every cluster has the same root, in istiod and in what is given out to workloads. */
export function checkRoots(input: CheckInput): readonly CheckResult[] {
    const reference = referenceRoots(input);
    const describe = { id: "E3", title: "same root of trust" } as const;
    return forEachCluster(input, describe, (about, cluster, facts) => {
        if (reference === undefined) {
            return skipped(about, "no cluster that was looked at has a root to compare with");
        }
        if (!facts.cacerts.known || !facts.distributedRoots.known) {
            const unreadable = facts.cacerts.known ? facts.distributedRoots : facts.cacerts;
            return withFact(about, cluster.name, unreadable, () => judge(about, []));
        }
        const sources = sourcesOf(facts);
        if (sources.length === 0) {
            return skipped(about, "no root was given out here: see E6");
        }
        const different = sources.filter(
            ({ fingerprints }) => fingerprints.join() !== reference.fingerprints.join(),
        );
        return judge(
            about,
            different.map(({ source, fingerprints }) => ({
                seen: `${source} holds ${showFingerprints(fingerprints)}`,
                expected: `${showFingerprints(reference.fingerprints)} as in ${reference.cluster}`,
                remedy: rootRemedy(input, cluster),
            })),
            showFingerprints(reference.fingerprints),
        );
    });
}

interface Reference {
    readonly cluster: string;
    readonly fingerprints: readonly string[];
}

/** The roots of the holder, else of the first cluster that has any. */
function referenceRoots(input: CheckInput): Reference | undefined {
    const { trust, clusters } = input.mesh;
    const names = clusters.map(({ name }) => name);
    const order = trust.kind === "held" ? [trust.holder, ...names] : names;
    for (const cluster of order) {
        const facts = factsOf(input, cluster);
        const first = facts === undefined ? undefined : sourcesOf(facts)[0];
        if (first !== undefined && first.fingerprints.length > 0) {
            return { cluster, fingerprints: first.fingerprints };
        }
    }
    return undefined;
}

/** Everything in a cluster that holds the root. */
function sourcesOf(
    facts: ClusterFacts,
): readonly { source: string; fingerprints: readonly string[] }[] {
    const cacerts = facts.cacerts.known ? facts.cacerts.value : null;
    const distributed = facts.distributedRoots.known ? facts.distributedRoots.value : [];
    return [
        ...(cacerts === null
            ? []
            : [
                  {
                      source: `secret ${names.cacerts}`,
                      fingerprints: cacerts.roots.map(({ fingerprint }) => fingerprint).sort(),
                  },
              ]),
        ...distributed.map(({ namespace, fingerprints }) => ({
            source: `${names.rootCertConfigMap} in ${namespace}`,
            fingerprints,
        })),
    ];
}

function showFingerprints(fingerprints: readonly string[]): string {
    return fingerprints.length === 0
        ? "no certificate"
        : fingerprints.map((fingerprint) => `root ${shortFingerprint(fingerprint)}`).join(" and ");
}

function rootRemedy({ mesh }: CheckInput, cluster: Cluster): string {
    const { trust } = mesh;
    const primary = controlPlaneOf(cluster);
    const restart = `restart istiod: kubectl --context ${primary} -n istio-system rollout restart deployment/istiod`;
    return trust.kind === "held"
        ? `run pulumi up in stack ${trust.holder}, then in stack ${primary}, then ${restart}`
        : `set config cacerts of stack ${primary} to a CA under the common root, run pulumi up there, then ${restart}`;
}

/** E3: the CA of a primary is complete, signed by the root, and good for a while. */
export function checkIntermediate(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "E3", title: "intermediate CA", applies: isPrimary } as const;
    return forEachCluster(input, describe, (about, cluster, facts) => {
        return withFact(about, cluster.name, facts.cacerts, (cacerts) => {
            if (cacerts === null) {
                return failed(about, {
                    seen: "no secret cacerts in istio-system, istiod signs with a root of its own",
                    expected: "secret cacerts, made before istiod starts",
                    remedy: rootRemedy(input, cluster),
                });
            }
            const findings = [...findCacertsProblems(cacerts, input, cluster)];
            return judge(about, findings, cacerts.ca && showExpiry(cacerts.ca, input.now));
        });
    });
}

function* findCacertsProblems(
    cacerts: CacertsFacts,
    input: CheckInput,
    cluster: Cluster,
): Generator<Finding> {
    const remedy = rootRemedy(input, cluster);
    if (cacerts.missingKeys.length > 0) {
        yield {
            seen: `cacerts has no ${cacerts.missingKeys.join(", ")}`,
            expected: "all four PEM keys",
            remedy,
        };
        return;
    }
    if (!cacerts.chainsToRoot) {
        yield {
            seen: `ca-cert.pem (${cacerts.ca?.subject ?? "unreadable"}) is not signed by root-cert.pem`,
            expected: "a chain that ends in the root",
            remedy,
        };
    }
    for (const certificate of [...(cacerts.ca ? [cacerts.ca] : []), ...cacerts.roots]) {
        if (daysLeft(certificate, input.now) < renewalDays) {
            yield {
                seen: `${certificate.subject}: ${showExpiry(certificate, input.now)}`,
                expected: `at least ${renewalDays} days left`,
                remedy,
            };
        }
    }
}

/** Whole days until a certificate ends; negative once it has. */
export function daysLeft({ notAfter }: Pick<CertificateFacts, "notAfter">, now: Date): number {
    return Math.floor((new Date(notAfter).getTime() - now.getTime()) / 86_400_000);
}

function showExpiry(certificate: CertificateFacts, now: Date): string {
    const days = daysLeft(certificate, now);
    const day = certificate.notAfter.slice(0, 10);
    return days < 0 ? `expired ${-days} days ago, on ${day}` : `${days} days left, until ${day}`;
}
