import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { parse } from "yaml";

import { linksReadBy } from "../../components/topology/links";
import { setEnvironment } from "../support/environment";
import { base64, intermediateKey, readerToken } from "../support/fake-cluster";
import { expectGolden, goldenFolder, goldenOf } from "../support/golden";
import { type Played, playedTopology, topologyNames } from "../support/played";
import { masked, ofType, type Registration } from "../support/recorder";
import { topologies } from "../support/topologies";
import { addressOf, type Run } from "../support/world";

for (const topologyName of topologyNames) {
    describe(`the program on ${topologyName}`, () => {
        const stackNames = Object.keys(topologies[topologyName].clusters).sort();
        let played: Played;

        before(async () => {
            played = await playedTopology(topologyName);
        });

        const runOf = (name: string): Run => {
            const run = played.runs[name];
            if (run === undefined) {
                throw new Error(`${name} was not played`);
            }
            return run;
        };

        for (const name of stackNames) {
            it(`registers what is in ${name}.json when the mesh has converged`, () => {
                expectGolden(`${topologyName}/${name}.json`, goldenOf(runOf(name)));
            });

            it(`has nothing pending in ${name} when the mesh has converged`, () => {
                expect(runOf(name).outputs.mesh.pendingPeers).to.deep.equal([]);
            });

            it(`makes one remote secret per link that ${name} reads, of that cluster's own credential`, () => {
                const links = linksReadBy(played.mesh, stackOf(played, name));
                const secrets = remoteSecrets(runOf(name));
                expect(secrets.map(({ name: resource }) => resource)).to.deep.equal(
                    links.map(({ cluster }) => `link-${cluster}-remote-secret`),
                );
                for (const [i, { cluster }] of links.entries()) {
                    expectRemoteSecret(secrets[i], cluster, name);
                }
            });

            it(`gives every resource of ${name} the provider of that cluster`, () => {
                for (const registration of runOf(name).registrations) {
                    if (/^(isthmus|kubernetes)[:-]/.test(registration.type)) {
                        expect(registration.provider, registration.name).to.equal("cluster");
                    }
                }
                const [provider, ...others] = ofType(
                    runOf(name).registrations,
                    "pulumi:providers:kubernetes",
                );
                expect(others).to.be.empty;
                expect(provider?.inputs["context"]).to.equal(name);
                expect(provider?.inputs["enableSecretMutable"]).to.equal("true");
            });

            it(`tells istiod of ${name} the names that its peers use`, () => {
                const values = chartValues(runOf(name), "istio-istiod");
                expect(values).to.have.nested.property("global.multiCluster.clusterName", name);
                expect(values).to.have.nested.property("global.meshID", "mesh1");
                expect(values).to.have.nested.property(
                    "global.network",
                    runOf(name).outputs.mesh.network,
                );
            });

            it(`shows no secret of ${name} in what is not encrypted`, () => {
                const { registrations, outputs, secretOutputNames } = runOf(name);
                expect(secretOutputNames).to.deep.equal(["remoteAccess"]);
                const plain = JSON.stringify([
                    registrations.map(({ inputs }) => inputs),
                    outputs.mesh,
                ]);
                for (const secret of secretTexts(stackNames)) {
                    expect(plain).to.not.contain(secret);
                }
            });
        }

        it("annotates the namespace of each remote with its primary, and no other", () => {
            for (const { name, role } of played.mesh.clusters) {
                const namespace = objectNamed(runOf(name), "Namespace", "istio-system");
                expect(namespace.metadata.labels).to.deep.equal({
                    "topology.istio.io/network": runOf(name).outputs.mesh.network,
                });
                expect(namespace.metadata.annotations).to.deep.equal(
                    role.kind === "remote"
                        ? { "topology.istio.io/controlPlaneClusters": role.primary }
                        : undefined,
                );
            }
        });

        it("has selectors that meet the gateway's pods wherever there is a gateway", () => {
            for (const { name, gateway } of played.mesh.clusters) {
                if (gateway === undefined) {
                    continue;
                }
                // The gateway chart labels its pods app=<name> and istio=<name without istio->.
                const chart = chartValues(runOf(name), "east-west-gateway-chart");
                expect(chart).to.have.property("name", "istio-eastwestgateway");
                const service = objectNamed(runOf(name), "Service", "istio-eastwestgateway");
                expect(service.spec["selector"]).to.deep.equal({
                    app: "istio-eastwestgateway",
                    istio: "eastwestgateway",
                });
                for (const object of objectsOf(runOf(name), "Gateway")) {
                    expect(object.spec["selector"]).to.deep.equal({ istio: "eastwestgateway" });
                }
            }
        });

        it("opens on each gateway's Service the ports of the topology and no others", () => {
            for (const { name, gateway } of played.mesh.clusters) {
                const open = objectsOf(runOf(name), "Service").flatMap(({ spec }) =>
                    (spec["ports"] as { port: number }[]).map(({ port }) => port),
                );
                expect(open, name).to.deep.equal(gateway?.ports.map(({ port }) => port) ?? []);
            }
        });

        it("sends each remote to the address that its primary has published", () => {
            for (const { name, role } of played.mesh.clusters) {
                const values = chartValues(runOf(name), "istio-istiod");
                if (role.kind === "primary") {
                    expect(values).to.not.have.nested.property("global.remotePilotAddress");
                    continue;
                }
                expect(runOf(role.primary).outputs.mesh.eastWestAddresses).to.deep.equal([
                    addressOf(role.primary),
                ]);
                expect(values).to.have.nested.property(
                    "global.remotePilotAddress",
                    addressOf(role.primary),
                );
                expect(values).to.have.nested.property(
                    "istiodRemote.injectionPath",
                    `/inject/cluster/${name}/net/${runOf(name).outputs.mesh.network}`,
                );
            }
        });

        it("has one root in every cluster", () => {
            const fingerprints = new Set(
                stackNames.map((name) => runOf(name).outputs.mesh.rootFingerprint),
            );
            expect(fingerprints.size).to.equal(1);
            expect([...fingerprints][0]).to.match(/^[0-9a-f]{64}$/);
        });

        it("registers and publishes exactly the same when every stack runs once more", async () => {
            for (const name of stackNames) {
                const { registrations, outputs } = await played.world.up(name);
                expect(withoutReads(registrations), name).to.deep.equal(
                    withoutReads(runOf(name).registrations),
                );
                expect(outputs, name).to.deep.equal(runOf(name).outputs);
            }
        });
    });
}

