import { expect } from "chai";

import { chartReference } from "../../components/control-plane/chart";
import { IstioPrimary } from "../../components/control-plane/istio-primary";
import { IstioRemote } from "../../components/control-plane/istio-remote";
import { recordComponent, shapeOf } from "../support/component";
import { registered, type Registration } from "../support/recorder";
import { base64, rootCertificate } from "../support/fake-cluster";
import { clusterOf, topology, type TopologyName } from "../support/topologies";

const repositoryOpts = { repo: "https://istio-release.storage.googleapis.com/charts" };

describe("IstioPrimary", () => {
    it("makes base, then istiod", async () => {
        const registrations = await primary("primary-remote-two-networks");
        expect(shapeOf(registrations)).to.deep.equal([
            "isthmus:index:IstioPrimary istio",
            "kubernetes:helm.sh/v4:Chart istio-base in istio",
            "kubernetes:helm.sh/v4:Chart istio-istiod in istio",
        ]);
        expect(registered(registrations, "istio-istiod").dependsOn).to.include("istio-base");
        for (const { name, provider } of registrations) {
            expect(provider, name).to.equal("cluster");
        }
    });

    it("waits for istiod's Service when no gateway will show that it is reached", async () => {
        const alone = await primary("multi-primary-one-network");
        const behindGateway = await primary("multi-primary-two-networks");
        expect(valuesOf(alone, "istio-istiod")).not.to.have.property("serviceAnnotations");
        expect(valuesOf(behindGateway, "istio-istiod")).to.deep.include({
            serviceAnnotations: { "pulumi.com/skipAwait": "true" },
        });
    });

    it("takes the pinned charts from the repository, under the names that Istio expects", async () => {
        const registrations = await primary("primary-remote-two-networks");
        expect(registered(registrations, "istio-base").inputs).to.deep.equal({
            chart: "base",
            name: "istio-base",
            namespace: "istio-system",
            version: "1.31.0",
            repositoryOpts,
            values: {
                global: { externalIstiod: true },
                base: { validationFailurePolicy: "Fail" },
            },
        });
        expect(registered(registrations, "istio-istiod").inputs).to.deep.include({
            chart: "istiod",
            name: "istiod",
            namespace: "istio-system",
        });
    });

    it("serves remotes when it has some", async () => {
        const registrations = await primary("primary-remote-two-networks");
        expect(valuesOf(registrations, "istio-istiod")).to.deep.include({
            global: {
                meshID: "mesh1",
                multiCluster: { clusterName: "cluster1" },
                network: "network1",
                externalIstiod: true,
            },
            meshConfig: { trustDomain: "cluster.local" },
            base: { validationFailurePolicy: "Fail" },
        });
    });

    it("serves no remote when it has none", async () => {
        const registrations = await primary("multi-primary-two-networks");
        expect(valuesOf(registrations, "istio-base")).to.deep.equal({
            base: { validationFailurePolicy: "Fail" },
        });
        expect(valuesOf(registrations, "istio-istiod")).to.not.have.nested.property(
            "global.externalIstiod",
        );
    });

    it("answers to a host name when remotes call it by one", async () => {
        const registrations = await primary("primary-remote-two-networks", {
            customHost: "lb.example",
        });
        expect(valuesOf(registrations, "istio-istiod")).to.have.deep.property("pilot", {
            env: { ISTIOD_CUSTOM_HOST: "lb.example" },
        });
    });

    it("lets given values win and keeps the rest", async () => {
        const values = {
            base: { base: { validationFailurePolicy: "Ignore" } },
            istiod: { global: { logging: { level: "debug" } }, pilot: { replicaCount: 2 } },
        };
        const registrations = await primary("multi-primary-two-networks", { values });
        expect(valuesOf(registrations, "istio-base")).to.deep.equal({
            base: { validationFailurePolicy: "Ignore" },
        });
        const istiod = valuesOf(registrations, "istio-istiod");
        expect(istiod).to.have.nested.property("global.meshID", "mesh1");
        expect(istiod).to.have.nested.property("global.logging.level", "debug");
        expect(istiod).to.have.nested.property("pilot.replicaCount", 2);
    });

    it("leaves the charts empty when no cluster can be asked", async () => {
        const registrations = await primary("multi-primary-two-networks", { renderCharts: false });
        expect(registered(registrations, "istio-base").inputs).to.deep.equal({});
        expect(registered(registrations, "istio-istiod").inputs).to.deep.equal({});
    });
});

