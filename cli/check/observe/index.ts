import type { ClusterName } from "../../../components/topology/model";
import { labels, names } from "../../../components/topology/names";
import { describeError, type KubeClient } from "../client/kube-client";
import { type ClusterFacts, type Fact, known, type Observation, unknown } from "../observation";
import { observeGateway } from "./gateway";
import { observeIstiods } from "./istiod";
import { observeMeshConfig, observePeerAuthentication } from "./mesh-config";
import { observeRemoteSecrets } from "./remote-secrets";
import { observeCacerts, observeDistributedRoots } from "./trust";
import { observeInjectedNamespaces, observeInjectedPods, observeServices } from "./workloads";

/**
 * Looks at one cluster. Reads only; what may not be read, or does not answer, becomes a fact that is unknown.
 *
 * @param open opens the access; its failure makes the cluster unreachable, as does a silent API server.
 * @param peers clusters whose remote secrets are looked for by name, even without their label.
 */
export async function observeCluster(
    cluster: ClusterName,
    open: () => Promise<KubeClient>,
    peers: readonly ClusterName[],
): Promise<Observation> {
    let server: string | undefined;
    try {
        const client = await open();
        server = client.server;
        const kubernetesVersion = await client.version();
        return await observeReachable(cluster, client, kubernetesVersion, peers);
    } catch (error) {
        return {
            cluster,
            reachable: false,
            why: describeError(error),
            ...(server === undefined ? {} : { server }),
        };
    }
}

async function observeReachable(
    cluster: ClusterName,
    client: KubeClient,
    kubernetesVersion: string,
    peers: readonly ClusterName[],
): Promise<ClusterFacts> {
    const injectedNamespaces = await attempt(() => observeInjectedNamespaces(client));
    const namespaces = injectedNamespaces.known ? injectedNamespaces.value : [];
    const facts = {
        istioNamespace: attempt(() => observeIstioNamespace(client)),
        istiods: attempt(() => observeIstiods(client)),
        remoteSecrets: attempt(() => observeRemoteSecrets(client, peers)),
        cacerts: attempt(() => observeCacerts(client)),
        distributedRoots: attempt(() => observeDistributedRoots(client, namespaces)),
        injectedPods: attempt(() => observeInjectedPods(client)),
        gateway: attempt(() => observeGateway(client)),
        injector: attempt(() => observeInjector(client)),
        peerAuthentication: attempt(() => observePeerAuthentication(client)),
        meshConfig: attempt(() => observeMeshConfig(client)),
        services: attempt(() => observeServices(client, namespaces)),
    };
    return {
        cluster,
        reachable: true,
        server: client.server,
        kubernetesVersion,
        injectedNamespaces,
        istioNamespace: await facts.istioNamespace,
        istiods: await facts.istiods,
        remoteSecrets: await facts.remoteSecrets,
        cacerts: await facts.cacerts,
        distributedRoots: await facts.distributedRoots,
        injectedPods: await facts.injectedPods,
        gateway: await facts.gateway,
        injector: await facts.injector,
        peerAuthentication: await facts.peerAuthentication,
        meshConfig: await facts.meshConfig,
        services: await facts.services,
    };
}

async function observeIstioNamespace(client: KubeClient) {
    const namespace = await client.get("namespaces", names.istioNamespace);
    if (namespace === undefined) {
        return null;
    }
    const network = namespace.metadata?.labels?.[labels.network];
    const controlPlaneClusters = namespace.metadata?.annotations?.[labels.controlPlaneClusters];
    return {
        ...(network === undefined ? {} : { network }),
        ...(controlPlaneClusters === undefined ? {} : { controlPlaneClusters }),
    };
}

async function observeInjector(client: KubeClient) {
    const injector = await client.get("mutatingwebhookconfigurations", names.sidecarInjector);
    return injector === undefined
        ? null
        : {
              webhooks: (injector.webhooks ?? []).map(({ name, clientConfig }) => ({
                  name,
                  hasCaBundle: (clientConfig?.caBundle ?? "") !== "",
              })),
          };
}

/** Turns a failure into a fact that is unknown, so that one refusal does not hide the rest. */
export async function attempt<T>(look: () => Promise<T>): Promise<Fact<T>> {
    try {
        return known(await look());
    } catch (error) {
        return unknown(describeError(error));
    }
}