describe("golden files", () => {
    it("belong to a stack of a topology, each of them", () => {
        for (const topologyName of topologyNames) {
            const folder = join(goldenFolder, topologyName);
            expect(existsSync(folder) ? readdirSync(folder).sort() : []).to.deep.equal(
                Object.keys(topologies[topologyName].clusters)
                    .sort()
                    .map((name) => `${name}.json`),
            );
        }
    });

    it("are not updated when the run is in CI", () => {
        const restore = setEnvironment({ UPDATE_GOLDEN: "1", CI: "true" });
        try {
            expect(() => {
                expectGolden("never-written.json", {});
            }).to.throw("golden files are not updated in CI");
        } finally {
            restore();
        }
        expect(existsSync(join(goldenFolder, "never-written.json"))).to.equal(false);
    });
});

interface KubernetesObject {
    readonly metadata: {
        readonly name: string;
        readonly labels?: unknown;
        readonly annotations?: unknown;
    };
    readonly spec: Readonly<Record<string, unknown>>;
}

function stackOf({ mesh }: Played, name: string) {
    const cluster = mesh.clusters.find((candidate) => candidate.name === name);
    if (cluster === undefined) {
        throw new Error(`no cluster ${name}`);
    }
    return cluster.name;
}

function remoteSecrets({ registrations }: Run): readonly Registration[] {
    return ofType(registrations, "kubernetes:core/v1:Secret").filter(
        ({ parent }) => parent?.startsWith("link-") ?? false,
    );
}

/** A stack that exists by now is read for the first time, which is no change of anything. */
function withoutReads(registrations: readonly Registration[]): readonly Registration[] {
    return registrations.filter(({ type }) => type !== "pulumi:pulumi:StackReference");
}

function expectRemoteSecret(secret: Registration | undefined, cluster: string, reader: string) {
    expect(secret?.inputs).to.deep.equal({
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
            name: `istio-remote-secret-${cluster}`,
            namespace: "istio-system",
            labels: { "istio/multiCluster": "true" },
            annotations: { "networking.istio.io/cluster": cluster },
        },
        stringData: masked,
    });
    const data = secret?.secrets["stringData"] as Record<string, string>;
    expect(Object.keys(data)).to.deep.equal([cluster]);
    expect(parse(data[cluster] ?? "")).to.deep.equal({
        apiVersion: "v1",
        kind: "Config",
        clusters: [
            {
                name: cluster,
                cluster: {
                    "certificate-authority-data": base64(`ca-${cluster}`),
                    server: `https://${cluster}.example:6443`,
                },
            },
        ],
        contexts: [{ name: cluster, context: { cluster, user: cluster } }],
        "current-context": cluster,
        users: [{ name: cluster, user: { token: readerToken(cluster, reader) } }],
    });
}

function chartValues({ registrations }: Run, name: string): Record<string, unknown> {
    const chart = registrations.find((registration) => registration.name === name);
    return (chart?.inputs["values"] ?? {}) as Record<string, unknown>;
}

function objectsOf({ registrations }: Run, kind: string): readonly KubernetesObject[] {
    return registrations
        .filter(({ inputs }) => inputs["kind"] === kind)
        .map(({ inputs }) => inputs as unknown as KubernetesObject);
}

function objectNamed(run: Run, kind: string, name: string): KubernetesObject {
    const found = objectsOf(run, kind).find(({ metadata }) => metadata.name === name);
    if (found === undefined) {
        throw new Error(`no ${kind} ${name}`);
    }
    return found;
}

/** Every secret text of the clusters, as it is and as a Secret's data would hold it. */
function secretTexts(clusters: readonly string[]): readonly string[] {
    const texts = clusters.flatMap((cluster) => [
        `key-of-${cluster}`,
        ...clusters.map((reader) => readerToken(cluster, reader)),
    ]);
    const keys = clusters.map((cluster) => base64(intermediateKey(cluster)));
    return [...texts, ...texts.map(base64), ...keys];
}
