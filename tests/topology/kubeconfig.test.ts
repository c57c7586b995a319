import { expect } from "chai";
import * as fc from "fast-check";
import { parse } from "yaml";

import { MeshError } from "../../components/topology/errors";
import {
    apiServerOf,
    isLoopback,
    renderReaderKubeconfig,
} from "../../components/topology/kubeconfig";

const credential = {
    clusterName: "cluster2",
    server: "https://cluster2.example:6443",
    caData: "Y2E=",
    token: "token-of-the-reader",
};

describe("renderReaderKubeconfig", () => {
    it("has the form of istioctl create-remote-secret", () => {
        expect(parse(renderReaderKubeconfig(credential))).to.deep.equal({
            apiVersion: "v1",
            kind: "Config",
            clusters: [
                {
                    name: "cluster2",
                    cluster: {
                        "certificate-authority-data": "Y2E=",
                        server: "https://cluster2.example:6443",
                    },
                },
            ],
            contexts: [{ name: "cluster2", context: { cluster: "cluster2", user: "cluster2" } }],
            "current-context": "cluster2",
            users: [{ name: "cluster2", user: { token: "token-of-the-reader" } }],
        });
    });

    it("names the server in its certificate when that differs from the host", () => {
        const text = renderReaderKubeconfig({ ...credential, tlsServerName: "kubernetes" });
        expect(apiServerOf(text)).to.deep.equal({
            server: credential.server,
            tlsServerName: "kubernetes",
        });
    });

    it("is read back whole when its values are any text", () => {
        fc.assert(
            fc.property(fc.string(), fc.string(), fc.webUrl(), (clusterName, token, server) => {
                const text = renderReaderKubeconfig({ clusterName, token, server, caData: "" });
                expect(apiServerOf(text)).to.deep.equal({ server });
                expect((parse(text) as { users: unknown }).users).to.deep.equal([
                    { name: clusterName, user: { token } },
                ]);
            }),
        );
    });
});

describe("apiServerOf", () => {
    const kubeconfig = `
apiVersion: v1
kind: Config
current-context: a
contexts:
    - { name: a, context: { cluster: cluster-of-a, user: me } }
    - { name: b, context: { cluster: cluster-of-b } }
    - { name: lost, context: { cluster: nowhere } }
    - { name: bare }
clusters:
    - { name: cluster-of-a, cluster: { server: "https://a.example" } }
    - name: cluster-of-b
      cluster: { server: "https://192.0.2.1:6443", tls-server-name: b.example }
`;

    it("follows the current context when none is named", () => {
        expect(apiServerOf(kubeconfig)).to.deep.equal({ server: "https://a.example" });
    });

    it("follows the named context when one is", () => {
        expect(apiServerOf(kubeconfig, "b")).to.deep.equal({
            server: "https://192.0.2.1:6443",
            tlsServerName: "b.example",
        });
    });

    for (const context of ["unknown", "lost", "bare"]) {
        it(`is undefined when the context is ${context}`, () => {
            expect(apiServerOf(kubeconfig, context)).to.equal(undefined);
        });
    }

    for (const [what, text] of Object.entries({
        "is no YAML": "users: [token: secret-token",
        "is text": "secret-token",
        "has contexts that are no list": "contexts: { secret-token: 1 }",
        "has a context that is nothing": "contexts: [null]",
        "has a server that is no text":
            "clusters: [{ name: a, cluster: { server: 6443 } }] # secret-token",
    })) {
        it(`rejects what ${what} and shows nothing of it`, () => {
            expect(() => apiServerOf(text, "a"))
                .to.throw(MeshError)
                .with.property("problems")
                .that.deep.equals([
                    "config.kubeconfig: not a kubeconfig; expected YAML with contexts and clusters, " +
                        "in isthmus:kubeconfig or KUBECONFIG; correct the file, or name another",
                ]);
        });
    }

    it("accepts the nulls that kubectl writes for what is empty", () => {
        expect(apiServerOf("contexts: null\nclusters: null\n", "a")).to.equal(undefined);
    });

    it("is undefined when the kubeconfig is empty", () => {
        expect(apiServerOf("")).to.equal(undefined);
        expect(apiServerOf("{}", "a")).to.equal(undefined);
    });
});

describe("isLoopback", () => {
    for (const server of [
        "https://localhost:6443",
        "https://127.0.0.1",
        "https://127.1:6443",
        "https://[::1]:6443",
        "https://0.0.0.0:6443",
    ]) {
        it(`is true when the server is ${server}`, () => {
            expect(isLoopback(server)).to.equal(true);
        });
    }

    for (const server of [
        "https://10.0.0.1:6443",
        "https://localhost.example",
        "https://[fd00::1]:6443",
        "https://128.0.0.1",
        "not an address",
        "",
    ]) {
        it(`is false when the server is "${server}"`, () => {
            expect(isLoopback(server)).to.equal(false);
        });
    }
});
