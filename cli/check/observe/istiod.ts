import { names } from "../../../components/topology/names";
import { describeError, type KubeClient } from "../client/kube-client";
import { isReady, type Pod } from "../client/objects";
import {
    type Fact,
    type IstiodFacts,
    known,
    type NetworkGatewayFacts,
    type ShardFacts,
    type SyncFacts,
    unknown,
} from "../observation";

/** Container and label of istiod: manifests/charts/istio-control/istio-discovery/templates/deployment.yaml */
const istiodContainer = "discovery";
const istiodSelector = "app=istiod";

/**
 * Asks every istiod pod for itself: each has its own connections to the peers, and one that lost them looks
 * healthy through the Service.
 */
export async function observeIstiods(client: KubeClient): Promise<readonly IstiodFacts[]> {
    const pods = await client.list("pods", {
        namespace: names.istioNamespace,
        labelSelector: istiodSelector,
    });
    const running = pods.filter(
        ({ metadata, status }) =>
            metadata?.deletionTimestamp === undefined &&
            status?.phase !== "Succeeded" &&
            status?.phase !== "Failed",
    );
    return Promise.all(running.map((pod) => observeIstiod(client, pod)));
}

async function observeIstiod(client: KubeClient, pod: Pod): Promise<IstiodFacts> {
    const name = pod.metadata?.name ?? "";
    const container = pod.spec?.containers?.find(({ name }) => name === istiodContainer);
    const clusterId = container?.env?.find(({ name }) => name === "CLUSTER_ID")?.value;
    const ask = <T>(path: string, read: (answer: string) => T) =>
        askIstiod(client, name, path, read);
    const [version, clusters, gateways, shards] = await Promise.all([
        ask("/version", (answer) => answer.trim()),
        ask("/debug/clusterz", readClusters),
        ask("/debug/networkz", readGateways),
        ask("/debug/endpointShardz", readShards),
    ]);
    const told = istioVersion(version.known ? version.value : "", container?.image ?? "");
    return {
        pod: name,
        ready: isReady(pod),
        ...(clusterId === undefined ? {} : { clusterId }),
        ...(told === undefined ? {} : { version: told }),
        clusters,
        gateways,
        shards,
    };
}

/**
 * The debug endpoints answer callers from localhost, so the request is made inside the pod, by the program that
 * is in every pilot image (pilot/cmd/pilot-discovery/app/request.go).
 */
async function askIstiod<T>(
    client: KubeClient,
    pod: string,
    path: string,
    read: (answer: string) => T,
): Promise<Fact<T>> {
    try {
        const { ok, stdout, stderr } = await client.exec(
            { namespace: names.istioNamespace, pod, container: istiodContainer },
            ["pilot-discovery", "request", "GET", path],
        );
        return ok ? known(read(stdout)) : unknown(`${pod} ${path}: ${describeError(stderr)}`);
    } catch (error) {
        return unknown(`${pod} ${path}: ${describeError(error)}`);
    }
}

/** `<version>-<revision>-<status>` of the program, else the tag of its image (pkg/version/version.go). */
export function istioVersion(told: string, image: string): string | undefined {
    const pattern = /^v?(\d+\.\d+\.\d+(-(alpha|beta|rc)\.\d+)?)/;
    const tag = /:([^:/@]+)(@.*)?$/.exec(image)?.[1] ?? "";
    return (pattern.exec(told) ?? pattern.exec(tag))?.[1];
}

/** pkg/cluster/debug.go */
export function readClusters(answer: string): readonly SyncFacts[] {
    const rows = (JSON.parse(answer) ?? []) as readonly Partial<SyncFacts>[];
    return rows.map(({ id = "", secretName = "", syncStatus = "" }) => ({
        id,
        secretName,
        syncStatus,
    }));
}

interface NetworkGateway {
    readonly Network?: string;
    readonly Cluster?: string;
    readonly Addr?: string;
    readonly Port?: number;
}

/** pilot/pkg/model/network.go, NetworkGateway. */
export function readGateways(answer: string): readonly NetworkGatewayFacts[] {
    const rows = (JSON.parse(answer) ?? []) as readonly NetworkGateway[];
    return rows.map(({ Network = "", Cluster = "", Addr = "", Port = 0 }) => ({
        network: Network,
        cluster: Cluster,
        address: Addr,
        port: Port,
    }));
}

type Shardz = Readonly<
    Record<
        string,
        Readonly<
            Record<
                string,
                {
                    readonly Shards?: Readonly<
                        Record<string, readonly { readonly Network?: string }[] | null>
                    >;
                }
            >
        >
    >
>;

/** pilot/pkg/model/endpointshards.go: service, namespace, `<provider>/<cluster>`, endpoints. */
export function readShards(answer: string): Readonly<Record<string, ShardFacts>> {
    const shardz = (JSON.parse(answer) ?? {}) as Shardz;
    const found = new Map<string, ReturnType<typeof newShard>>();
    for (const byNamespace of Object.values(shardz)) {
        for (const [key, endpoints] of Object.values(byNamespace).flatMap(({ Shards = {} }) =>
            Object.entries(Shards),
        )) {
            const [provider, cluster] = splitOnce(key, "/");
            if (provider !== "Kubernetes" || (endpoints ?? []).length === 0) {
                continue;
            }
            const shard = found.get(cluster) ?? newShard();
            shard.services += 1;
            for (const { Network = "" } of endpoints ?? []) {
                shard.endpoints += 1;
                shard.networks.set(Network, (shard.networks.get(Network) ?? 0) + 1);
            }
            found.set(cluster, shard);
        }
    }
    return Object.fromEntries(
        [...found].map(([cluster, { services, endpoints, networks }]) => [
            cluster,
            { services, endpoints, networks: Object.fromEntries(networks) },
        ]),
    );
}

function newShard() {
    return { services: 0, endpoints: 0, networks: new Map<string, number>() };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
    const at = text.indexOf(separator);
    return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}
