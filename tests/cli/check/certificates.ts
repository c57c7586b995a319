import "reflect-metadata";

import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A certificate with its key, PEM. */
export interface Authority {
    readonly certificate: x509.X509Certificate;
    readonly keys: CryptoKeyPair;
    readonly pem: string;
    readonly keyPem: string;
}

/** A root, or where an issuer is given a certificate that it signed. */
export async function makeAuthority(name: string, issuer?: Authority): Promise<Authority> {
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const common = {
        serialNumber: Buffer.from(name).toString("hex").slice(0, 16),
        notBefore: new Date("2029-01-01T00:00:00Z"),
        notAfter: new Date("2039-01-01T00:00:00Z"),
        signingAlgorithm: algorithm,
        extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    };
    const certificate =
        issuer === undefined
            ? await x509.X509CertificateGenerator.createSelfSigned({
                  ...common,
                  name: `CN=${name}`,
                  keys,
              })
            : await x509.X509CertificateGenerator.create({
                  ...common,
                  subject: `CN=${name}`,
                  issuer: issuer.certificate.subject,
                  publicKey: keys.publicKey,
                  signingKey: issuer.keys.privateKey,
              });
    const key = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
    return {
        certificate,
        keys,
        pem: `${certificate.toString("pem")}\n`,
        keyPem: `-----BEGIN PRIVATE KEY-----\n${key.toString("base64")}\n-----END PRIVATE KEY-----\n`,
    };
}
