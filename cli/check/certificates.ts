import { X509Certificate } from "node:crypto";

import type { CacertsFacts, CertificateFacts } from "./observation";

const certificatePattern = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Keys of Secret cacerts: https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/ */
export const cacertsKeys = [
    "ca-cert.pem",
    "ca-key.pem",
    "cert-chain.pem",
    "root-cert.pem",
] as const;

/** Every certificate of a PEM bundle that can be read. */
export function parseCertificates(pem: string): readonly X509Certificate[] {
    return (pem.match(certificatePattern) ?? []).flatMap((text) => {
        try {
            return [new X509Certificate(text)];
        } catch {
            return [];
        }
    });
}

/** What may be shown of a certificate. */
export function certificateFacts(certificate: X509Certificate): CertificateFacts {
    return {
        fingerprint: certificate.fingerprint256,
        subject: certificate.subject.replace(/\n/g, ", "),
        notAfter: new Date(certificate.validTo).toISOString(),
    };
}

/** Sorted fingerprints of a PEM bundle, so that two bundles can be compared. */
export function fingerprintsOf(pem: string): readonly string[] {
    return parseCertificates(pem)
        .map(({ fingerprint256 }) => fingerprint256)
        .sort();
}

/** First bytes of a fingerprint, enough for a person to compare. */
export function shortFingerprint(fingerprint: string): string {
    return fingerprint.split(":").slice(0, 6).join(":").toLowerCase();
}

/**
 * What may be known of a cacerts Secret.
 *
 * @param data its decoded values; the key's is looked at for presence only.
 */
export function cacertsFacts(data: Readonly<Record<string, string>>): CacertsFacts {
    const roots = parseCertificates(data["root-cert.pem"] ?? "");
    const [ca] = parseCertificates(data["ca-cert.pem"] ?? "");
    const chain = parseCertificates(data["cert-chain.pem"] ?? "");
    return {
        missingKeys: cacertsKeys.filter((key) => (data[key] ?? "") === ""),
        roots: roots.map(certificateFacts),
        ...(ca === undefined ? {} : { ca: certificateFacts(ca) }),
        chainsToRoot: ca !== undefined && chainsTo(ca, roots, chain),
    };
}

/** Follows issuers through the intermediates until a root signed one, or none is left. */
function chainsTo(
    certificate: X509Certificate,
    roots: readonly X509Certificate[],
    intermediates: readonly X509Certificate[],
): boolean {
    if (roots.some((root) => isIssuedBy(certificate, root))) {
        return true;
    }
    const issuer = intermediates.find((candidate) => isIssuedBy(certificate, candidate));
    return (
        issuer !== undefined &&
        chainsTo(
            issuer,
            roots,
            intermediates.filter((candidate) => candidate !== issuer),
        )
    );
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
