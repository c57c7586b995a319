import { parse } from "yaml";

import type { ClusterName } from "../../../components/topology/model";
import { labels, names, remoteSecretName } from "../../../components/topology/names";
import type { KubeClient } from "../client/kube-client";
import type { Secret } from "../client/objects";
import type { KubeconfigFacts, RemoteSecretFacts } from "../observation";

/** Every Secret that istiod takes as a remote cluster, and those that only have the name of one. */
export async function observeRemoteSecrets(
    client: KubeClient,
    peers: readonly ClusterName[],
): Promise<readonly RemoteSecretFacts[]> {
    const labelled = await client.list("secrets", {
        namespace: names.istioNamespace,
        labelSelector: `${labels.multiCluster}=true`,
    });
    const missing = peers
        .map(remoteSecretName)
        .filter((name) => !labelled.some(({ metadata }) => metadata?.name === name));
    const named = await Promise.all(
        missing.map((name) => client.get("secrets", name, names.istioNamespace)),
    );
    return [
        ...labelled.map((secret) => remoteSecretFacts(secret, true)),
        ...named
            .filter((secret) => secret !== undefined)
            .map((secret) => remoteSecretFacts(secret, false)),
    ];
}

function remoteSecretFacts(secret: Secret, labelled: boolean): RemoteSecretFacts {
    return {
        name: secret.metadata?.name ?? "",
        labelled,
        created: secret.metadata?.creationTimestamp ?? "",
        entries: Object.entries(secret.data ?? {}).map(([key, value]) =>
            kubeconfigFacts(key, Buffer.from(value, "base64").toString("utf8")),
        ),
    };
}

interface RemoteKubeconfig {
    readonly "current-context"?: string;
    readonly contexts?: readonly { name?: string; context?: { cluster?: string; user?: string } }[];
    readonly clusters?: readonly { name?: string; cluster?: { server?: string } }[];
    readonly users?: readonly { name?: string; user?: { token?: string } }[];
}

/** What may be known of a kubeconfig: no credential, and no part of the text in an error. */
export function kubeconfigFacts(key: string, text: string): KubeconfigFacts {
    try {
        return readKubeconfig(key, parse(text, { logLevel: "error" }) as RemoteKubeconfig | null);
    } catch {
        return { key, problem: "not a kubeconfig" };
    }
}

function readKubeconfig(key: string, config: RemoteKubeconfig | null): KubeconfigFacts {
    const context = config?.contexts?.find(({ name }) => name === config["current-context"]);
    const cluster = config?.clusters?.find(({ name }) => name === context?.context?.cluster);
    const user = config?.users?.find(({ name }) => name === context?.context?.user);
    const server = cluster?.cluster?.server;
    const tokenExpires = expiryOf(user?.user?.token);
    return {
        key,
        ...(cluster?.name === undefined ? {} : { clusterName: cluster.name }),
        ...(server === undefined ? { problem: "no server in its current context" } : { server }),
        ...(tokenExpires === undefined ? {} : { tokenExpires }),
    };
}

/** The `exp` claim of a JSON web token. */
function expiryOf(token: string | undefined): string | undefined {
    try {
        const claims = Buffer.from(token?.split(".")[1] ?? "", "base64url").toString("utf8");
        const { exp } = JSON.parse(claims) as { exp?: unknown };
        return typeof exp === "number" ? new Date(exp * 1000).toISOString() : undefined;
    } catch {
        return undefined;
    }
}
