import type { runtime } from "@pulumi/pulumi";

import certificates from "../fixtures/certificates.json";
import type { Respond } from "./recorder";
import { unwrap } from "./recorder";

/** What the cloud gives a Service of type LoadBalancer; nothing while it is still at work. */
export type Ingress = { readonly ip: string } | { readonly hostname: string };

export interface FakeClusterOptions {
    readonly name: string;
    readonly ingress?: readonly Ingress[];
}

/** PEM of the root that the clusters of the tests share. */
export const rootCertificate: string = certificates.root;

/** PEM of a cluster's intermediate. */
export function intermediateCertificate(cluster: string): string {
    const intermediates: Readonly<Record<string, string>> = certificates.intermediates;
    const found = intermediates[cluster];
    if (found === undefined) {
        throw new Error(`tests/fixtures/certificates.json has no intermediate for ${cluster}`);
    }
    return found;
}

/** Stands for the key of a cluster's intermediate: no key at all, but secret text that must show nowhere. */
export function intermediateKey(cluster: string): string {
    return `-----BEGIN PRIVATE KEY-----\nkey-of-${cluster}\n-----END PRIVATE KEY-----\n`;
}

/** The token that a cluster gives one reader. */
export function readerToken(cluster: string, reader: string): string {
    return `token-in-${cluster}-of-${reader}`;
}

/** Answers as one Kubernetes cluster would: the objects as asked for, and what controllers add to them. */
export function fakeCluster({ name, ingress = [] }: FakeClusterOptions): Respond {
    return (args) => {
        const inputs = args.inputs as Record<string, unknown>;
        switch (args.type) {
            case "kubernetes:core/v1:Service":
                return { ...inputs, status: { loadBalancer: { ingress: [...ingress] } } };
            case "kubernetes:core/v1:Secret":
                return { ...inputs, ...secretData(name, args) };
            case "random:index/randomId:RandomId":
                return { ...inputs, hex: "c0ffee00" };
            default:
                return inputs;
        }
    };
}

function secretData(cluster: string, args: runtime.MockResourceArgs): Record<string, unknown> {
    const { type, metadata } = unwrap(args.inputs) as {
        type?: string;
        metadata?: { name: string };
    };
    if (type === "kubernetes.io/service-account-token") {
        const reader = metadata?.name.replace("istio-remote-secret-token-", "") ?? "";
        return {
            data: {
                token: base64(readerToken(cluster, reader)),
                "ca.crt": base64(`ca-${cluster}`),
            },
        };
    }
    const issuedFor = /^isthmus-trust\/intermediate-(.+)$/.exec(args.id ?? "")?.[1];
    if (issuedFor !== undefined) {
        return {
            data: {
                "tls.crt": base64(intermediateCertificate(issuedFor)),
                "tls.key": base64(intermediateKey(issuedFor)),
                "ca.crt": base64(rootCertificate),
            },
        };
    }
    return {};
}

export function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}
