import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { parse } from "yaml";

import { PeerLink } from "../../components/link/peer-link";
import { ReaderAccess } from "../../components/link/reader-access";
import { linksReadBy } from "../../components/topology/links";
import { recordComponent, shapeOf } from "../support/component";
import { base64, readerToken } from "../support/fake-cluster";
import { masked, ofType, registered } from "../support/recorder";
import { named, topology } from "../support/topologies";
import { isSecret, valueOf } from "../support/value-of";

describe("PeerLink", () => {
    const [link] = linksReadBy(topology("primary-remote-two-networks"), named("cluster1"));
    if (link === undefined) {
        throw new Error("cluster1 reads no cluster");
    }
    const record = (kubeconfig: pulumi.Input<string>) =>
        recordComponent(
            (opts) => new PeerLink("link", { link, namespace: "istio-system", kubeconfig }, opts),
        );

    it("makes the remote secret of the cluster, under the names that istiod looks for", async () => {
        const { registrations } = await record(pulumi.secret("kubeconfig"));
        expect(shapeOf(registrations)).to.deep.equal([
            "isthmus:index:PeerLink link",
            "kubernetes:core/v1:Secret link-remote-secret in link",
        ]);
        const { provider, inputs, secrets } = registered(registrations, "link-remote-secret");
        expect(provider).to.equal("cluster");
        expect(inputs["metadata"]).to.deep.equal({
            name: "istio-remote-secret-cluster2",
            namespace: "istio-system",
            labels: { "istio/multiCluster": "true" },
            annotations: { "networking.istio.io/cluster": "cluster2" },
        });
        expect(secrets["stringData"]).to.deep.equal({ cluster2: "kubeconfig" });
    });

    it("keeps the kubeconfig secret when the caller did not mark it", async () => {
        const { registrations } = await record("kubeconfig in the clear");
        expect(registered(registrations, "link-remote-secret").inputs["stringData"]).to.equal(
            masked,
        );
        expect(JSON.stringify(registrations.map(({ inputs }) => inputs))).to.not.contain("clear");
    });
});

describe("ReaderAccess", () => {
    const apiServer = { server: "https://cluster1.example:6443", tlsServerName: "kubernetes" };
    const cluster = named("cluster1");
    const readers = [named("cluster2"), named("cluster3")];
    const record = () =>
        recordComponent((opts) =>
            readers.map(
                (reader) =>
                    new ReaderAccess(
                        `reader-${reader}`,
                        { cluster, reader, namespace: "istio-system", apiServer },
                        opts,
                    ),
            ),
        );

    it("makes one token per reader, of Istio's reader account", async () => {
        const { registrations } = await record();
        const tokens = ofType(registrations, "kubernetes:core/v1:Secret");
        expect(tokens.map(({ name, parent }) => [name, parent])).to.deep.equal([
            ["reader-cluster2-token", "reader-cluster2"],
            ["reader-cluster3-token", "reader-cluster3"],
        ]);
        for (const [i, reader] of readers.entries()) {
            expect(tokens[i]?.inputs).to.deep.equal({
                apiVersion: "v1",
                kind: "Secret",
                type: "kubernetes.io/service-account-token",
                metadata: {
                    name: `istio-remote-secret-token-${reader}`,
                    namespace: "istio-system",
                    annotations: {
                        "kubernetes.io/service-account.name": "istio-reader-service-account",
                    },
                },
            });
            expect(tokens[i]?.provider).to.equal("cluster");
        }
    });

    it("gives each reader a secret kubeconfig of its own", async () => {
        const { component } = await record();
        for (const [i, { kubeconfig }] of component.entries()) {
            expect(await isSecret(kubeconfig)).to.equal(true);
            const parsed: unknown = parse(await valueOf(kubeconfig));
            expect(parsed).to.have.nested.property(
                "users[0].user.token",
                readerToken("cluster1", readers[i] ?? ""),
            );
            expect(parsed).to.have.nested.property("current-context", "cluster1");
            expect(parsed).to.have.deep.nested.property("clusters[0].cluster", {
                "certificate-authority-data": base64("ca-cluster1"),
                server: "https://cluster1.example:6443",
                "tls-server-name": "kubernetes",
            });
        }
    });
});
