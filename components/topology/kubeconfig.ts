import { parse } from "yaml";
import { z } from "zod";

import { describeProblem, MeshError } from "./errors";

/** An API server as its clients dial it. */
export interface ApiServer {
    /** `https://host[:port]`, reachable from the pods of every peer's istiod. */
    readonly server: string;
    /** Name in the server's certificate where it differs from the host. */
    readonly tlsServerName?: string;
}

/** What the reader of a cluster needs to log in. */
export interface ReaderCredential extends ApiServer {
    readonly clusterName: string;
    /** Base64 of the PEM bundle, as a token Secret holds it. */
    readonly caData: string;
    readonly token: string;
}

/**
 * The kubeconfig that a remote secret carries, as `istioctl create-remote-secret` renders it
 * (istioctl/pkg/multicluster/remote_secret.go, createBearerTokenKubeconfig).
 *
 * @returns JSON, which is YAML.
 */
export function renderReaderKubeconfig(credential: ReaderCredential): string {
    const { clusterName, server, tlsServerName, caData, token } = credential;
    const cluster = {
        "certificate-authority-data": caData,
        server,
        ...(tlsServerName === undefined ? {} : { "tls-server-name": tlsServerName }),
    };
    return JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: clusterName, cluster }],
        contexts: [{ name: clusterName, context: { cluster: clusterName, user: clusterName } }],
        "current-context": clusterName,
        users: [{ name: clusterName, user: { token } }],
    });
}

/** The parts of a kubeconfig that are read here; kubectl writes null for a list that is empty. */
const kubeconfigSchema = z
    .object({
        "current-context": z.string().nullish(),
        contexts: z
            .array(
                z.object({
                    name: z.string(),
                    context: z.object({ cluster: z.string().nullish() }).nullish(),
                }),
            )
            .nullish(),
        clusters: z
            .array(
                z.object({
                    name: z.string(),
                    cluster: z
                        .object({
                            server: z.string().optional(),
                            "tls-server-name": z.string().optional(),
                        })
                        .nullish(),
                }),
            )
            .nullish(),
    })
    .nullable();

/**
 * The API server that a context of a kubeconfig names.
 *
 * @param context defaults to the current context.
 * @returns `undefined` where the kubeconfig does not have the context or its cluster.
 * @throws MeshError where the text is no kubeconfig.
 */
export function apiServerOf(kubeconfig: string, context?: string): ApiServer | undefined {
    const config = parseKubeconfig(kubeconfig);
    const contextName = context ?? config?.["current-context"];
    const clusterName = config?.contexts?.find(({ name }) => name === contextName)?.context
        ?.cluster;
    const cluster = config?.clusters?.find(({ name }) => name === clusterName)?.cluster;
    if (cluster?.server === undefined) {
        return undefined;
    }
    const tlsServerName = cluster["tls-server-name"];
    return { server: cluster.server, ...(tlsServerName === undefined ? {} : { tlsServerName }) };
}

/** Says nothing of what is in the text: a kubeconfig holds credentials, and a YAML error would quote it. */
function parseKubeconfig(text: string): z.output<typeof kubeconfigSchema> {
    try {
        return kubeconfigSchema.parse(parse(text));
    } catch {
        throw new MeshError([
            describeProblem({
                path: "config.kubeconfig",
                wrong: "not a kubeconfig",
                expected: "YAML with contexts and clusters, in isthmus:kubeconfig or KUBECONFIG",
                remedy: "correct the file, or name another",
            }),
        ]);
    }
}

/** True for an address that leads back to whoever dials it, so that no peer can use it. */
export function isLoopback(server: string): boolean {
    try {
        const { hostname } = new URL(server);
        return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)$/.test(hostname);
    } catch {
        return false;
    }
}
