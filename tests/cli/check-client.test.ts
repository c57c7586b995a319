import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { connect } from "../../cli/check/client/connect";
import { type KubeClient, KubeError } from "../../cli/check/client/kube-client";
import { type KubeAccess, loadKubeConfig } from "../../cli/check/client/kubeconfig";
import { apiPath, isReady, type Pod, waitingReason } from "../../cli/check/client/objects";
import { makeAuthority } from "./check/certificates";

function kubeconfig(context: string, server = "https://10.0.0.1:6443", token = "t"): string {
    return JSON.stringify({
        clusters: [{ name: context, cluster: { server, "insecure-skip-tls-verify": true } }],
        contexts: [{ name: context, context: { cluster: context, user: context } }],
        users: [{ name: context, user: { token } }],
    });
}

async function messageOf(work: Promise<unknown>): Promise<string> {
    const outcome = await work.catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(KubeError);
    return (outcome as KubeError).message;
}

describe("loadKubeConfig", () => {
    let folder: string;
    const file = (name: string, content: string) => {
        writeFileSync(join(folder, name), content);
        return join(folder, name);
    };
    const load = (access: Partial<KubeAccess>) =>
        loadKubeConfig({ context: "cluster1", baseDir: folder, env: { HOME: folder }, ...access });

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "isthmus-test-"));
    });
    afterEach(() => {
        rmSync(folder, { recursive: true });
    });

    it("takes content as it is", async () => {
        const config = await load({ kubeconfig: kubeconfig("cluster1") });
        expect(config.getCurrentCluster()?.server).to.equal("https://10.0.0.1:6443");
    });

    it("finds a path from the project's folder, and below the home", async () => {
        file("kube.json", kubeconfig("cluster1"));
        for (const path of ["kube.json", "~/kube.json", join(folder, "kube.json")]) {
            const config = await load({ kubeconfig: path });
            expect(config.getCurrentCluster()?.name).to.equal("cluster1");
        }
    });

    it("joins the files of KUBECONFIG, the first of which wins", async () => {
        const first = file("a", kubeconfig("cluster1", "https://first:6443"));
        const second = file("b", kubeconfig("cluster1", "https://second:6443"));
        const third = file("c", kubeconfig("cluster2", "https://third:6443"));
        const env = { KUBECONFIG: [first, join(folder, "absent"), second, third].join(":") };
        expect((await load({ env })).getCurrentCluster()?.server).to.equal("https://first:6443");
        const other = await load({ env, context: "cluster2" });
        expect(other.getCurrentCluster()?.server).to.equal("https://third:6443");
    });

    it("says which contexts there are when the one asked for is not", async () => {
        const path = file("a", kubeconfig("kind"));
        expect(await messageOf(load({ kubeconfig: path }))).to.equal(
            `no context cluster1 in ${path}, only kind`,
        );
    });

    it("says where it looked when there is no kubeconfig", async () => {
        expect(await messageOf(load({}))).to.equal(
            `no kubeconfig at ${join(folder, ".kube", "config")}`,
        );
    });
});

