import { expect } from "chai";

import { KubeError } from "../../cli/check/client/kube-client";
import type { Pod } from "../../cli/check/client/objects";
import { type ProbeRun, runProbe } from "../../cli/check/probe";
import { podName, probeLabels } from "../../cli/check/probe/objects";
import { parseProof } from "../../cli/check/probe/requests";
import type { CheckResult } from "../../cli/check/result";
import { linksOf } from "../../components/topology/links";
import type { ClusterName, Mesh } from "../../components/topology/model";
import { type ExecHandler, FakeClient, running } from "./check/fake-client";
import { c, multiPrimary, primaryRemote } from "./check/meshes";

const namespace = "isthmus-probe-0a1b2c3d";
const startOfTime = Date.parse("2030-01-01T00:00:00Z");

/** How the mesh in memory answers a request of a cluster's client. */
interface Behaviour {
    /** Clusters that answer in turn; an empty list answers with an error. */
    readonly answers: readonly string[];
    readonly certificates: boolean;
    readonly plainText: "refused" | "answered" | "unreachable";
}

const healthy: Behaviour = {
    answers: ["cluster1", "cluster2"],
    certificates: true,
    plainText: "refused",
};

/** Two clusters in memory, between which requests behave as told. */
function clusters(behaviours: Partial<Record<string, Partial<Behaviour>>> = {}) {
    const sites = [c("cluster1"), c("cluster2")].map((cluster) => {
        const client = new FakeClient(cluster);
        client.admit = (kind, object) => (kind === "pods" ? running(object) : object);
        client.exec_ = answering(cluster, { ...healthy, ...behaviours[cluster] });
        return { cluster, client };
    });
    const [first, second] = sites;
    if (first === undefined || second === undefined) {
        throw new Error("two clusters were made");
    }
    return { sites, first: first.client, second: second.client };
}

function answering(cluster: ClusterName, behaviour: Behaviour): ExecHandler {
    let requests = 0;
    const ok = (stdout: string) => ({ ok: true, stdout, stderr: "" });
    const failed = (stderr: string) => ({ ok: false, stdout: "", stderr });
    return ({ container }, command) => {
        const url = command.at(-1) ?? "";
        if (container === "plain") {
            const connects = command[0] === "/agnhost";
            if (behaviour.plainText === "unreachable") {
                return failed("TIMEOUT");
            }
            return connects || behaviour.plainText === "answered"
                ? ok("probe-x")
                : failed("wget: error getting response: Connection reset by peer");
        }
        const { answers } = behaviour;
        const by = answers[Math.floor(requests++ / 2) % answers.length];
        if (by === undefined) {
            return failed("wget: server returned error: HTTP/1.1 503 Service Unavailable");
        }
        const uri = (name: string) => `spiffe://cluster.local/ns/${namespace}/sa/${name}`;
        const proof = `By=${uri(`probe-${by}`)};Hash=0;Subject="";URI=${uri(`client-${cluster}`)}`;
        return ok(url.endsWith("/hostname") ? `probe-${by}` : behaviour.certificates ? proof : "");
    };
}

function runWith(changes: Partial<ProbeRun> = {}): ProbeRun {
    let time = startOfTime;
    return {
        namespace,
        image: "agnhost:test",
        signal: new AbortController().signal,
        report: () => {},
        clock: {
            now: () => time,
            sleep: (milliseconds, signal) => {
                time += milliseconds;
                return signal?.aborted === true
                    ? Promise.reject(signal.reason as Error)
                    : Promise.resolve();
            },
        },
        ...changes,
    };
}

async function probe(
    sites: ReturnType<typeof clusters>["sites"],
    { mesh = primaryRemote(), run = runWith() }: { mesh?: Mesh; run?: ProbeRun } = {},
): Promise<readonly CheckResult[]> {
    return runProbe({ mesh, links: linksOf(mesh), sites }, run);
}

function find(results: readonly CheckResult[], id: string, subject: string) {
    return results.find((result) => result.id === id && result.subject === subject);
}

function expectRemoved(client: FakeClient) {
    expect(client.calls).to.include(`remove namespaces/${namespace}`);
    expect(client.has("namespaces", namespace)).to.equal(false);
}

