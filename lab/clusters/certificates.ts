import "reflect-metadata";

import { createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import * as x509 from "@peculiar/x509";

import { isMissing, writeWhole } from "./state";

const KEY_ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const YEARS = 10;
const YEAR_MS = 365 * 24 * 3600 * 1000;

/** A certificate and its private key, as files and as PEM text. */
export interface KeyPair {
    readonly certificatePath: string;
    readonly keyPath: string;
    readonly certificate: string;
    readonly key: string;
}

/** What a certificate is to say. */
export interface CertificateSpec {
    /** The file name, without an ending. */
    readonly name: string;
    readonly commonName: string;
    /** The group, where the holder is a user of the cluster. */
    readonly organization?: string;
    /** The names and addresses of a server; without them it is a client's certificate. */
    readonly server?: { readonly names: readonly string[]; readonly addresses: readonly string[] };
}

/** Reads a certificate authority, or makes one. */
export async function ensureAuthority(
    folder: string,
    name: string,
    commonName: string,
): Promise<KeyPair> {
    return (await readKeyPair(folder, name)) ?? (await makeAuthority(folder, name, commonName));
}

/** Reads a certificate, or has the authority issue one. */
export async function ensureCertificate(
    folder: string,
    authority: KeyPair,
    spec: CertificateSpec,
): Promise<KeyPair> {
    return (await readKeyPair(folder, spec.name)) ?? (await issue(folder, authority, spec));
}

/** Makes the key pair that service account tokens are signed with, unless it is there. */
export async function ensureSigningKey(
    folder: string,
    name: string,
): Promise<{ readonly publicPath: string; readonly privatePath: string }> {
    const privatePath = join(folder, `${name}.key`);
    const publicPath = join(folder, `${name}.pub`);
    const existing = await readText(privatePath);
    const key =
        existing ??
        generateKeyPairSync("ec", {
            namedCurve: "P-256",
            privateKeyEncoding: { type: "pkcs8", format: "pem" },
            publicKeyEncoding: { type: "spki", format: "pem" },
        }).privateKey;
    if (existing === undefined) {
        await writeWhole(privatePath, key);
    }
    await writeWhole(
        publicPath,
        createPublicKey(key).export({ type: "spki", format: "pem" }) as string,
    );
    return { publicPath, privatePath };
}

async function makeAuthority(folder: string, name: string, commonName: string): Promise<KeyPair> {
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
        ...validity(),
        name: [{ CN: [commonName] }],
        keys,
        signingAlgorithm: KEY_ALGORITHM,
        extensions: [
            new x509.BasicConstraintsExtension(true, undefined, true),
            new x509.KeyUsagesExtension(
                x509.KeyUsageFlags.keyCertSign |
                    x509.KeyUsageFlags.cRLSign |
                    x509.KeyUsageFlags.digitalSignature,
                true,
            ),
            await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
    });
    return writeKeyPair(folder, name, certificate, keys.privateKey);
}

async function issue(folder: string, authority: KeyPair, spec: CertificateSpec): Promise<KeyPair> {
    const issuer = new x509.X509Certificate(authority.certificate);
    const signingKey = await crypto.subtle.importKey(
        "pkcs8",
        x509.PemConverter.decodeFirst(authority.key),
        KEY_ALGORITHM,
        false,
        ["sign"],
    );
    const keys = await generateKeys();
    const subject: x509.JsonName = [{ CN: [spec.commonName] }];
    if (spec.organization !== undefined) {
        subject.unshift({ O: [spec.organization] });
    }
    const extensions: x509.Extension[] = [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(
            spec.server === undefined
                ? [x509.ExtendedKeyUsage.clientAuth]
                : [x509.ExtendedKeyUsage.serverAuth],
        ),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ];
    if (spec.server !== undefined) {
        const { names, addresses } = spec.server;
        extensions.push(
            new x509.SubjectAlternativeNameExtension([
                ...names.map((value) => ({ type: "dns" as const, value })),
                ...addresses.map((value) => ({ type: "ip" as const, value })),
            ]),
        );
    }
    const certificate = await x509.X509CertificateGenerator.create({
        ...validity(),
        subject,
        issuer: issuer.subjectName,
        publicKey: keys.publicKey,
        signingKey,
        signingAlgorithm: KEY_ALGORITHM,
        extensions,
    });
    return writeKeyPair(folder, spec.name, certificate, keys.privateKey);
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
    const now = Date.now();
    // Clocks that differ a little between machines must not refuse a fresh certificate.
    return { notBefore: new Date(now - 300_000), notAfter: new Date(now + YEARS * YEAR_MS) };
}

async function generateKeys(): Promise<CryptoKeyPair> {
    return crypto.subtle.generateKey(KEY_ALGORITHM, true, ["sign", "verify"]);
}

async function writeKeyPair(
    folder: string,
    name: string,
    certificate: x509.X509Certificate,
    privateKey: CryptoKey,
): Promise<KeyPair> {
    const exported = await crypto.subtle.exportKey("pkcs8", privateKey);
    const key = `${x509.PemConverter.encode(exported, "PRIVATE KEY")}\n`;
    const text = `${certificate.toString("pem")}\n`;
    const { certificatePath, keyPath } = pathsOf(folder, name);
    // The certificate comes last: where there is one, its key is there too.
    await writeWhole(keyPath, key);
    await writeWhole(certificatePath, text);
    return { certificatePath, keyPath, certificate: text, key };
}

async function readKeyPair(folder: string, name: string): Promise<KeyPair | undefined> {
    const { certificatePath, keyPath } = pathsOf(folder, name);
    const certificate = await readText(certificatePath);
    const key = await readText(keyPath);
    if (certificate === undefined || key === undefined) {
        return undefined;
    }
    const expires = Date.parse(new X509Certificate(certificate).validTo);
    return expires < Date.now() + YEAR_MS / 12
        ? undefined
        : { certificatePath, keyPath, certificate, key };
}

function pathsOf(folder: string, name: string) {
    return { certificatePath: join(folder, `${name}.crt`), keyPath: join(folder, `${name}.key`) };
}

async function readText(path: string): Promise<string | undefined> {
    try {
        return await readFile(path, "utf8");
    } catch (error) {
        if (isMissing(error)) {
            return undefined;
        }
        throw error;
    }
}