describe("connect", () => {
    let server: Server;
    let client: KubeClient;
    const seen: string[] = [];

    const answers: Readonly<Record<string, readonly [number, unknown]>> = {
        "GET /version": [200, { gitVersion: "v1.36.3" }],
        "GET /api/v1/namespaces/x/pods?limit=500": [
            200,
            { items: [{ metadata: { name: "a" } }], metadata: { continue: "next" } },
        ],
        "GET /api/v1/namespaces/x/pods?limit=500&continue=next": [
            200,
            { items: [{ metadata: { name: "b" } }], metadata: {} },
        ],
        "GET /api/v1/namespaces/x/secrets/s": [403, { message: "secrets is forbidden" }],
        "GET /api/v1/namespaces/x/services/s": [502, "<html>bad gateway</html>"],
        "POST /api/v1/namespaces": [409, { message: "already exists" }],
        "DELETE /api/v1/namespaces/gone": [404, { message: "not found" }],
    };

    before(async () => {
        const { pem, keyPem } = await makeAuthority("localhost");
        server = createServer({ cert: pem, key: keyPem }, (request, response) => {
            seen.push(`${request.method ?? ""} ${request.headers.authorization ?? ""}`);
            const [status, body] = answers[`${request.method ?? ""} ${request.url ?? ""}`] ?? [
                404,
                { message: "not found" },
            ];
            response.writeHead(status);
            response.end(typeof body === "string" ? body : JSON.stringify(body));
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as AddressInfo;
        const content = kubeconfig("cluster1", `https://127.0.0.1:${port}`, "token-1");
        client = await connect({
            kubeconfig: content,
            context: "cluster1",
            baseDir: "/",
            env: {},
        });
    });
    after(() => {
        server.close();
    });

    it("asks with the credentials of the context", async () => {
        expect(await client.version()).to.equal("v1.36.3");
        expect(seen.at(-1)).to.equal("GET Bearer token-1");
    });

    it("gathers every page of a list", async () => {
        const pods = await client.list("pods", { namespace: "x" });
        expect(pods.map(({ metadata }) => metadata?.name)).to.deep.equal(["a", "b"]);
    });

    it("takes what is not there for nothing", async () => {
        expect(await client.get("secrets", "absent", "x")).to.equal(undefined);
        expect(await client.list("peerauthentications")).to.deep.equal([]);
        await client.remove("namespaces", "gone");
    });

    it("gives the API server's own words for a refusal", async () => {
        expect(await messageOf(client.get("secrets", "s", "x"))).to.equal("secrets is forbidden");
        expect(await messageOf(client.get("services", "s", "x"))).to.equal("HTTP status 502");
        expect(await messageOf(client.create("namespaces", { metadata: { name: "y" } }))).to.equal(
            "already exists",
        );
    });

    it("says that a command could not be run when the server refuses the connection", async () => {
        const target = { namespace: "x", pod: "p", container: "c" };
        expect(await messageOf(client.exec(target, ["true"]))).to.match(/^command in x\/p: .*404/);
    });
});

describe("apiPath", () => {
    it("is the path of a kind or of an object, in a namespace or without", () => {
        expect(apiPath("pods")).to.equal("/api/v1/pods");
        expect(apiPath("namespaces", undefined, "x")).to.equal("/api/v1/namespaces/x");
        expect(apiPath("peerauthentications", "x")).to.equal(
            "/apis/security.istio.io/v1/namespaces/x/peerauthentications",
        );
        expect(apiPath("secrets", "x", "a/b")).to.equal("/api/v1/namespaces/x/secrets/a%2Fb");
    });
});

describe("waitingReason", () => {
    const cases: readonly { name: string; status: Pod["status"]; reason: string | undefined }[] = [
        {
            name: "the first container that waits",
            status: {
                initContainerStatuses: [
                    { name: "init", state: { terminated: { reason: "Completed" } } },
                ],
                containerStatuses: [
                    { name: "app", state: { waiting: { reason: "CrashLoopBackOff" } } },
                ],
            },
            reason: "app: CrashLoopBackOff",
        },
        {
            name: "the beginning of a long message",
            status: {
                containerStatuses: [
                    {
                        name: "app",
                        state: { waiting: { reason: "ErrImagePull", message: "x".repeat(300) } },
                    },
                ],
            },
            reason: `app: ErrImagePull, ${"x".repeat(117)}...`,
        },
        {
            name: "why it cannot be scheduled",
            status: {
                phase: "Pending",
                conditions: [{ type: "PodScheduled", status: "False", message: "no node" }],
            },
            reason: "no node",
        },
        { name: "its phase otherwise", status: { phase: "Pending" }, reason: "Pending" },
        { name: "nothing without a status", status: {}, reason: undefined },
    ];
    for (const { name, status, reason } of cases) {
        it(`is ${name}`, () => {
            expect(waitingReason(status === undefined ? {} : { status })).to.equal(reason);
        });
    }
});

describe("isReady", () => {
    const ready = { conditions: [{ type: "Ready", status: "True" }] };
    it("is what the pod says, unless it is being deleted", () => {
        expect(isReady({ status: ready })).to.equal(true);
        expect(isReady({ status: ready, metadata: { deletionTimestamp: "now" } })).to.equal(false);
        expect(isReady({})).to.equal(false);
    });
});
