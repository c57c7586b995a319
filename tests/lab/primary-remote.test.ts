import { expect } from "chai";

import { isthmus, isthmusWell, kubectl, kubectlWith } from "./lab";
import { objectsOf } from "./mesh-state";

interface Runs {
    readonly runs: readonly { readonly stack: string; readonly changes: Record<string, number> }[];
}

interface Checks {
    readonly ok: boolean;
    readonly results: readonly { readonly id: string; readonly subject: string; status: string }[];
}

const clusters = ["cluster1", "cluster2"];

/** Milliseconds after the start of a first `up`: while cert-manager, then Istio, then the remote are made. */
const killPoints = [8_000, 20_000, 45_000];

describe("a primary and its remote on two networks", () => {
    const bare = new Map<string, readonly string[]>();
    const complete = new Map<string, readonly string[]>();

    before(async () => {
        await isthmusWell("lab", "down");
        await isthmusWell("lab", "up");
        await record(bare);
    });

    it("is up, linked and proven after one command when there was nothing", async () => {
        const { output } = await isthmusWell("lab", "start");
        expect(output).to.include("every cluster answers every other under STRICT mutual TLS");
        expect(output).to.match(/cluster1 {2}primary, network1/);
        expect(output).to.match(/cluster2 {2}remote of cluster1, network2/);
        await record(complete);
    });

    it("changes nothing when it is brought up again", async () => {
        expect(await changesOf("up", "--yes", "--skip-check")).to.deep.equal([
            { stack: "cluster1", changes: ["same"] },
            { stack: "cluster2", changes: ["same"] },
        ]);
    });

    it("answers from and to every cluster when requests are sent", async () => {
        const { output } = await isthmusWell("check", "--lab", "--traffic", "--json");
        const { ok, results } = JSON.parse(output) as Checks;
        const pairs = results.filter(({ id, status }) => id === "E8" && status === "passed");
        expect(ok).to.equal(true);
        expect(pairs.map(({ subject }) => subject).sort()).to.deep.equal([
            "cluster1 -> cluster1",
            "cluster1 -> cluster2",
            "cluster2 -> cluster1",
            "cluster2 -> cluster2",
        ]);
    });

    it("leaves no namespace of the probe behind when it has sent requests", async () => {
        for (const cluster of clusters) {
            const labelled = await kubectl(
                cluster,
                ...[
                    "get",
                    "namespaces",
                    "--selector",
                    "app.kubernetes.io/managed-by=isthmus-check",
                ],
                ...["--field-selector", "status.phase=Active", "--output", "name"],
            );
            expect(labelled).to.equal("");
        }
    });

    it("fails the check, and names the link, when a remote secret is gone", async () => {
        const secret = ["secret", "istio-remote-secret-cluster2", "--namespace", "istio-system"];
        const text = await kubectl("cluster1", "get", ...secret, "--output", "json");
        await kubectl("cluster1", "delete", ...secret);
        const { code, output } = await isthmus(["check", "--lab"]);
        await kubectlWith(withoutServerFields(text), "cluster1", "create", "--filename", "-");
        expect(code).to.equal(1);
        expect(output).to.match(/FAILED\s+E2\s+cluster1 -> cluster2/);
        await isthmusWell("check", "--lab", "--wait", "60");
    });

    it("detaches a cluster when it leaves, and takes it back when it returns", async () => {
        await isthmusWell("destroy", "--lab", "--cluster", "cluster2", "--yes");
        expect(await objectsOf("cluster2")).to.deep.equal(bare.get("cluster2"));
        const left = await objectsOf("cluster1");
        expect(left).to.deep.equal(
            complete
                .get("cluster1")
                ?.filter((name) => !name.includes("istio-remote-secret-cluster2")),
        );
        await isthmusWell("up", "--lab", "--yes");
        for (const cluster of clusters) {
            expect(await objectsOf(cluster)).to.deep.equal(complete.get(cluster));
        }
    });

    it("refuses to destroy a primary while its remote is up", async () => {
        const { code, errors } = await isthmus([
            "destroy",
            "--lab",
            "--cluster",
            "cluster1",
            "--yes",
        ]);
        expect(code).to.equal(1);
        expect(errors).to.match(/cluster2/);
    });

    it("leaves nothing but Istio's CRDs when all is destroyed", async () => {
        await isthmusWell("destroy", "--lab", "--yes");
        for (const cluster of clusters) {
            expect(await objectsOf(cluster)).to.deep.equal(bare.get(cluster));
            const definitions = await kubectl(cluster, "get", "crd", "--output", "name");
            expect(definitions.trim().split("\n"))
                .to.have.lengthOf(15)
                .and.match(/istio\.io/);
        }
    });

    for (const killAfterMs of killPoints) {
        it(`ends in the same state when the first up was killed after ${killAfterMs / 1000} s`, async () => {
            await isthmusWell("destroy", "--lab", "--yes");
            const killed = await isthmus(["up", "--lab", "--yes", "--skip-check"], { killAfterMs });
            expect(killed.code).to.equal(null);
            await isthmusWell("up", "--lab", "--yes", "--skip-check");
            for (const cluster of clusters) {
                expect(await objectsOf(cluster)).to.deep.equal(complete.get(cluster));
            }
            expect(await changesOf("up", "--yes", "--skip-check")).to.deep.equal([
                { stack: "cluster1", changes: ["same"] },
                { stack: "cluster2", changes: ["same"] },
            ]);
        });
    }

    async function record(into: Map<string, readonly string[]>): Promise<void> {
        for (const cluster of clusters) {
            into.set(cluster, await objectsOf(cluster));
        }
    }
});

/** An object as it was made, without what the API server adds to it. */
function withoutServerFields(text: string): string {
    const { apiVersion, kind, metadata, type, data } = JSON.parse(text) as {
        readonly apiVersion: string;
        readonly kind: string;
        readonly metadata: Readonly<Record<string, unknown>>;
        readonly type: string;
        readonly data: unknown;
    };
    const { name, namespace, labels, annotations } = metadata;
    return JSON.stringify({
        apiVersion,
        kind,
        metadata: { name, namespace, labels, annotations },
        type,
        data,
    });
}

/** What a run of all stacks did, by stack: the kinds of operations that occurred. */
async function changesOf(
    command: string,
    ...args: readonly string[]
): Promise<readonly { readonly stack: string; readonly changes: readonly string[] }[]> {
    const { output } = await isthmusWell(command, "--lab", "--json", ...args);
    return (JSON.parse(output) as Runs).runs
        .map(({ stack, changes }) => ({
            stack,
            changes: Object.entries(changes)
                .filter(([operation, count]) => count > 0 && operation !== "read")
                .map(([operation]) => operation),
        }))
        .sort((a, b) => (a.stack < b.stack ? -1 : 1));
}
