import type { Link } from "../../../components/topology/links";
import { type ClusterName, clusterNamed, type Mesh } from "../../../components/topology/model";
import { describeError } from "../client/kube-client";
import { type About, type CheckResult, failed, skipped } from "../result";
import { podName } from "./objects";
import { type Answers, askFrom, askInPlainText } from "./requests";
import {
    type ProbeRun,
    type ProbeSite,
    removeLeftovers,
    removeProbe,
    type Start,
    startProbe,
} from "./setup";
import { identityVerdict, plainTextVerdict, reachableFrom, trafficVerdict } from "./verdicts";

export { type Clock, systemClock } from "./clock";
export { probeNamespacePrefix } from "./objects";
export type { ProbeRun, ProbeSite } from "./setup";

/** What the probe is told of the mesh. */
export interface ProbeInput {
    readonly mesh: Mesh;
    readonly links: readonly Link[];
    readonly sites: readonly ProbeSite[];
}

/**
 * E8: sends requests from every cluster to a Service that is in all of them, and plain text to its pods. What it
 * made is removed whatever happens, an interruption included.
 *
 * @throws the reason of `run.signal` where that was given.
 */
export async function runProbe(input: ProbeInput, run: ProbeRun): Promise<readonly CheckResult[]> {
    const { sites } = input;
    let results: readonly CheckResult[] = [];
    let removals: readonly CheckResult[] = [];
    try {
        run.report(
            `making namespace ${run.namespace} in ${sites.map((s) => s.cluster).join(", ")}`,
        );
        await Promise.all(sites.map((site) => tidy(site, run)));
        const starts = await settleAll(sites.map((site) => startProbe(site, run)));
        run.report("sending requests");
        results = await judgeAll(input, run, starts);
    } finally {
        run.report(`removing namespace ${run.namespace}`);
        removals = (await Promise.all(sites.map((site) => remove(site, run)))).flat();
    }
    return [...results, ...removals];
}

/** What an earlier run has left is no reason not to look now. */
async function tidy(site: ProbeSite, run: ProbeRun): Promise<void> {
    try {
        await removeLeftovers(site, run);
    } catch (error) {
        run.report(`${site.cluster}: cannot look for leftovers: ${describeError(error)}`);
    }
}

/** All to their end before the first failure is thrown, so that none goes on making things meanwhile. */
async function settleAll<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
    await Promise.allSettled(work);
    return Promise.all(work);
}

async function judgeAll(
    input: ProbeInput,
    run: ProbeRun,
    starts: readonly Start[],
): Promise<readonly CheckResult[]> {
    const started = new Map(input.sites.map(({ cluster }, index) => [cluster, starts[index]]));
    const results = await settleAll(
        input.sites.map(async (site) => {
            const start = started.get(site.cluster);
            return start !== undefined && "podIp" in start
                ? [
                      ...(await judgeTraffic(input, run, site, started)),
                      plainTextVerdict(
                          input.mesh,
                          site.cluster,
                          await askInPlainText(site, start.podIp, run),
                      ),
                  ]
                : [notStarted(site.cluster, start?.why ?? "not tried")];
        }),
    );
    return results.flat();
}

async function judgeTraffic(
    { mesh, links, sites }: ProbeInput,
    run: ProbeRun,
    site: ProbeSite,
    started: ReadonlyMap<ClusterName, Start | undefined>,
): Promise<readonly CheckResult[]> {
    const clusters = sites.map(({ cluster }) => clusterNamed(mesh, cluster));
    const targets = reachableFrom(clusterNamed(mesh, site.cluster), clusters, links);
    const isUp = (cluster: ClusterName) => {
        const start = started.get(cluster);
        return start !== undefined && "podIp" in start;
    };
    const answers: Answers = await askFrom(site, targets.filter(isUp), run);
    return targets.flatMap((to) => {
        const pair = { from: site.cluster, to };
        return isUp(to)
            ? [
                  trafficVerdict(mesh, pair, answers),
                  identityVerdict(mesh, run.namespace, pair, answers),
              ]
            : [skipped(aboutTraffic(`${pair.from} -> ${to}`), `the probe of ${to} did not start`)];
    });
}

function aboutTraffic(subject: string): About {
    return { id: "E8", title: "traffic", subject };
}

function notStarted(cluster: ClusterName, why: string): CheckResult {
    return failed(
        { id: "E8", title: "probe starts", subject: cluster },
        {
            seen: why,
            expected: `${podName("probe", cluster)} and its clients ready, with sidecars`,
            remedy: /Image/.test(why)
                ? `give --probe-image an agnhost image that ${cluster} can pull`
                : `see E6 of ${cluster}; kubectl --context ${cluster} get events -A --field-selector type=Warning`,
        },
    );
}

async function remove(site: ProbeSite, run: ProbeRun): Promise<readonly CheckResult[]> {
    const why = await removeProbe(site, run);
    return why === undefined
        ? []
        : [
              failed(
                  { id: "E8", title: "probe removed", subject: site.cluster },
                  {
                      seen: why,
                      expected: `namespace ${run.namespace} is gone`,
                      remedy: `kubectl --context ${site.cluster} delete namespace ${run.namespace}`,
                  },
              ),
          ];
}