describe("the traffic probe", () => {
    it("passes for every pair, in both directions, when both clusters answer", async () => {
        const { sites } = clusters();
        const results = await probe(sites);
        expect(results.filter(({ status }) => status !== "passed")).to.deep.equal([]);
        expect(
            results.filter(({ id }) => id === "E8").map(({ subject }) => subject),
        ).to.have.members([
            "cluster1 -> cluster1",
            "cluster1 -> cluster2",
            "cluster2 -> cluster1",
            "cluster2 -> cluster2",
        ]);
        expect(find(results, "mTLS", "cluster1 -> cluster2")?.seen).to.equal(
            `spiffe://cluster.local/ns/${namespace}/sa/client-cluster1`,
        );
        expect(find(results, "mTLS", "cluster1")?.title).to.equal("plain text is refused");
    });

    it("labels the namespace for injection and for being found again, and keeps one pod out", async () => {
        const { sites, first } = clusters();
        const made: Record<string, Readonly<Record<string, string>>> = {};
        const { admit } = first;
        first.admit = (kind, object) => {
            made[`${kind}/${object.metadata?.name ?? ""}`] = object.metadata?.labels ?? {};
            return admit(kind, object);
        };
        await probe(sites);
        expect(made[`namespaces/${namespace}`]).to.deep.equal({
            ...probeLabels,
            "istio-injection": "enabled",
        });
        expect(made["pods/plain-cluster1"]).to.include({ "sidecar.istio.io/inject": "false" });
        expect(made["pods/client-cluster1"]).not.to.have.property("sidecar.istio.io/inject");
    });

    it("removes its namespaces everywhere when all went well", async () => {
        const { sites, first, second } = clusters();
        await probe(sites);
        expectRemoved(first);
        expectRemoved(second);
    });

    it("names the pair, the answers and the way when only the own cluster answers", async () => {
        const { sites } = clusters({ cluster1: { answers: ["cluster1"] } });
        const results = await probe(sites);
        const failure = find(results, "E8", "cluster1 -> cluster2");
        expect(failure?.status).to.equal("failed");
        expect(failure?.seen).to.equal("40 requests: 40 answered by cluster1");
        expect(failure?.expected).to.equal("an answer from probe-cluster2");
        expect(failure?.remedy).to.include("the east-west gateway of network2 on port 15443");
        expect(find(results, "mTLS", "cluster1 -> cluster2")?.status).to.equal("skipped");
        expect(find(results, "E8", "cluster2 -> cluster1")?.status).to.equal("passed");
    });

    it("shows the error when no request is answered", async () => {
        const { sites } = clusters({ cluster2: { answers: [] } });
        const failure = find(await probe(sites), "E8", "cluster2 -> cluster1");
        expect(failure?.seen).to.equal(
            "40 requests: 40 failed: wget: server returned error: HTTP/1.1 503 Service Unavailable",
        );
    });

    it("goes on asking when the connection to the API server breaks", async () => {
        const { sites, first } = clusters();
        const { exec_ } = first;
        let calls = 0;
        first.exec_ = (target, command) =>
            calls++ === 0 ? new Error("socket hang up") : exec_(target, command);
        const results = await probe(sites);
        expect(results.filter(({ status }) => status === "failed")).to.deep.equal([]);
    });

    it("fails when answers come without a client certificate", async () => {
        const { sites } = clusters({ cluster1: { certificates: false } });
        const failure = find(await probe(sites), "mTLS", "cluster1 -> cluster2");
        expect(failure?.status).to.equal("failed");
        expect(failure?.seen).to.equal("answered without a client certificate");
        expect(failure?.expected).to.equal(
            `spiffe://cluster.local/ns/${namespace}/sa/client-cluster1`,
        );
        expect(failure?.remedy).to.include("pulumi up");
    });

    it("fails when plain text is answered", async () => {
        const { sites } = clusters({ cluster2: { plainText: "answered" } });
        const failure = find(await probe(sites), "mTLS", "cluster2");
        expect(failure?.seen).to.equal("plain text was answered: probe-x");
        expect(failure?.expected).to.equal("the connection is reset");
        expect(failure?.remedy).to.include("kubectl --context cluster1 get peerauthentication -A");
    });

    it("takes a probe that cannot be reached for no proof of refusal", async () => {
        const { sites } = clusters({ cluster2: { plainText: "unreachable" } });
        const failure = find(await probe(sites), "mTLS", "cluster2");
        expect(failure?.status).to.equal("failed");
        expect(failure?.seen).to.equal("no connection at all: TIMEOUT");
    });

    it("says why, skips its pairs and removes everything when pods are refused", async () => {
        const { sites, first, second } = clusters();
        second.failures.set(
            `create pods/${namespace}/probe-cluster2`,
            new KubeError("failed calling webhook", 500),
        );
        const results = await probe(sites);
        const failure = find(results, "E8", "cluster2");
        expect(failure?.seen).to.equal("failed calling webhook");
        expect(failure?.remedy).to.include("see E6 of cluster2");
        expect(find(results, "E8", "cluster1 -> cluster2")?.status).to.equal("skipped");
        expect(find(results, "E8", "cluster1 -> cluster1")?.status).to.equal("passed");
        expectRemoved(first);
        expectRemoved(second);
    });

    it("names the image when it cannot be pulled, without waiting to the end", async () => {
        const { sites, first } = clusters();
        first.admit = (kind, object) =>
            kind === "pods"
                ? ({
                      ...object,
                      status: {
                          containerStatuses: [
                              {
                                  name: "probe",
                                  state: {
                                      waiting: { reason: "ImagePullBackOff", message: "no such" },
                                  },
                              },
                          ],
                      },
                  } as Pod)
                : object;
        const run = runWith();
        const failure = find(await probe(sites, { run }), "E8", "cluster1");
        expect(failure?.seen).to.include("probe-cluster1: probe: ImagePullBackOff, no such");
        expect(failure?.remedy).to.include("--probe-image");
        expect(run.clock.now() - startOfTime).to.be.lessThan(60_000);
    });

    it("fails when no sidecar was injected", async () => {
        const { sites, first } = clusters();
        first.admit = (kind, object) => {
            const pod = running(object);
            return kind === "pods" ? { ...pod, spec: { ...pod.spec, initContainers: [] } } : object;
        };
        const failure = find(await probe(sites), "E8", "cluster1");
        expect(failure?.seen).to.equal("no sidecar was injected into probe and client");
    });

    it("removes everything, then stops, when the user interrupts it", async () => {
        const { sites, first, second } = clusters({ cluster1: { answers: ["cluster1"] } });
        const controller = new AbortController();
        const run = runWith({
            signal: controller.signal,
            report: (line) => {
                if (line === "sending requests") {
                    controller.abort(new Error("stopped by SIGINT"));
                }
            },
        });
        const outcome = await probe(sites, { run }).catch((error: unknown) => error);
        expect(outcome).to.be.instanceOf(Error).with.property("message", "stopped by SIGINT");
        expectRemoved(first);
        expectRemoved(second);
    });

    it("removes everything when it is interrupted while pods start", async () => {
        const { sites, first } = clusters();
        first.admit = (_kind, object) => object;
        const controller = new AbortController();
        const clock = runWith().clock;
        const run = runWith({
            signal: controller.signal,
            clock: {
                now: () => clock.now(),
                sleep: (milliseconds, signal) => {
                    controller.abort(new Error("stopped by SIGTERM"));
                    return clock.sleep(milliseconds, signal);
                },
            },
        });
        const outcome = await probe(sites, { run }).catch((error: unknown) => error);
        expect(outcome).to.have.property("message", "stopped by SIGTERM");
        expectRemoved(first);
    });

    it("tells how to remove the namespace when that does not begin", async () => {
        const { sites, second } = clusters();
        second.failures.set(
            `remove namespaces/${namespace}`,
            new KubeError("namespaces is forbidden", 403),
        );
        const results = await probe(sites);
        const failure = results.find(({ title }) => title === "probe removed");
        expect(failure?.subject).to.equal("cluster2");
        expect(failure?.seen).to.equal("namespaces is forbidden");
        expect(failure?.remedy).to.equal(
            `kubectl --context cluster2 delete namespace ${namespace}`,
        );
    });

    it("removes what a killed run has left, but not what may still run, nor what is another's", async () => {
        const { sites, first } = clusters();
        const left = (name: string, minutes: number) => ({
            metadata: {
                name,
                labels: probeLabels,
                creationTimestamp: new Date(startOfTime - minutes * 60_000).toISOString(),
            },
        });
        first
            .put("namespaces", left("isthmus-probe-old", 11))
            .put("namespaces", left("isthmus-probe-young", 9))
            .put("namespaces", left("someone-elses", 99));
        await probe(sites);
        expect(first.has("namespaces", "isthmus-probe-old")).to.equal(false);
        expect(first.has("namespaces", "isthmus-probe-young")).to.equal(true);
        expect(first.has("namespaces", "someone-elses")).to.equal(true);
    });

    it("does not expect answers over a link that a stack leaves out", async () => {
        const mesh = multiPrimary();
        const { sites } = clusters({ cluster1: { answers: ["cluster1"] } });
        const links = linksOf(mesh).filter(({ reader }) => reader !== "cluster1");
        const results = await runProbe({ mesh, links, sites }, runWith());
        expect(find(results, "E8", "cluster1 -> cluster2")).to.equal(undefined);
        expect(find(results, "E8", "cluster2 -> cluster1")?.status).to.equal("passed");
        expect(results.filter(({ status }) => status === "failed")).to.deep.equal([]);
    });
});