describe("IstioRemote", () => {
    const values = async (address: string, chart: string) =>
        valuesOf(await remote(address), `istio-${chart}`);

    it("makes base, then istiod without a control plane", async () => {
        const registrations = await remote("203.0.113.1");
        expect(shapeOf(registrations)).to.deep.equal([
            "isthmus:index:IstioRemote istio",
            "kubernetes:helm.sh/v4:Chart istio-base in istio",
            "kubernetes:helm.sh/v4:Chart istio-istiod in istio",
        ]);
        expect(registered(registrations, "istio-istiod").dependsOn).to.include("istio-base");
    });

    for (const address of ["203.0.113.1", "2001:db8::1"]) {
        it(`dials its primary by an EndpointSlice when the address is ${address}`, async () => {
            expect(await values(address, "istiod")).to.deep.equal({
                profile: "remote",
                global: {
                    meshID: "mesh1",
                    multiCluster: { clusterName: "cluster2" },
                    network: "network2",
                    configCluster: true,
                    remotePilotAddress: address,
                },
                istiodRemote: { injectionPath: "/inject/cluster/cluster2/net/network2" },
                base: { validationFailurePolicy: "Fail" },
            });
            expect(await values(address, "base")).to.deep.equal({
                profile: "remote",
                global: { externalIstiod: true },
                base: { validationFailurePolicy: "Fail" },
            });
        });
    }

    it("calls the webhook by URL and has no validator when the address is a host name", async () => {
        expect(await values("lb.example", "istiod")).to.deep.equal({
            profile: "remote",
            global: {
                meshID: "mesh1",
                multiCluster: { clusterName: "cluster2" },
                network: "network2",
                configCluster: true,
                remotePilotAddress: "lb.example",
                configValidation: false,
            },
            istiodRemote: {
                injectionURL:
                    "https://lb.example:15017/inject/:ENV:cluster=cluster2:ENV:net=network2",
                injectionCABundle: base64(rootCertificate),
            },
            base: { validationFailurePolicy: "Fail" },
        });
        expect(await values("lb.example", "base")).to.have.property("defaultRevision", "");
    });
});

describe("chartReference", () => {
    const references = [
        {
            source: { repository: "https://charts.example" },
            reference: {
                chart: "istiod",
                version: "1.31.0",
                repositoryOpts: { repo: "https://charts.example" },
            },
        },
        { source: { folder: "charts" }, reference: { chart: "charts/istiod" } },
        {
            source: { oci: "oci://registry.example/charts" },
            reference: { chart: "oci://registry.example/charts/istiod", version: "1.31.0" },
        },
    ];
    for (const { source, reference } of references) {
        it(`leads to the chart when the source is a ${Object.keys(source).join()}`, () => {
            expect(chartReference("istiod", source, "1.31.0")).to.deep.equal(reference);
        });
    }
});

type PrimaryArgs = ConstructorParameters<typeof IstioPrimary>[1];

async function primary(
    name: TopologyName,
    over: Partial<PrimaryArgs> = {},
): Promise<readonly Registration[]> {
    const mesh = topology(name);
    const { registrations } = await recordComponent(
        (opts) =>
            new IstioPrimary(
                "istio",
                {
                    mesh,
                    cluster: clusterOf(mesh, "cluster1"),
                    namespace: "istio-system",
                    renderCharts: true,
                    values: {},
                    ...over,
                },
                opts,
            ),
    );
    return registrations;
}

async function remote(address: string): Promise<readonly Registration[]> {
    const mesh = topology("primary-remote-two-networks");
    const { registrations } = await recordComponent(
        (opts) =>
            new IstioRemote(
                "istio",
                {
                    mesh,
                    cluster: clusterOf(mesh, "cluster2"),
                    namespace: "istio-system",
                    renderCharts: true,
                    endpoint: { address, rootCertificate },
                    values: {},
                },
                opts,
            ),
    );
    return registrations;
}

function valuesOf(registrations: readonly Registration[], chart: string): object {
    return registered(registrations, chart).inputs["values"] as object;
}
