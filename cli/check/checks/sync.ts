import { type ClusterName, isPrimary } from "../../../components/topology/model";
import type { SyncFacts } from "../observation";
import { type CheckResult, type Finding, judge } from "../result";
import {
    type CheckInput,
    factsOf,
    forEachCluster,
    forEachLink,
    withFact,
    withIstiods,
} from "./input";

/** E1: every istiod of the reader has the peer, and is in sync with its API server. */
export function checkSync(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "E1", title: "istiod reads the peer" } as const;
    return forEachLink(input, describe, (about, { reader, cluster }, facts) =>
        withIstiods(
            about,
            facts,
            ({ clusters }) => clusters,
            (answers) =>
                judge(
                    about,
                    answers.flatMap(({ pod, value }) => {
                        const status = value.find(({ id }) => id === cluster)?.syncStatus;
                        return status === "synced"
                            ? []
                            : [syncFinding(input, { pod, reader, cluster, status })];
                    }),
                    "synced",
                ),
        ),
    );
}

interface Unsynced {
    readonly pod: string;
    readonly reader: ClusterName;
    readonly cluster: ClusterName;
    readonly status: string | undefined;
}

function syncFinding(input: CheckInput, { pod, reader, cluster, status }: Unsynced): Finding {
    return {
        seen: status === undefined ? `${pod} does not know ${cluster}` : `${pod} says ${status}`,
        expected: "synced",
        remedy: syncRemedy(input, reader, cluster, status),
    };
}

function syncRemedy(
    input: CheckInput,
    reader: ClusterName,
    cluster: ClusterName,
    status: string | undefined,
): string {
    const secrets = factsOf(input, reader)?.remoteSecrets;
    const server = secrets?.known
        ? secrets.value.flatMap(({ entries }) => entries).find(({ key }) => key === cluster)?.server
        : undefined;
    switch (status) {
        case undefined:
            return server === undefined
                ? `run pulumi up in stack ${cluster}, then in stack ${reader}`
                : `restart istiod: kubectl --context ${reader} -n istio-system rollout restart deployment/istiod`;
        case "timeout":
            return (
                `let the pods of ${reader} reach ${server ?? `the API server of ${cluster}`}, or set ` +
                `apiServer.server in Pulumi.${cluster}.yaml to an address that they can reach, then run ` +
                `pulumi up in stacks ${cluster} and ${reader}`
            );
        case "syncing":
            return `wait a minute and check again; if it stays, read istiod's log in ${reader}`;
        default:
            return `run pulumi up in stack ${reader}, then check again`;
    }
}

/** E1: istiod runs where it should, and reads no cluster that it should not. */
export function checkIstiod(input: CheckInput): readonly CheckResult[] {
    const describe = {
        id: "E1",
        title: "istiod is ready, without strangers",
        applies: isPrimary,
    } as const;
    return forEachCluster(input, describe, (about, cluster, facts) => {
        return withFact(about, cluster.name, facts.istiods, (istiods) => {
            const expected = [
                cluster.name,
                ...input.links.filter((l) => l.reader === cluster.name).map((l) => l.cluster),
            ];
            return judge(
                about,
                [
                    ...(istiods.length === 0 ? [notRunning(cluster.name)] : []),
                    ...istiods
                        .filter(({ ready }) => !ready)
                        .map(({ pod }) => notReady(pod, cluster.name)),
                    ...istiods.flatMap(({ clusters }) =>
                        clusters.known ? strangers(clusters.value, expected, cluster.name) : [],
                    ),
                ],
                `${istiods.length} ready`,
            );
        });
    });
}

function notRunning(cluster: ClusterName): Finding {
    return {
        seen: "no istiod in istio-system",
        expected: "at least one, ready",
        remedy: `run pulumi up in stack ${cluster}`,
    };
}

function notReady(pod: string, cluster: ClusterName): Finding {
    return {
        seen: `${pod} is not ready`,
        expected: "every istiod ready",
        remedy: `kubectl --context ${cluster} -n istio-system describe pod ${pod}`,
    };
}

function strangers(
    clusters: readonly SyncFacts[],
    expected: readonly string[],
    reader: ClusterName,
): readonly Finding[] {
    return clusters
        .filter(({ id }) => !expected.includes(id))
        .map(({ id, secretName }) => ({
            seen: `also reads ${id}, from secret ${secretName || "of its own"}`,
            expected: `only ${expected.join(", ")}`,
            remedy:
                secretName === ""
                    ? `set the clusterName of stack ${reader} to ${reader}: run pulumi up there`
                    : `run pulumi up in stack ${reader}; if the secret stays, it is not from here: kubectl ` +
                      `--context ${reader} delete secret -n ${secretName.replace("/", " ")}`,
        }));
}
