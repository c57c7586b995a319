import { expect } from "chai";

import { MeshError } from "../../components/topology/errors";
import {
    type ConfigEntries,
    type ProgramConfig,
    readConfig,
} from "../../components/topology/stack-config";
import { meshValue, topologies } from "../support/topologies";

const primaryRemote = JSON.stringify(topologies["primary-remote-two-networks"]);
const provided = JSON.stringify(
    meshValue({ cluster1: { role: "primary", network: "network1" } }, { trust: "provided" }),
);

const pem = (what: string, body = "text") =>
    `-----BEGIN ${what}-----\n${body}\n-----END ${what}-----\n`;
const cacerts = {
    rootCert: pem("CERTIFICATE"),
    caCert: pem("CERTIFICATE"),
    caKey: pem("RSA PRIVATE KEY"),
    certChain: pem("CERTIFICATE"),
};

const kubeconfig = `
contexts: [{ name: cluster1, context: { cluster: one } }, { name: two, context: { cluster: two } }]
clusters:
    - { name: one, cluster: { server: "https://one.example" } }
    - { name: two, cluster: { server: "https://two.example" } }
`;

describe("readConfig", () => {
    it("gives the mesh, the cluster of the stack and the defaults when only the mesh is set", () => {
        const config = read({ mesh: primaryRemote });
        expect(config.cluster.name).to.equal("cluster1");
        expect(config.mesh.clusters).to.have.length(2);
        expect(config.stack).to.deep.equal({ values: {}, charts: {}, detached: [] });
        expect(config.apiServer).to.deep.equal({ server: "https://one.example" });
    });

    it("takes the API server of the configured context when there is one", () => {
        const config = read({ mesh: primaryRemote, context: "two" });
        expect(config.apiServer).to.deep.equal({ server: "https://two.example" });
    });

    it("takes the API server of the first kubeconfig that has the context", () => {
        const other = kubeconfig.replaceAll("example", "other").replace("cluster1", "cluster9");
        const config = readConfig({ mesh: primaryRemote }, "cluster1", () => [other, kubeconfig]);
        expect(config.apiServer).to.deep.equal({ server: "https://one.example" });
    });

    it("takes the configured API server when there is one", () => {
        const apiServer = { server: "https://203.0.113.5:6443", tlsServerName: "kubernetes" };
        const config = read({ mesh: primaryRemote, apiServer: JSON.stringify(apiServer) });
        expect(config.apiServer).to.deep.equal(apiServer);
    });

    it("has no API server when there is no kubeconfig yet", () => {
        const config = readConfig({ mesh: primaryRemote }, "cluster1", () => []);
        expect(config.apiServer).to.equal(undefined);
    });

    it("hands the configured kubeconfig to whoever reads it", () => {
        const asked: (string | undefined)[] = [];
        readConfig({ mesh: primaryRemote, kubeconfig: "some/path" }, "cluster1", (configured) => {
            asked.push(configured);
            return [];
        });
        expect(asked).to.deep.equal(["some/path"]);
    });

    it("takes charts from elsewhere when the stack says so", () => {
        const charts = { istio: { folder: "charts" }, certManager: "oci://registry.example/cm" };
        const { mesh } = read({ mesh: primaryRemote, charts: JSON.stringify(charts) });
        expect(mesh.istio).to.deep.equal({ version: "1.31.0", charts: { folder: "charts" } });
        expect(mesh.certManager.chart).to.equal("oci://registry.example/cm");
    });

    it("accepts a provided CA when it is given as PEM", () => {
        const config = read({ mesh: provided, cacerts: JSON.stringify(cacerts) });
        expect(config.stack.cacerts).to.deep.equal(cacerts);
    });

    const unknownKey =
        "unknown key; expected a key of the schema; remove it or correct its spelling";
    const rejected: Record<string, { entries: ConfigEntries; stack?: string; lines: string[] }> = {
        "a stack whose name is no cluster": {
            entries: { mesh: primaryRemote },
            stack: "dev",
            lines: [
                'stack: no cluster of the mesh has this name, got "dev"; expected "cluster1" or "cluster2"; select the stack of a cluster, or add the cluster to mesh.clusters',
            ],
        },
        "a configuration without a mesh": {
            entries: {},
            lines: ["mesh: missing; expected a mapping; add it"],
        },
        "a mesh that is no JSON": {
            entries: { mesh: "{nonsense" },
            lines: ['mesh: wrong type, got "{nonsense"; expected a mapping; correct it'],
        },
        "unknown keys": {
            entries: { mesh: primaryRemote, contxt: "a", charts: '{"istoi":{}}' },
            lines: [`config.charts.istoi: ${unknownKey}`, `config.contxt: ${unknownKey}`],
        },
        "problems of the mesh and of the stack, all at once": {
            entries: { mesh: "{}", contxt: "a" },
            lines: [
                "mesh.meshId: missing; expected text; add it",
                'mesh.trust: missing; expected a mapping or "provided"; choose one form',
                "mesh.clusters: missing; expected a mapping; add it",
                `config.contxt: ${unknownKey}`,
            ],
        },
        "an API server that is not https": {
            entries: { mesh: primaryRemote, apiServer: '{"server":"http://one.example"}' },
            lines: [
                'config.apiServer.server: invalid value, got "http://one.example"; expected an https URL; correct it',
            ],
        },
        "a detached cluster that is no peer": {
            entries: { mesh: primaryRemote, detached: '["cluster1","cluster2","cluster9"]' },
            lines: [
                'config.detached[0]: not a peer of this cluster, got "cluster1"; expected "cluster2"; remove it',
                'config.detached[2]: not a peer of this cluster, got "cluster9"; expected "cluster2"; remove it',
            ],
        },
        "a provided trust without a CA": {
            entries: { mesh: provided },
            lines: [
                "config.cacerts: missing, and mesh.trust is provided; expected rootCert, caCert, caKey and certChain as PEM text; run pulumi config set --secret --path isthmus:cacerts.rootCert and so on in stack cluster1",
            ],
        },
        "values for the Service that the chart does not make": {
            entries: { mesh: primaryRemote, values: '{"gateway":{"service":{}}}' },
            lines: [
                "config.values.gateway.service: the chart does not make the Service; expected gateway.address, serviceAnnotations, sourceRanges, externalTrafficPolicy or loadBalancerClass; move it to gateway of the cluster in the mesh",
            ],
        },
    };
    for (const [what, { entries, stack, lines }] of Object.entries(rejected)) {
        it(`rejects ${what}`, () => {
            expect(problemsOf(() => read(entries, stack))).to.deep.equal(lines);
        });
    }

    const secretText = "a secret that must not be shown";
    const leaky: Record<string, ConfigEntries> = {
        "a CA key that is no PEM": {
            mesh: provided,
            cacerts: JSON.stringify({ ...cacerts, caKey: secretText }),
        },
        "a CA key of the wrong type": {
            mesh: provided,
            cacerts: JSON.stringify({ ...cacerts, caKey: [secretText] }),
        },
        "a CA that is text": { mesh: provided, cacerts: secretText },
        "a kubeconfig of the wrong type": {
            mesh: primaryRemote,
            kubeconfig: JSON.stringify([secretText]),
        },
    };
    for (const [what, entries] of Object.entries(leaky)) {
        it(`shows no secret when it rejects ${what}`, () => {
            const lines = problemsOf(() => read(entries));
            expect(lines).to.not.be.empty;
            expect(lines.join("\n")).to.not.contain(secretText);
        });
    }
});

function read(entries: ConfigEntries, stack = "cluster1"): ProgramConfig {
    return readConfig(entries, stack, () => [kubeconfig]);
}

function problemsOf(action: () => unknown): readonly string[] {
    try {
        action();
    } catch (error) {
        if (error instanceof MeshError) {
            return error.problems;
        }
        throw error;
    }
    return [];
}
