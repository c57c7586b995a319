import { known } from "../../../cli/check/observation";
import { multiPrimary, oneNetwork, primaryRemote, withGatewayAddress } from "./meshes";
import { having, havingGateway, havingIstiod, rootFingerprint } from "./observations";
import { peer } from "./changes";
import type { Fault } from "./fault";

/** Faults within a cluster and at its gateway: checks E4 to E14. */
export const clusterFaults: readonly Fault[] = [
    {
        fault: "istio-system has no network",
        mesh: multiPrimary(),
        changes: { cluster2: having({ istioNamespace: known({}) }) },
        fails: "E4 cluster2 network of istio-system",
        seen: "topology.istio.io/network=(not set)",
        expected: "topology.istio.io/network=network2",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "a pod was injected before the network was known",
        mesh: multiPrimary(),
        changes: {
            cluster2: having({ injectedPods: known([{ namespace: "shop", name: "cart-0" }]) }),
        },
        fails: "E4 cluster2 network of injected pods",
        seen: "shop/cart-0 has none",
        expected: "label topology.istio.io/network=network2",
        remedy: "restart these pods",
    },
    {
        fault: "there is no gateway",
        mesh: multiPrimary(),
        changes: { cluster2: having({ gateway: known(null) }) },
        fails: "E5 cluster2 east-west gateway",
        seen: "no Service istio-eastwestgateway",
        expected: "a gateway that exposes 15443",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "the gateway is not needed",
        mesh: oneNetwork(),
        changes: {
            cluster1: having({
                gateway: known({ type: "LoadBalancer", ports: [], addresses: [], pods: [] }),
            }),
        },
        fails: "E5 cluster1 east-west gateway",
        seen: "Service istio-eastwestgateway exists",
        expected: "no gateway",
        remedy: "run pulumi up in stack cluster1",
    },
    {
        fault: "the gateway gets no address",
        mesh: multiPrimary(),
        changes: { cluster2: havingGateway({ addresses: [] }) },
        fails: "E5 cluster2 east-west gateway",
        seen: "its Service has no address yet",
        expected: "an address from the load balancer",
        remedy: "set gateway.address of cluster2 to nodePort or static",
    },
    {
        fault: "the gateway is on another network",
        mesh: multiPrimary(),
        changes: { cluster2: havingGateway({ network: "network1" }) },
        fails: "E5 cluster2 east-west gateway",
        seen: "its Service has topology.istio.io/network=network1",
        expected: "topology.istio.io/network=network2",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "the gateway's pods do not start",
        mesh: primaryRemote(),
        changes: {
            cluster2: havingGateway({
                pods: [
                    { name: "gw-0", ready: false, waiting: "ErrImagePull", network: "network2" },
                ],
            }),
        },
        fails: "E5 cluster2 east-west gateway",
        seen: "gw-0: ErrImagePull",
        expected: "at least one ready pod",
        remedy: "run pulumi up in stack cluster1, which must link to cluster2",
    },
    {
        fault: "a port is open that nothing needs",
        mesh: multiPrimary(),
        changes: { cluster2: havingGateway({ ports: [{ port: 15443 }, { port: 15012 }] }) },
        fails: "E5 cluster2 exposed ports",
        seen: "also exposes 15012",
        expected: "only 15443",
        remedy: "values.gateway",
    },
    {
        fault: "a port that is needed is closed",
        mesh: primaryRemote(),
        changes: { cluster1: havingGateway({ ports: [{ port: 15443 }, { port: 15012 }] }) },
        fails: "E5 cluster1 exposed ports",
        seen: "does not expose 15017",
        expected: "15017: injection and validation, serves cluster2",
        remedy: "run pulumi up in stack cluster1",
    },
    {
        fault: "static addresses are not on the Service",
        mesh: withGatewayAddress({ type: "static", addresses: ["192.0.2.2", "192.0.2.77"] }),
        changes: {
            cluster1: havingGateway({ addresses: ["192.0.2.1", "192.0.2.2", "192.0.2.77"] }),
            cluster2: havingGateway({ addresses: ["192.0.2.2"] }),
        },
        fails: "E5 cluster2 east-west gateway",
        seen: "its Service has 192.0.2.2",
        expected: "192.0.2.2, 192.0.2.77",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "istiod does not know the peer's gateway",
        mesh: primaryRemote(),
        changes: { cluster1: havingIstiod({ gateways: known([]) }) },
        fails: `E5 ${peer} istiod knows the peer's gateway`,
        seen: "istiod-cluster1 has no gateway of it",
        expected: "192.0.2.2 on port 15443, network2",
        remedy: "run pulumi up in stack cluster2, then in stack cluster1",
    },
    {
        fault: "istiod knows an old address of the peer's gateway",
        mesh: primaryRemote(),
        changes: {
            cluster1: havingIstiod({
                gateways: known([
                    {
                        network: "network2",
                        cluster: "cluster2",
                        address: "192.0.2.9",
                        port: 15443,
                    },
                ]),
            }),
        },
        fails: `E5 ${peer} istiod knows the peer's gateway`,
        seen: "192.0.2.9:15443 (network2)",
        expected: "192.0.2.2 on port 15443",
        remedy: "check again",
    },
    {
        fault: "a webhook has no CA",
        mesh: primaryRemote(),
        changes: {
            cluster2: having({
                injector: known({
                    webhooks: [{ name: "namespace.sidecar", hasCaBundle: false }],
                }),
            }),
        },
        fails: "E6 cluster2 sidecar injector",
        seen: "namespace.sidecar has no caBundle",
        expected: "a caBundle in every webhook",
        remedy: "run pulumi up in stack cluster1, which must hold the remote secret of cluster2",
    },
    {
        fault: "there is no injector",
        mesh: primaryRemote(),
        changes: { cluster2: having({ injector: known(null) }) },
        fails: "E6 cluster2 sidecar injector",
        seen: "no webhook in istio-sidecar-injector",
        expected: "the webhooks that inject sidecars",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "a namespace has no root",
        mesh: primaryRemote(),
        changes: {
            cluster2: having({
                distributedRoots: known([
                    { namespace: "istio-system", fingerprints: [rootFingerprint] },
                ]),
            }),
        },
        fails: "E6 cluster2 root given out",
        seen: "no ConfigMap istio-ca-root-cert in shop",
        expected: "it in istio-system, shop",
        remedy: "kubectl --context cluster1 -n istio-system rollout restart deployment/istiod",
    },
    {
        fault: "the remote does not let its primary in",
        mesh: primaryRemote(),
        changes: { cluster2: having({ istioNamespace: known({ network: "network2" }) }) },
        fails: "E6 cluster2 root given out",
        seen: "topology.istio.io/controlPlaneClusters=(not set)",
        expected: "topology.istio.io/controlPlaneClusters=cluster1",
        remedy: "run pulumi up in stack cluster2, then restart istiod in cluster1",
    },
    {
        fault: "istiod lost the endpoints of the peer",
        mesh: primaryRemote(),
        changes: { cluster1: havingIstiod({ shards: known({}) }) },
        fails: `E7 ${peer} endpoints of the peer`,
        seen: "istiod-cluster1 has no endpoint in cluster2",
        expected: "a shard Kubernetes/cluster2",
        remedy: "rollout restart deployment/istiod",
    },
    {
        fault: "endpoints of the peer are on no network",
        mesh: primaryRemote(),
        changes: {
            cluster1: havingIstiod({
                shards: known({
                    cluster2: { services: 1, endpoints: 3, networks: { "": 1, network2: 2 } },
                }),
            }),
        },
        fails: `E7 ${peer} endpoints of the peer`,
        seen: "istiod-cluster1 has 1 endpoints of cluster2 on no network",
        expected: "all of them on network2",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "endpoints of the peer are on the reader's network",
        mesh: primaryRemote(),
        changes: {
            cluster1: havingIstiod({
                shards: known({
                    cluster2: { services: 1, endpoints: 3, networks: { network1: 3 } },
                }),
            }),
        },
        fails: `E7 ${peer} endpoints of the peer`,
        seen: "istiod-cluster1 has 3 endpoints of cluster2 on network1",
        expected: "all of them on network2",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "plain text is allowed",
        mesh: multiPrimary(),
        changes: { cluster2: having({ peerAuthentication: known("PERMISSIVE") }) },
        fails: "mTLS cluster2 policy STRICT",
        seen: "mode PERMISSIVE",
        expected: "mode STRICT",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "there is no policy",
        mesh: multiPrimary(),
        changes: { cluster2: having({ peerAuthentication: known(null) }) },
        fails: "mTLS cluster2 policy STRICT",
        seen: "no PeerAuthentication",
        expected: "mode STRICT",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "istiod is of another mesh",
        mesh: multiPrimary(),
        changes: {
            cluster2: having({
                meshConfig: known({
                    meshId: "mesh2",
                    trustDomain: "cluster.local",
                    registries: [],
                }),
            }),
        },
        fails: "E14 cluster2 names in istiod's configuration",
        seen: "meshId mesh2",
        expected: "meshId mesh1",
        remedy: "values.istiod",
    },
    {
        fault: "istiod has another name for its cluster",
        mesh: multiPrimary(),
        changes: { cluster2: havingIstiod({ clusterId: "Kubernetes" }) },
        fails: "E14 cluster2 names in istiod's configuration",
        seen: "CLUSTER_ID Kubernetes",
        expected: "CLUSTER_ID cluster2",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "meshNetworks names a cluster that is not there",
        mesh: multiPrimary(),
        changes: {
            cluster2: having({
                meshConfig: known({
                    meshId: "mesh1",
                    trustDomain: "cluster.local",
                    registries: [{ network: "network1", registry: "cluster9" }],
                }),
            }),
        },
        fails: "E14 cluster2 names in istiod's configuration",
        seen: "meshNetworks.network1 names registry cluster9",
        expected: "one of cluster1, cluster2",
        remedy: "values.istiod",
    },
    {
        fault: "a primary is left on another version",
        mesh: multiPrimary(),
        changes: { cluster2: havingIstiod({ version: "1.30.4" }) },
        fails: "E14 cluster2 version of istiod",
        seen: "istiod-cluster2 runs 1.30.4",
        expected: "1.31.0",
        remedy: "run pulumi up in stack cluster2",
    },
    {
        fault: "a Service has other ports in the peer",
        mesh: multiPrimary(),
        changes: {
            cluster2: having({
                services: known([{ namespace: "shop", name: "cart", ports: ["http 8080/TCP"] }]),
            }),
        },
        fails: "E14 cluster2 same Services as in peers",
        seen: "shop/cart has http 8080/TCP",
        expected: "http 80/TCP as in cluster1",
        remedy: "give the Service the same ports",
    },
];
