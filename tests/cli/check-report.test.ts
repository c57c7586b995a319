import { expect } from "chai";
import { Command } from "commander";

import { registerCheckCommands } from "../../cli/check";
import { KubeError } from "../../cli/check/client/kube-client";
import { formatCheckReport } from "../../cli/check/format";
import { Interrupted, interruptible } from "../../cli/check/interruption";
import { known } from "../../cli/check/observation";
import { judge, report, skipped } from "../../cli/check/result";
import { checkMesh, type MeshAccess } from "../../cli/check/run";
import { buildStatus, formatStatus } from "../../cli/check/status";
import type { CliContext } from "../../cli/context";
import type { ClusterName } from "../../components/topology/model";
import { FakeClient, running } from "./check/fake-client";
import { multiPrimary, primaryRemote } from "./check/meshes";
import { having, havingIstiod, inputOf, unreachable } from "./check/observations";

const about = {
    id: "E1",
    title: "istiod reads the peer",
    subject: "cluster1 -> cluster2",
} as const;
const finding = { seen: "timeout", expected: "synced", remedy: "open the firewall" };

describe("judge", () => {
    it("says each thing once when several istiods show the same", () => {
        const other = { ...finding, seen: "closed" };
        expect(judge(about, [finding, finding, other])).to.deep.equal({
            ...about,
            status: "failed",
            seen: "timeout; closed",
            expected: "synced",
            remedy: "open the firewall",
        });
    });
});

describe("formatCheckReport", () => {
    it("is a table with the details of what failed below it, and a summary", () => {
        const text = formatCheckReport(
            report([
                judge({ ...about, id: "E14", subject: "cluster1" }, [], "1 service"),
                judge(about, [finding]),
                skipped({ ...about, id: "E9" }, "sidecar mesh"),
            ]),
        );
        expect(text.split("\n")).to.deep.equal([
            "ok       E14  cluster1              istiod reads the peer  1 service",
            "FAILED   E1   cluster1 -> cluster2  istiod reads the peer",
            "    seen:     timeout",
            "    expected: synced",
            "    do:       open the firewall",
            "skipped  E9   cluster1 -> cluster2  istiod reads the peer  sidecar mesh",
            "",
            "1 passed, 1 failed, 1 skipped",
        ]);
    });

    it("has one line for all that was skipped for the same reason", () => {
        const results = ["E1", "E2", "E3"] as const;
        const text = formatCheckReport(
            report(results.map((id) => skipped({ ...about, id }, "no answer"))),
        );
        expect(text.split("\n")).to.deep.equal([
            "skipped  -  cluster1 -> cluster2  3 checks  no answer",
            "",
            "0 passed, 0 failed, 3 skipped",
        ]);
    });
});

describe("buildStatus", () => {
    it("shows clusters and links as they are", () => {
        const status = buildStatus(inputOf(primaryRemote()));
        expect(status.clusters[0]).to.deep.equal({
            name: "cluster1",
            role: "primary",
            network: "network1",
            reachable: true,
            kubernetesVersion: "v1.36.3",
            istiod: { ready: 1, total: 1, versions: ["1.31.0"] },
            gatewayAddresses: ["192.0.2.1"],
            rootFingerprints: ["AA:BB:CC:DD:EE:FF:00:11"],
            caExpires: "2031-01-01T00:00:00.000Z",
            caDaysLeft: 365,
            pendingPeers: [],
        });
        expect(status.clusters[1]).to.include({ role: "remote of cluster1" });
        expect(status.links).to.deep.equal([
            {
                reader: "cluster1",
                cluster: "cluster2",
                kind: "control",
                crossNetwork: true,
                state: "synced",
                secretCreated: "2029-12-22T00:00:00Z",
                secretAgeDays: 10,
            },
        ]);
    });

    it("calls a link pending while it has no remote secret", () => {
        const status = buildStatus(
            inputOf(primaryRemote(), {
                cluster1: (facts) =>
                    havingIstiod({ clusters: known([]) })(
                        having({ remoteSecrets: known([]) })(facts),
                    ),
            }),
        );
        expect(status.links[0]).to.include({ state: "pending" });
        expect(status.clusters[0]?.pendingPeers).to.deep.equal(["cluster2"]);
    });

    it("shows what differs between istiods, and what is not known", () => {
        const status = buildStatus(
            inputOf(multiPrimary(), {
                cluster1: havingIstiod({ clusters: { known: false, why: "forbidden" } }),
                cluster2: unreachable,
            }),
        );
        expect(status.links.map(({ state }) => state)).to.deep.equal(["unknown", "unknown"]);
        expect(status.clusters[1]).to.include({ reachable: false });
    });
});

describe("formatStatus", () => {
    it("is a table of clusters, one of links, and who did not answer", () => {
        const text = formatStatus(buildStatus(inputOf(multiPrimary(), { cluster2: unreachable })));
        const lines = text.split("\n");
        expect(lines[0]).to.equal("mesh mesh1");
        expect(lines[3]).to.match(
            /^cluster1 +primary +network1 .* aa:bb:cc:dd:ee:ff +365 days +-$/,
        );
        expect(lines).to.include("cluster1 -> cluster2  discovery  gateways  synced   10 days old");
        expect(lines.at(-1)).to.equal(
            "cluster2 did not answer: https://cluster2.example:6443: no answer in 10 s",
        );
    });
});

