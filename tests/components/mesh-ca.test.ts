import { expect } from "chai";

import { MeshCa, type MeshCaArgs } from "../../components/control-plane/mesh-ca";
import { recordComponent, type Recorded, shapeOf } from "../support/component";
import { intermediateCertificate, intermediateKey, rootCertificate } from "../support/fake-cluster";
import { ofType, registered } from "../support/recorder";
import { named } from "../support/topologies";
import { isSecret, valueOf } from "../support/value-of";

const certificateType = "kubernetes:cert-manager.io/v1:Certificate";
const webhookType = (kind: string) =>
    `kubernetes:admissionregistration.k8s.io/v1:${kind}WebhookConfigurationPatch`;

describe("MeshCa", () => {
    const primaries = [named("cluster1"), named("cluster2")];

    it("makes cert-manager, the root and one intermediate per primary, and nothing else", async () => {
        const { registrations } = await record({ primaries });
        expect(shapeOf(registrations)).to.deep.equal([
            "isthmus:index:MeshCa ca",
            "kubernetes-cert-manager:index:CertManager ca-cert-manager in ca",
            `${webhookType("Mutating")} ca-mutating-webhook in ca`,
            `${webhookType("Validating")} ca-validating-webhook in ca`,
            `${certificateType} ca-cluster1 in ca`,
            `${certificateType} ca-cluster2 in ca`,
            `${certificateType} ca-root in ca`,
            "kubernetes:cert-manager.io/v1:Issuer ca-issuer in ca",
            "kubernetes:cert-manager.io/v1:Issuer ca-self-signed in ca",
            "kubernetes:core/v1:Namespace ca-cert-manager-namespace in ca",
            "kubernetes:core/v1:Namespace ca-namespace in ca",
            "kubernetes:core/v1:Secret ca-cluster1-secret in ca",
            "kubernetes:core/v1:Secret ca-cluster2-secret in ca",
            "random:index/randomId:RandomId ca-root-id in ca",
        ]);
        for (const { name, provider, type } of registrations) {
            if (!type.startsWith("random:")) {
                expect(provider, name).to.equal("cluster");
            }
        }
    });

    it("issues for the primaries alone when there are others", async () => {
        const { component, registrations } = await record({ primaries: [named("cluster2")] });
        expect(ofType(registrations, certificateType).map(({ name }) => name)).to.deep.equal([
            "ca-cluster2",
            "ca-root",
        ]);
        expect(Object.keys(component.intermediates)).to.deep.equal(["cluster2"]);
    });

    it("signs the intermediates with the root, which signs itself", async () => {
        const { registrations } = await record({ primaries });
        const spec = (name: string) => registered(registrations, name).inputs["spec"];
        expect(spec("ca-self-signed")).to.deep.equal({ selfSigned: {} });
        expect(spec("ca-root")).to.deep.include({
            isCA: true,
            secretName: "mesh-root",
            duration: "87600h0m0s",
            issuerRef: { name: "self-signed", kind: "Issuer", group: "cert-manager.io" },
        });
        expect(spec("ca-issuer")).to.deep.equal({ ca: { secretName: "mesh-root" } });
        expect(spec("ca-cluster2")).to.deep.include({
            isCA: true,
            secretName: "intermediate-cluster2",
            commonName: "Intermediate CA",
            subject: { organizations: ["Istio"], localities: ["cluster2"] },
            dnsNames: ["istiod.istio-system.svc"],
            issuerRef: { name: "mesh-root", kind: "Issuer", group: "cert-manager.io" },
        });
    });

    it("waits at each step for what the next one needs", async () => {
        const { registrations } = await record({ primaries });
        const dependsOn = (name: string) => registered(registrations, name).dependsOn;
        expect(dependsOn("ca-cert-manager")).to.deep.equal(["ca-cert-manager-namespace"]);
        expect(dependsOn("ca-mutating-webhook")).to.deep.equal(["ca-cert-manager"]);
        expect(dependsOn("ca-validating-webhook")).to.deep.equal(["ca-cert-manager"]);
        expect(dependsOn("ca-self-signed")).to.deep.equal([
            "ca-mutating-webhook",
            "ca-namespace",
            "ca-validating-webhook",
        ]);
        expect(dependsOn("ca-root")).to.include("ca-self-signed");
        expect(dependsOn("ca-issuer")).to.deep.equal(["ca-root"]);
        expect(dependsOn("ca-cluster1")).to.deep.equal(["ca-issuer"]);
        for (const name of ["ca-self-signed", "ca-root", "ca-issuer", "ca-cluster1"]) {
            expect(registered(registrations, name).inputs["metadata"], name).to.have.deep.property(
                "annotations",
                { "pulumi.com/waitFor": "condition=Ready" },
            );
        }
    });

    it("goes on only when cert-manager's webhooks have their CA", async () => {
        const { registrations } = await record({ primaries });
        for (const name of ["ca-mutating-webhook", "ca-validating-webhook"]) {
            expect(registered(registrations, name).inputs["metadata"], name).to.deep.equal({
                name: "cert-manager-webhook",
                annotations: {
                    "pulumi.com/waitFor": "jsonpath={.webhooks[0].clientConfig.caBundle}",
                },
            });
        }
    });

    it("gives each intermediate as a secret, decoded", async () => {
        const { component } = await record({ primaries });
        const intermediate = component.intermediates["cluster2"];
        if (intermediate === undefined) {
            throw new Error("no intermediate of cluster2");
        }
        expect(await isSecret(intermediate)).to.equal(true);
        expect(await valueOf(intermediate)).to.deep.equal({
            certificate: intermediateCertificate("cluster2"),
            key: intermediateKey("cluster2"),
            root: rootCertificate,
        });
    });

    it("takes cert-manager from the official repository when no chart is named", async () => {
        expect(helmOptions(await record({ primaries }))).to.deep.equal({
            name: "cert-manager",
            namespace: "cert-manager",
            chart: "cert-manager",
            version: "v1.21.2",
            repositoryOpts: { repo: "https://charts.jetstack.io" },
            values: {},
        });
    });

    it("takes cert-manager from elsewhere when a chart is named", async () => {
        const chart = { version: "v1.21.2", chart: "charts/cert-manager" };
        expect(helmOptions(await record({ primaries, chart }))).to.deep.equal({
            name: "cert-manager",
            namespace: "cert-manager",
            chart: "charts/cert-manager",
            repositoryOpts: { repo: "" },
            values: {},
        });
    });

    it("passes values on, to the component's own arguments where it has one", async () => {
        const values = { replicaCount: 2, crds: { keep: true }, installCRDs: false };
        const recorded = await record({ primaries, values });
        const { inputs } = registered(recorded.registrations, "ca-cert-manager");
        expect(inputs["replicaCount"]).to.equal(2);
        expect(inputs["installCRDs"]).to.equal(false);
        expect(helmOptions(recorded)["values"]).to.deep.equal({ crds: { keep: true } });
    });
});

function record(over: Partial<MeshCaArgs>): Promise<Recorded<MeshCa>> {
    const args = { primaries: [], chart: { version: "v1.21.2" }, values: {}, ...over };
    return recordComponent(({ provider }) => new MeshCa("ca", args, { providers: [provider] }));
}

function helmOptions({ registrations }: Recorded<MeshCa>): Record<string, unknown> {
    const { inputs } = registered(registrations, "ca-cert-manager");
    return inputs["helmOptions"] as Record<string, unknown>;
}
