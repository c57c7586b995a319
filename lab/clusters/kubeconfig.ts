import { stringify } from "yaml";

import type { KeyPair } from "./certificates";

/** One cluster as a kubeconfig shows it, with the one user who works with it. */
export interface KubeconfigEntry {
    /** The name of the cluster, of its context and of its user. */
    readonly name: string;
    readonly server: string;
    /** PEM text of the authority that the API server's certificate is checked against. */
    readonly authority: string;
    readonly user: Pick<KeyPair, "certificate" | "key">;
}

/** A kubeconfig with one context per entry; the first one is current. */
export function renderKubeconfig(entries: readonly KubeconfigEntry[]): string {
    return stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: entries.map(({ name, server, authority }) => ({
            name,
            cluster: { server, "certificate-authority-data": base64(authority) },
        })),
        users: entries.map(({ name, user }) => ({
            name,
            user: {
                "client-certificate-data": base64(user.certificate),
                "client-key-data": base64(user.key),
            },
        })),
        contexts: entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
        "current-context": entries[0]?.name ?? "",
    });
}

function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}