describe("podName", () => {
    it("stays a host name, and different, when clusters have long names", () => {
        const [a, b] = [c(`${"a".repeat(62)}1`), c(`${"a".repeat(62)}2`)];
        expect(podName("probe", a)).to.have.length(63);
        expect(podName("probe", a)).not.to.equal(podName("probe", b));
    });
});

describe("parseProof", () => {
    const spiffe = (name: string) => `spiffe://cluster.local/ns/x/sa/${name}`;
    const cases = [
        {
            name: "both ends",
            header: `By=${spiffe("b")};Hash=1f;Subject="";URI=${spiffe("a")}\n`,
            proof: { by: spiffe("b"), identity: spiffe("a") },
        },
        {
            name: "the last connection of several",
            header: `By=${spiffe("x")};URI=${spiffe("y")},By=${spiffe("b")};Hash=2;URI=${spiffe("a")}`,
            proof: { by: spiffe("b"), identity: spiffe("a") },
        },
        { name: "nothing without a header", header: "", proof: undefined },
        { name: "nothing without a client", header: `By=${spiffe("b")};Hash=1f`, proof: undefined },
    ];
    for (const { name, header, proof } of cases) {
        it(`reads ${name}`, () => {
            expect(parseProof(header)).to.deep.equal(proof);
        });
    }
});
