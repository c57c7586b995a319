import { createHash, X509Certificate } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { MeshCacerts } from "../../components/control-plane/cacerts";
import { composeCacerts, fingerprint } from "../../components/control-plane/certificates";
import { recordComponent, shapeOf } from "../support/component";
import { intermediateCertificate, intermediateKey, rootCertificate } from "../support/fake-cluster";
import { masked, registered } from "../support/recorder";
import { isSecret, valueOf } from "../support/value-of";

const intermediate = {
    certificate: intermediateCertificate("cluster1"),
    key: intermediateKey("cluster1"),
    root: rootCertificate,
};
const rootHash = createHash("sha256")
    .update(new X509Certificate(rootCertificate).raw)
    .digest("hex");

describe("composeCacerts", () => {
    it("has the four keys of istiod's Secret, with the whole chain", () => {
        expect(composeCacerts(intermediate)).to.deep.equal({
            "ca-cert.pem": intermediate.certificate,
            "ca-key.pem": intermediate.key,
            "cert-chain.pem": `${intermediate.certificate}${rootCertificate}`,
            "root-cert.pem": rootCertificate,
        });
    });

    it("keeps certificates apart when the first has no line break at its end", () => {
        const certificate = intermediate.certificate.trimEnd();
        const chain = composeCacerts({ ...intermediate, certificate })["cert-chain.pem"];
        expect(chain.match(/^-----BEGIN CERTIFICATE-----$/gm)).to.have.length(2);
        expect(chain.match(/^-----END CERTIFICATE-----$/gm)).to.have.length(2);
    });
});

describe("fingerprint", () => {
    it("is the SHA-256 of the first certificate when there are several", () => {
        expect(fingerprint(rootCertificate)).to.equal(rootHash);
        expect(fingerprint(`${rootCertificate}${intermediate.certificate}`)).to.equal(rootHash);
    });

    it("is empty when there is no certificate yet", () => {
        expect(fingerprint("")).to.equal("");
    });
});

describe("MeshCacerts", () => {
    const make = () =>
        recordComponent(
            (opts) =>
                new MeshCacerts(
                    "trust",
                    {
                        namespace: "istio-system",
                        cacerts: pulumi.secret(intermediate).apply(composeCacerts),
                    },
                    opts,
                ),
        );

    it("makes the one Secret that istiod reads, with its content secret", async () => {
        const { registrations } = await make();
        expect(shapeOf(registrations)).to.deep.equal([
            "isthmus:index:MeshCacerts trust",
            "kubernetes:core/v1:Secret trust-secret in trust",
        ]);
        const { inputs, secrets } = registered(registrations, "trust-secret");
        expect(inputs["metadata"]).to.deep.equal({ name: "cacerts", namespace: "istio-system" });
        expect(inputs["stringData"]).to.equal(masked);
        expect(secrets["stringData"]).to.deep.equal(composeCacerts(intermediate));
        expect(JSON.stringify(registrations.map((row) => row.inputs))).to.not.contain("key-of-");
    });

    it("tells the root and its fingerprint to anyone", async () => {
        const { component } = await make();
        expect(await valueOf(component.rootCertificate)).to.equal(rootCertificate);
        expect(await valueOf(component.rootFingerprint)).to.equal(rootHash);
        expect(await isSecret(component.rootCertificate)).to.equal(false);
        expect(await isSecret(component.rootFingerprint)).to.equal(false);
    });

    it("marks the content secret when the caller forgot to", async () => {
        const { registrations } = await recordComponent(
            (opts) =>
                new MeshCacerts(
                    "trust",
                    { namespace: "istio-system", cacerts: composeCacerts(intermediate) },
                    opts,
                ),
        );
        expect(registered(registrations, "trust-secret").inputs["stringData"]).to.equal(masked);
    });
});
