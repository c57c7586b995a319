import { expect } from "chai";

import { baseValues, primaryValues, remoteValues } from "../../components/control-plane/values";
import { type ChartName, unknownValues } from "../support/chart-values";
import { rootCertificate } from "../support/fake-cluster";
import { knownKinds, schemaProblems } from "../support/object-schemas";
import { everyRegistration } from "../support/played";
import { ofType, type Registration } from "../support/recorder";
import { clusterOf, topology } from "../support/topologies";

describe("objects of Istio and cert-manager", () => {
    let objects: readonly Registration[];

    before(async () => {
        objects = (await everyRegistration()).filter(({ inputs: { apiVersion } }) =>
            typeof apiVersion === "string"
                ? /(^|\.)(istio|cert-manager)\.io\//.test(apiVersion)
                : false,
        );
    });

    it("are of every kind whose schema is known, and of no other", () => {
        const kinds = objects.map(
            ({ inputs }) => `${String(inputs["apiVersion"])} ${String(inputs["kind"])}`,
        );
        expect([...new Set(kinds)].sort()).to.deep.equal([...knownKinds].sort());
    });

    it("have what the pinned schemas ask for and no field that they do not know", () => {
        for (const { name, inputs } of objects) {
            expect(schemaProblems(inputs), name).to.deep.equal([]);
        }
    });

    const wrong: Record<string, { kind: string; spec: object; problem: RegExp }> = {
        "a misspelt field": {
            kind: "Gateway",
            spec: { selektor: {} },
            problem: /must NOT have additional properties.*selektor/,
        },
        "a misspelt field in a list": {
            kind: "Gateway",
            spec: { servers: [{ port: { number: 1, name: "a", protocol: "TLS" }, host: ["*"] }] },
            problem: /servers\/0: .*additional properties.*"host"/,
        },
        "a field that is missing": {
            kind: "Gateway",
            spec: { servers: [{ hosts: ["*"] }] },
            problem: /must have required property 'port'/,
        },
        "a value out of the list": {
            kind: "Gateway",
            spec: {
                servers: [
                    {
                        port: { number: 1, name: "a", protocol: "TLS" },
                        hosts: ["*"],
                        tls: { mode: "AUTO" },
                    },
                ],
            },
            problem: /tls\/mode: must be equal to one of the allowed values/,
        },
        "a value of another type": {
            kind: "VirtualService",
            spec: { tls: [{ match: [{ port: "15012", sniHosts: ["*"] }] }] },
            problem: /match\/0\/port: must be integer/,
        },
    };
    for (const [what, { kind, spec, problem }] of Object.entries(wrong)) {
        it(`are refused when they have ${what}`, () => {
            const object = {
                apiVersion: "networking.istio.io/v1",
                kind,
                metadata: { name: "a" },
                spec,
            };
            expect(schemaProblems(object).join("\n")).to.match(problem);
        });
    }
});

describe("values of Istio's charts", () => {
    it("exist in the pinned charts, all that a topology sets", async () => {
        const charts = ofType(await everyRegistration(), "kubernetes:helm.sh/v4:Chart");
        const seen = new Set<string>();
        for (const { name, inputs } of charts) {
            const chart = inputs["chart"] as ChartName;
            seen.add(chart);
            const values = inputs["values"] as Record<string, unknown>;
            expect(unknownValues(chart, values), `${chart} of ${name}`).to.deep.equal([]);
        }
        expect([...seen].sort()).to.deep.equal(["base", "gateway", "istiod"]);
    });

    it("exist in the pinned charts when remotes dial a host name", () => {
        const mesh = topology("primary-remote-two-networks");
        const [primary, remote] = [clusterOf(mesh, "cluster1"), clusterOf(mesh, "cluster2")];
        const endpoint = { address: "lb.example", rootCertificate };
        expect(unknownValues("base", baseValues(mesh, remote, "lb.example"))).to.be.empty;
        expect(unknownValues("istiod", primaryValues(mesh, primary, "lb.example"))).to.be.empty;
        expect(unknownValues("istiod", remoteValues(mesh, remote, endpoint))).to.be.empty;
    });

    it("are refused when they are misspelt", () => {
        const values = {
            global: { meshId: "mesh1", multiCluster: { clustername: "a" } },
            pilot: { environment: { A: "b" }, env: { ANY: "thing" } },
            meshConfig: { anything: true },
            profile: "remote",
        };
        expect(unknownValues("istiod", values)).to.deep.equal([
            "global.meshId",
            "global.multiCluster.clustername",
            "pilot.environment.A",
        ]);
        expect(unknownValues("gateway", { label: { a: "b" }, labels: { a: "b" } })).to.deep.equal([
            "label.a",
        ]);
    });
});
