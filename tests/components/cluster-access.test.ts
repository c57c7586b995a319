import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { expect } from "chai";

import { isReachable, readKubeconfigs } from "../../components/cluster-access";
import { setEnvironment } from "../support/environment";

describe("readKubeconfigs", () => {
    let folder: string;
    let one: string;
    let two: string;

    before(() => {
        folder = mkdtempSync(join(tmpdir(), "isthmus-test-"));
        [one, two] = [join(folder, "one"), join(folder, "two")];
        writeFileSync(one, "current-context: one\n");
        writeFileSync(two, "current-context: two\n");
    });

    after(() => {
        rmSync(folder, { recursive: true });
    });

    it("gives the configured text back when that is the content itself", () => {
        const content = "apiVersion: v1\nkind: Config\n";
        expect(readKubeconfigs(content)).to.deep.equal([content]);
    });

    it("reads the configured path alone when there is one", () => {
        expect(whereKubeconfigIs(two, one)).to.deep.equal(["current-context: one\n"]);
    });

    it("reads every file of KUBECONFIG, in order, when nothing is configured", () => {
        const files = [two, join(folder, "missing"), one].join(delimiter);
        expect(whereKubeconfigIs(files, undefined)).to.deep.equal([
            "current-context: two\n",
            "current-context: one\n",
        ]);
    });

    it("gives nothing when there is no such file", () => {
        expect(whereKubeconfigIs(join(folder, "missing"), undefined)).to.deep.equal([]);
        expect(whereKubeconfigIs(one, join(folder, "missing"))).to.deep.equal([]);
    });
});

describe("isReachable", () => {
    let restore: () => void;
    let server: Server;

    before(async () => {
        restore = setEnvironment({ HTTPS_PROXY: undefined, https_proxy: undefined });
        server = await listen();
    });

    after(async () => {
        restore();
        await close(server);
    });

    it("is true when something takes the connection", async () => {
        expect(await isReachable({ server: urlOf(server) })).to.equal(true);
    });

    it("is false when nothing takes it", async () => {
        const closed = await listen();
        const url = urlOf(closed);
        await close(closed);
        expect(await isReachable({ server: url })).to.equal(false);
    });

    it("is false when there is no API server yet", async () => {
        expect(await isReachable(undefined)).to.equal(false);
    });

    it("is true when a proxy stands before it", async () => {
        const without = setEnvironment({ HTTPS_PROXY: "http://proxy.example" });
        try {
            expect(await isReachable({ server: "https://cluster1.invalid" })).to.equal(true);
        } finally {
            without();
        }
    });
});

function whereKubeconfigIs(path: string, configured: string | undefined): readonly string[] {
    const restore = setEnvironment({ KUBECONFIG: path });
    try {
        return readKubeconfigs(configured);
    } finally {
        restore();
    }
}

async function listen(): Promise<Server> {
    const server = createServer();
    await new Promise<void>((resolve) => {
        server.listen(0, "127.0.0.1", resolve);
    });
    return server;
}

async function close(server: Server): Promise<void> {
    await new Promise((resolve) => server.close(resolve));
}

function urlOf(server: Server): string {
    const address = server.address();
    if (typeof address !== "object" || address === null) {
        throw new Error("the server does not listen");
    }
    return `https://127.0.0.1:${address.port}`;
}
