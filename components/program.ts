import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { MeshCacerts } from "./control-plane/cacerts";
import { type Cacerts, composeCacerts } from "./control-plane/certificates";
import { EastWestGateway } from "./control-plane/east-west-gateway";
import { IstioPrimary } from "./control-plane/istio-primary";
import { IstioRemote } from "./control-plane/istio-remote";
import { MeshCa } from "./control-plane/mesh-ca";
import { MeshNamespace } from "./control-plane/mesh-namespace";
import { StrictMtls } from "./control-plane/strict-mtls";
import { isHostname, mergeValues } from "./control-plane/values";
import { PeerLink } from "./link/peer-link";
import { ReaderAccess } from "./link/reader-access";
import { publish, type StackOutputs } from "./outputs";
import type { Intermediate } from "./topology/contract";
import { decide, type Decision, type Peers } from "./topology/decide";
import { describeProblem, MeshError } from "./topology/errors";
import { readersOf } from "./topology/links";
import { isPrimary, remotesOf } from "./topology/model";
import type { ValuesByChart } from "./topology/schema";
import type { ProgramConfig } from "./topology/stack-config";

/** What is known of this run beside its configuration. */
export interface RunFacts {
    readonly isPreview: boolean;
    /** False where the API server takes no connection. */
    readonly isReachable: boolean;
}

/**
 * Makes one cluster of the mesh, as far as what its peers have published allows.
 *
 * @throws MeshError where {@link decide} refuses.
 */
export function deploy(config: ProgramConfig, peers: Peers, run: RunFacts): StackOutputs {
    refuseUnknownContext(config, run);
    const decision = decide(config, peers);
    const renderCharts = !omitsCharts(config, peers, run);
    const opts = { provider: createProvider(config) };
    const namespace = new MeshNamespace("mesh", { cluster: config.cluster }, opts);
    if (!decision.install) {
        return publish(config, decision, {});
    }
    const room = { config, decision, peers, opts, namespace, renderCharts };
    const trust = createTrust(room);
    const istio = createIstio(room, trust);
    const gateway = createGateway(room, istio);
    if (isPrimary(config.cluster)) {
        const dependsOn = [gateway ?? istio];
        new StrictMtls(
            "strict-mtls",
            { namespace: namespace.namespaceName },
            { ...opts, dependsOn },
        );
    }
    createLinks(room, istio);
    return publish(config, decision, {
        ...(gateway === undefined ? {} : { addresses: gateway.addresses }),
        root: trust,
        intermediates: trust.intermediates,
        kubeconfigs: createReaderAccess(room, istio),
    });
}

interface Room {
    readonly config: ProgramConfig;
    readonly decision: Decision;
    readonly peers: Peers;
    readonly opts: { readonly provider: k8s.Provider };
    readonly namespace: MeshNamespace;
    readonly renderCharts: boolean;
}

interface TrustFacts {
    readonly rootFingerprint: pulumi.Output<string>;
    readonly rootCertificate: pulumi.Output<string>;
    readonly intermediates: Readonly<Record<string, pulumi.Output<Intermediate>>>;
    readonly dependsOn: pulumi.Resource[];
}

function refuseUnknownContext({ cluster, stack, apiServer }: ProgramConfig, run: RunFacts): void {
    if (apiServer === undefined && !run.isPreview) {
        throw new MeshError([
            describeProblem({
                path: "config.context",
                wrong: "the kubeconfig has no such context",
                got: stack.context ?? cluster.name,
                expected: "a context of the kubeconfig that isthmus:kubeconfig or KUBECONFIG names",
                remedy: `run pulumi config set isthmus:context NAME --stack ${cluster.name}`,
            }),
        ]);
    }
}

/**
 * Charts are left out of a preview that comes before the cluster. Once they are installed, that would show
 * as their removal, and the provider says for itself that it cannot compare.
 */
function omitsCharts({ cluster }: ProgramConfig, peers: Peers, run: RunFacts): boolean {
    const isNew = peers.get(cluster.name)?.state !== "ready";
    if (!run.isPreview || run.isReachable || !isNew) {
        return false;
    }
    void pulumi.log.warn(
        `the API server of ${cluster.name} cannot be reached yet: this preview does not know what the charts ` +
            `base, istiod and gateway make there, nor any address or certificate`,
    );
    return true;
}

/** The one provider, on the stack's own context and never on whichever is current. */
function createProvider({ stack, cluster }: ProgramConfig): k8s.Provider {
    return new k8s.Provider("cluster", {
        context: stack.context ?? cluster.name,
        // A stack is one cluster for good: by default a new URL or proxy of its API server would replace all of it.
        clusterIdentifier: cluster.name,
        ...(stack.kubeconfig === undefined ? {} : { kubeconfig: pulumi.secret(stack.kubeconfig) }),
        // A changed remote secret is updated in place: replaced, istiod would drop the cluster meanwhile.
        enableSecretMutable: true,
        suppressHelmHookWarnings: true,
        // The defaults (5 and 10 requests) make the many small requests of a mesh wait for each other.
        kubeClientSettings: { qps: 200, burst: 400 },
    });
}

