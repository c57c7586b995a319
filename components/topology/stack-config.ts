import { z } from "zod";

import { buildTopology, findValuesProblems } from "./build";
import { describeProblem, MeshError, oneOf } from "./errors";
import { type ApiServer, apiServerOf } from "./kubeconfig";
import { type Cluster, type ClusterName, clusterNamed, type Mesh } from "./model";
import { chartSourceSchema, valuesSchema } from "./schema";
import { validate } from "./validate";

const pem = (what: string) =>
    z.string().regex(/-----BEGIN [A-Z0-9 ]+-----/, { error: `${what} as PEM text` });

/** What a stack's own file says, besides the mesh. */
export const stackConfigSchema = z.strictObject({
    kubeconfig: z
        .string()
        .min(1)
        .optional()
        .describe(
            "Path of a kubeconfig, or its content; KUBECONFIG or ~/.kube/config when absent.",
        ),
    context: z
        .string()
        .min(1)
        .optional()
        .describe("Context of the kubeconfig; the stack's name when absent."),
    apiServer: z
        .strictObject({
            server: z
                .url({ protocol: /^https$/, error: "an https URL" })
                .describe("URL at which the pods of every peer's istiod reach this API server."),
            tlsServerName: z
                .string()
                .min(1)
                .optional()
                .describe("Name in its certificate where it differs from the host."),
        })
        .optional()
        .describe("The API server as peers dial it; the context's server when absent."),
    cacerts: z
        .strictObject({
            rootCert: pem("a certificate").describe("root-cert.pem"),
            caCert: pem("a certificate").describe("ca-cert.pem"),
            caKey: pem("a private key").describe("ca-key.pem"),
            certChain: pem("certificates").describe("cert-chain.pem"),
        })
        .optional()
        .describe(
            "The cluster's own CA, secret; needed in every primary when mesh.trust is provided.",
        ),
    charts: z
        .strictObject({
            istio: chartSourceSchema.optional(),
            certManager: z.string().min(1).optional().describe("A folder or an oci:// reference."),
        })
        .default({})
        .describe("Where this cluster takes its charts from, instead of what the mesh says."),
    values: valuesSchema.default({}),
    detached: z
        .array(z.string())
        .default([])
        .describe("Clusters whose links this stack removes, whatever they publish."),
});

/** The stack's own configuration, with defaults filled in. */
export type StackConfig = z.output<typeof stackConfigSchema>;

/** Everything that the program is told: the mesh, which cluster of it this stack is, and its own settings. */
export interface ProgramConfig {
    readonly mesh: Mesh;
    readonly cluster: Cluster;
    readonly stack: StackConfig;
    /** The API server as peers dial it; absent while it is not known, before the cluster exists. */
    readonly apiServer?: ApiServer;
}

/** The configuration of a stack as Pulumi hands it over: text by key, without the project's prefix. */
export type ConfigEntries = Readonly<Record<string, string>>;

/** Gives the texts of the kubeconfigs in which a stack's context may be. */
export type ReadKubeconfigs = (configured: string | undefined) => readonly string[];

/**
 * Reads the whole configuration of a stack.
 *
 * @param stackName name of the stack, which is the name of its cluster.
 * @param readKubeconfigs gives the texts of the configured kubeconfig, or of the usual ones.
 * @throws MeshError with every problem at once.
 */
export function readConfig(
    entries: ConfigEntries,
    stackName: string,
    readKubeconfigs: ReadKubeconfigs,
): ProgramConfig {
    const { mesh: meshText, ...own } = entries;
    const problems: string[] = [];
    const mesh = collect(problems, () => buildTopology(parseEntry(meshText)));
    const stack = validate(
        stackConfigSchema,
        Object.fromEntries(Object.entries(own).map(([key, text]) => [key, parseEntry(text)])),
        { root: "config", secret: ["cacerts", "kubeconfig"] },
    );
    if (!stack.ok) {
        problems.push(...stack.problems);
    }
    if (mesh !== undefined) {
        problems.push(...findValuesProblems("config.values", stack.ok ? stack.value.values : {}));
        problems.push(...stackProblems(mesh, stackName, stack.ok ? stack.value : undefined));
    }
    if (mesh === undefined || !stack.ok || problems.length > 0) {
        throw new MeshError(problems);
    }
    const apiServer = findApiServer(stack.value, stackName, readKubeconfigs);
    return {
        mesh: withCharts(mesh, stack.value.charts),
        cluster: clusterNamed(mesh, stackName as ClusterName),
        stack: stack.value,
        ...(apiServer === undefined ? {} : { apiServer }),
    };
}

function withCharts(mesh: Mesh, { istio, certManager }: StackConfig["charts"]): Mesh {
    return {
        ...mesh,
        ...(istio === undefined ? {} : { istio: { ...mesh.istio, charts: istio } }),
        ...(certManager === undefined
            ? {}
            : { certManager: { ...mesh.certManager, chart: certManager } }),
    };
}

function findApiServer(
    stack: StackConfig,
    stackName: string,
    readKubeconfigs: ReadKubeconfigs,
): ApiServer | undefined {
    if (stack.apiServer !== undefined) {
        const { server, tlsServerName } = stack.apiServer;
        return { server, ...(tlsServerName === undefined ? {} : { tlsServerName }) };
    }
    return readKubeconfigs(stack.kubeconfig)
        .map((text) => apiServerOf(text, stack.context ?? stackName))
        .find((apiServer) => apiServer !== undefined);
}

function* stackProblems(
    mesh: Mesh,
    stackName: string,
    stack: StackConfig | undefined,
): Generator<string> {
    const clusterNames = mesh.clusters.map(({ name }) => name);
    const cluster = mesh.clusters.find(({ name }) => name === stackName);
    if (cluster === undefined) {
        yield describeProblem({
            path: "stack",
            wrong: "no cluster of the mesh has this name",
            got: stackName,
            expected: oneOf(clusterNames),
            remedy: "select the stack of a cluster, or add the cluster to mesh.clusters",
        });
    }
    for (const [index, detached] of (stack?.detached ?? []).entries()) {
        if (!clusterNames.some((name) => name === detached && name !== stackName)) {
            yield describeProblem({
                path: `config.detached[${index}]`,
                wrong: "not a peer of this cluster",
                got: detached,
                expected: oneOf(clusterNames.filter((name) => name !== stackName)),
                remedy: "remove it",
            });
        }
    }
    if (mesh.trust.kind === "provided" && cluster?.role.kind === "primary" && !stack?.cacerts) {
        yield describeProblem({
            path: "config.cacerts",
            wrong: "missing, and mesh.trust is provided",
            expected: "rootCert, caCert, caKey and certChain as PEM text",
            remedy: `run pulumi config set --secret --path isthmus:cacerts.rootCert and so on in stack ${stackName}`,
        });
    }
}

/** Objects and lists arrive as JSON text, everything else as it was written. */
function parseEntry(text: string | undefined): unknown {
    if (text === undefined || !/^\s*[[{]/.test(text)) {
        return text;
    }
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}

function collect<T>(problems: string[], read: () => T): T | undefined {
    try {
        return read();
    } catch (error) {
        if (!(error instanceof MeshError)) {
            throw error;
        }
        problems.push(...error.problems);
        return undefined;
    }
}