describe("checkMesh", () => {
    const access = (open: MeshAccess["open"], lines: string[] = []): MeshAccess => ({
        mesh: primaryRemote(),
        clusters: primaryRemote().clusters.map(({ name }) => name),
        detachedFrom: () => [],
        open,
        report: (line) => lines.push(line),
    });
    const traffic = { image: "agnhost:test", signal: new AbortController().signal };

    it("fails, and sends no traffic, when no API server answers", async () => {
        const { ok, results } = await checkMesh(
            access(() => Promise.reject(new KubeError("no kubeconfig"))),
            traffic,
        );
        expect(ok).to.equal(false);
        const failures = results.filter(({ status }) => status === "failed");
        expect(failures.map(({ id, subject }) => `${id} ${subject}`)).to.deep.equal([
            "E0 cluster1",
            "E0 cluster2",
        ]);
        expect(results.find(({ id }) => id === "E8")).to.deep.include({
            status: "skipped",
            seen: "no API server answered",
        });
    });

    it("sends traffic only between the clusters that answer", async () => {
        const client = new FakeClient("cluster2" as ClusterName);
        client.admit = (kind, object) => (kind === "pods" ? running(object) : object);
        const lines: string[] = [];
        const { results } = await checkMesh(
            access(
                (cluster) =>
                    cluster === client.cluster
                        ? Promise.resolve(client)
                        : Promise.reject(new KubeError("no kubeconfig")),
                lines,
            ),
            { ...traffic, clock: { now: () => 0, sleep: () => Promise.resolve() } },
        );
        expect(lines[1]).to.match(/^making namespace isthmus-probe-[0-9a-f]{8} in cluster2$/);
        const sent = results.filter(({ id }) => id === "E8");
        expect(sent.map(({ subject }) => subject)).to.deep.equal(["cluster2 -> cluster2"]);
    });

    it("makes nothing and says so when traffic was not asked for", async () => {
        const client = new FakeClient("cluster1" as ClusterName);
        const { results } = await checkMesh(access(() => Promise.resolve(client)));
        expect(client.calls.filter((call) => /^(create|remove)/.test(call))).to.deep.equal([]);
        expect(results.find(({ id }) => id === "E8")?.seen).to.include("add --traffic");
        expect(results.find(({ id }) => id === "E9")?.status).to.equal("skipped");
    });
});

describe("interruptible", () => {
    it("gives the signal on SIGTERM, waits for what is undone, and ends as interrupted", async () => {
        const listeners = process.listenerCount("SIGTERM");
        let undone = false;
        const outcome = await interruptible(async (signal) => {
            process.emit("SIGTERM", "SIGTERM");
            expect(signal.aborted).to.equal(true);
            await Promise.resolve();
            undone = true;
            throw new Error("cut short");
        }).catch((error: unknown) => error);
        expect(outcome).to.be.instanceOf(Interrupted).with.property("exitCode", 143);
        expect(undone).to.equal(true);
        expect(process.listenerCount("SIGTERM")).to.equal(listeners);
    });

    it("takes a signal that comes twice, from the terminal and the launcher, for one", async () => {
        const outcome = await interruptible((signal) => {
            process.emit("SIGINT", "SIGINT");
            process.emit("SIGINT", "SIGINT");
            return Promise.reject(signal.reason as Error);
        }).catch((error: unknown) => error);
        expect(outcome).to.be.instanceOf(Interrupted).with.property("exitCode", 130);
    });

    it("leaves the error of work that nobody interrupted", async () => {
        const outcome = await interruptible(() => Promise.reject(new Error("broken"))).catch(
            (error: unknown) => error,
        );
        expect(outcome).to.have.property("message", "broken");
    });
});

describe("isthmus check", () => {
    async function run(...args: readonly string[]): Promise<unknown> {
        const program = new Command("isthmus").exitOverride();
        const context = {
            projectDir: "/nowhere",
            mesh: primaryRemote(),
            env: { KUBECONFIG: "/nowhere/kubeconfig" },
            stackFile: () => ({ path: "", exists: false, detached: [], encrypted: [] }),
        } as unknown as CliContext;
        registerCheckCommands(program, () => Promise.resolve(context));
        const written: string[] = [];
        const { stdout, stderr, exitCode } = process;
        stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
        stderr.write = () => true;
        try {
            await program.parseAsync(["node", "isthmus", ...args]);
            return { text: written.join(""), exitCode: process.exitCode };
        } finally {
            // What is assigned hides the method of the class.
            Reflect.deleteProperty(stdout, "write");
            Reflect.deleteProperty(stderr, "write");
            process.exitCode = exitCode;
        }
    }

    it("prints JSON and ends with 1 when a check fails", async () => {
        const { text, exitCode } = (await run("check", "--json")) as {
            text: string;
            exitCode: number;
        };
        expect(exitCode).to.equal(1);
        expect(JSON.parse(text)).to.deep.include({ ok: false });
    });

    it("prints a table for people", async () => {
        const { text } = (await run("check", "--cluster", "cluster2")) as { text: string };
        expect(text).to.match(/^FAILED +E0 +cluster2 +API server answers\n/);
        expect(text).to.match(/\d+ passed, 1 failed, \d+ skipped\n$/);
    });

    it("rejects a cluster that is not in the mesh", async () => {
        const outcome = await run("check", "--cluster", "nope").catch((error: unknown) => error);
        expect(outcome).to.have.property(
            "message",
            '--cluster: no cluster of the mesh has this name, got "nope"; ' +
                'expected "cluster1" or "cluster2"; correct it',
        );
    });

    it("shows the status without failing", async () => {
        const { text, exitCode } = (await run("status", "--json")) as {
            text: string;
            exitCode: unknown;
        };
        expect(exitCode).to.equal(undefined);
        expect(JSON.parse(text)).to.have.property("meshId", "mesh1");
    });
});