function createTrust({ config, decision, opts, namespace }: Room): TrustFacts {
    if (decision.primary !== undefined) {
        const { rootFingerprint, rootCertificate } = decision.primary;
        return {
            rootFingerprint: pulumi.output(rootFingerprint),
            rootCertificate: pulumi.output(rootCertificate),
            intermediates: {},
            dependsOn: [namespace],
        };
    }
    const ca = createMeshCa(config, opts);
    const cacerts = new MeshCacerts(
        "trust",
        {
            namespace: namespace.namespaceName,
            cacerts: ownCacerts(config, decision, ca?.intermediates),
        },
        opts,
    );
    return {
        rootFingerprint: cacerts.rootFingerprint,
        rootCertificate: cacerts.rootCertificate,
        intermediates: ca?.intermediates ?? {},
        dependsOn: [namespace, cacerts],
    };
}

function createMeshCa(
    { mesh, cluster, stack }: ProgramConfig,
    { provider }: Room["opts"],
): MeshCa | undefined {
    if (mesh.trust.kind !== "held" || mesh.trust.holder !== cluster.name) {
        return undefined;
    }
    return new MeshCa(
        "mesh-ca",
        {
            primaries: mesh.clusters.filter(isPrimary).map(({ name }) => name),
            chart: mesh.certManager,
            values: mergeValues(cluster.values.certManager, stack.values.certManager),
        },
        { providers: [provider] },
    );
}

function ownCacerts(
    { cluster, stack }: ProgramConfig,
    decision: Decision,
    issued: MeshCa["intermediates"] | undefined,
): pulumi.Input<Cacerts> {
    if (stack.cacerts !== undefined) {
        const { caCert, caKey, certChain, rootCert } = stack.cacerts;
        return {
            "ca-cert.pem": caCert,
            "ca-key.pem": caKey,
            "cert-chain.pem": certChain,
            "root-cert.pem": rootCert,
        };
    }
    const intermediate = issued?.[cluster.name] ?? decision.intermediate;
    if (intermediate === undefined) {
        throw new Error(`no CA for ${cluster.name} after decide() let it install`);
    }
    return pulumi.secret(intermediate).apply(composeCacerts);
}

function createIstio(room: Room, trust: TrustFacts): pulumi.Resource {
    const { config, decision, opts, namespace } = room;
    const common = {
        mesh: config.mesh,
        cluster: config.cluster,
        namespace: namespace.namespaceName,
        values: istioValues(config),
        renderCharts: room.renderCharts,
    };
    const dependent = { ...opts, dependsOn: trust.dependsOn };
    if (decision.primary === undefined) {
        const customHost = ownHostname(room);
        return new IstioPrimary(
            "istio",
            { ...common, ...(customHost === undefined ? {} : { customHost }) },
            dependent,
        );
    }
    const { eastWestAddresses, rootCertificate } = decision.primary;
    const endpoint = { address: eastWestAddresses[0] ?? "", rootCertificate };
    return new IstioRemote("istio", { ...common, endpoint }, dependent);
}

/** The host name that this gateway was given in an earlier run, where remotes call webhooks by it. */
function ownHostname({ config: { mesh, cluster }, peers }: Room): string | undefined {
    const own = peers.get(cluster.name);
    const address = own?.state === "ready" ? own.facts.eastWestAddresses[0] : undefined;
    const servesRemotes = remotesOf(mesh, cluster.name).length > 0;
    return servesRemotes && address !== undefined && isHostname(address) ? address : undefined;
}

function createGateway(room: Room, istio: pulumi.Resource): EastWestGateway | undefined {
    const { mesh, cluster } = room.config;
    if (cluster.gateway === undefined) {
        return undefined;
    }
    return new EastWestGateway(
        "east-west-gateway",
        {
            mesh,
            cluster,
            gateway: cluster.gateway,
            namespace: room.namespace.namespaceName,
            values: istioValues(room.config).gateway ?? {},
            renderCharts: room.renderCharts,
        },
        { ...room.opts, dependsOn: [istio] },
    );
}

function createReaderAccess(
    { config, opts, namespace }: Room,
    istio: pulumi.Resource,
): Record<string, pulumi.Output<string>> {
    const { mesh, cluster, apiServer } = config;
    if (apiServer === undefined) {
        return {};
    }
    return Object.fromEntries(
        readersOf(mesh, cluster.name).map((reader) => {
            const access = new ReaderAccess(
                `reader-${reader}`,
                {
                    cluster: cluster.name,
                    reader,
                    namespace: namespace.namespaceName,
                    apiServer,
                },
                // The reader's account and its rights come with Istio.
                { ...opts, dependsOn: [istio] },
            );
            return [reader, access.kubeconfig];
        }),
    );
}

function createLinks({ decision, opts, namespace }: Room, istio: pulumi.Resource): void {
    for (const { link, kubeconfig } of decision.links) {
        new PeerLink(
            `link-${link.cluster}`,
            { link, namespace: namespace.namespaceName, kubeconfig: pulumi.secret(kubeconfig) },
            { ...opts, dependsOn: [istio] },
        );
    }
}

function istioValues({ cluster, stack }: ProgramConfig): ValuesByChart {
    return {
        base: mergeValues(cluster.values.base, stack.values.base),
        istiod: mergeValues(cluster.values.istiod, stack.values.istiod),
        gateway: mergeValues(cluster.values.gateway, stack.values.gateway),
    };
}
