import { createHash, X509Certificate } from "node:crypto";

import type { Intermediate } from "../topology/contract";
import type { ClusterName } from "../topology/model";
import { intermediateName, names } from "../topology/names";

/** The four keys of the Secret `cacerts`: tools/certs/README.md of Istio. */
export interface Cacerts {
    readonly "ca-cert.pem": string;
    readonly "ca-key.pem": string;
    readonly "cert-chain.pem": string;
    readonly "root-cert.pem": string;
}

/** A CA as a `cacerts` Secret holds it. The root is its own key, so that a second root can be added to it. */
export function composeCacerts({ certificate, key, root }: Intermediate): Cacerts {
    return {
        "ca-cert.pem": certificate,
        "ca-key.pem": key,
        "cert-chain.pem": `${certificate.trimEnd()}\n${root}`,
        "root-cert.pem": root,
    };
}

/** SHA-256 of the first certificate of a PEM bundle, lower case hex; empty for an empty bundle. */
export function fingerprint(pem: string): string {
    return pem === ""
        ? ""
        : createHash("sha256").update(new X509Certificate(pem).raw).digest("hex");
}

/** Spec of the root's cert-manager Certificate: ten years, as tools/certs/common.mk of Istio. */
export function rootSpec<T>(secretName: string, commonName: T) {
    return {
        secretName,
        isCA: true,
        commonName,
        subject: { organizations: ["Istio"] },
        duration: hours(3650),
        renewBefore: hours(365),
        privateKey: { algorithm: "RSA", size: 4096, rotationPolicy: "Never" },
        issuerRef: { name: "self-signed", kind: "Issuer", group: "cert-manager.io" },
    };
}

/** Spec of a cluster's intermediate: two years, renewed half a year before, as common.mk names it. */
export function intermediateSpec(cluster: ClusterName, issuer: string) {
    return {
        secretName: intermediateName(cluster),
        isCA: true,
        commonName: "Intermediate CA",
        subject: { organizations: ["Istio"], localities: [cluster] },
        dnsNames: [`istiod.${names.istioNamespace}.svc`],
        duration: hours(730),
        renewBefore: hours(180),
        usages: ["digital signature", "key encipherment", "cert sign", "crl sign"],
        privateKey: { algorithm: "RSA", size: 4096, rotationPolicy: "Always" },
        issuerRef: { name: issuer, kind: "Issuer", group: "cert-manager.io" },
    };
}

/** cert-manager takes Go durations, whose largest unit is the hour. */
function hours(days: number): string {
    return `${days * 24}h0m0s`;
}
