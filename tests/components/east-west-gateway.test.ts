import { expect } from "chai";

import { EastWestGateway } from "../../components/control-plane/east-west-gateway";
import { buildTopology } from "../../components/topology/build";
import type { MeshInput } from "../../components/topology/schema";
import { recordComponent, type Recorded, shapeOf } from "../support/component";
import type { Ingress } from "../support/fake-cluster";
import { registered, type Registration } from "../support/recorder";
import { clusterOf, meshValue, topologies } from "../support/topologies";
import { valueOf } from "../support/value-of";

type GatewayInput = Exclude<MeshInput["clusters"][string]["gateway"], false | undefined>;

describe("EastWestGateway", () => {
    it("makes the gateway, its Service and what it exposes when it serves remotes", async () => {
        const { registrations } = await record("cluster1");
        expect(shapeOf(registrations)).to.deep.equal([
            "isthmus:index:EastWestGateway gateway",
            "kubernetes:core/v1:Service gateway-service in gateway",
            "kubernetes:helm.sh/v4:Chart gateway-chart in gateway",
            "kubernetes:networking.istio.io/v1:Gateway gateway-cross-network in gateway",
            "kubernetes:networking.istio.io/v1:Gateway gateway-istiod-gateway in gateway",
            "kubernetes:networking.istio.io/v1:VirtualService gateway-istiod-virtual-service in gateway",
        ]);
        for (const { name, provider } of registrations) {
            expect(provider, name).to.equal("cluster");
        }
        expect(registered(registrations, "gateway-service").dependsOn).to.include("gateway-chart");
    });

    it("exposes services alone when it serves no remote", async () => {
        const { registrations } = await record("cluster1", {
            value: topologies["multi-primary-two-networks"],
        });
        expect(exposed(registrations)).to.deep.equal(["cross-network-gateway"]);
        expect(openPorts(registrations)).to.deep.equal([15443]);
    });

    it("exposes istiod alone when all clusters are on one network", async () => {
        const { registrations } = await record("cluster1", {
            value: topologies["primary-remote-one-network"],
        });
        expect(exposed(registrations)).to.deep.equal(["istiod-gateway", "istiod-vs"]);
        expect(openPorts(registrations)).to.deep.equal([15012, 15017]);
    });

    it("neither waits nor configures when it is a remote's", async () => {
        const { component, registrations } = await record("cluster2");
        expect(exposed(registrations)).to.be.empty;
        expect(registered(registrations, "gateway-chart").inputs["skipAwait"]).to.equal(true);
        expect(waitsOf(registrations)).to.deep.equal({ "pulumi.com/skipAwait": "true" });
        expect(await valueOf(component.addresses)).to.deep.equal([]);
    });

    it("has pods of the names that the selectors look for, and no Service of the chart's", async () => {
        const { registrations } = await record("cluster1");
        const { inputs } = registered(registrations, "gateway-chart");
        expect(inputs["name"]).to.equal("istio-eastwestgateway");
        expect(inputs["values"]).to.deep.equal({
            name: "istio-eastwestgateway",
            service: { type: "None" },
            labels: { "topology.istio.io/network": "network1" },
            env: { ISTIO_META_REQUESTED_NETWORK_VIEW: "network1" },
        });
        const { metadata, spec } = serviceOf(registrations);
        expect(metadata).to.deep.include({
            name: "istio-eastwestgateway",
            namespace: "istio-system",
            labels: {
                app: "istio-eastwestgateway",
                istio: "eastwestgateway",
                "topology.istio.io/network": "network1",
            },
        });
        expect(annotationsOf(registrations)).to.deep.equal({});
        expect(spec["selector"]).to.deep.equal({
            app: "istio-eastwestgateway",
            istio: "eastwestgateway",
        });
    });

    it("routes what the istiod gateway accepts to istiod's own ports", async () => {
        const { registrations } = await record("cluster1");
        const gateway = registered(registrations, "gateway-istiod-gateway").inputs["spec"] as {
            servers: { port: { number: number }; tls: unknown }[];
        };
        const routes = registered(registrations, "gateway-istiod-virtual-service").inputs[
            "spec"
        ] as {
            gateways: string[];
            tls: { match: { port: number }[]; route: { destination: unknown }[] }[];
        };
        expect(gateway.servers.map(({ port, tls }) => [port.number, tls])).to.deep.equal([
            [15012, { mode: "PASSTHROUGH" }],
            [15017, { mode: "PASSTHROUGH" }],
        ]);
        expect(routes.gateways).to.deep.equal(["istiod-gateway"]);
        const host = "istiod.istio-system.svc.cluster.local";
        expect(
            routes.tls.map(({ match, route }) => [match[0]?.port, route[0]?.destination]),
        ).to.deep.equal([
            [15012, { host, port: { number: 15012 } }],
            [15017, { host, port: { number: 443 } }],
        ]);
    });

    describe("at a load balancer", () => {
        const addresses: { what: string; ingress: readonly Ingress[]; expected: string[] }[] = [
            { what: "an IP", ingress: [{ ip: "192.0.2.7" }], expected: ["192.0.2.7"] },
            {
                what: "a host name alone",
                ingress: [{ hostname: "lb.example" }],
                expected: ["lb.example"],
            },
            {
                what: "several",
                ingress: [{ ip: "192.0.2.7" }, { hostname: "lb.example" }],
                expected: ["192.0.2.7", "lb.example"],
            },
            { what: "none yet", ingress: [], expected: [] },
        ];
        for (const { what, ingress, expected } of addresses) {
            it(`publishes its addresses when it has ${what}`, async () => {
                const { component } = await record("cluster1", { ingress });
                expect(await valueOf(component.addresses)).to.deep.equal(expected);
            });
        }

        it("asks the cloud as it was told", async () => {
            const { registrations } = await record("cluster1", {
                gateway: {
                    serviceAnnotations: { "cloud.example/type": "nlb" },
                    sourceRanges: ["10.0.0.0/8"],
                    externalTrafficPolicy: "Local",
                    loadBalancerClass: "nlb",
                },
            });
            expect(annotationsOf(registrations)).to.deep.equal({ "cloud.example/type": "nlb" });
            expect(serviceOf(registrations).spec).to.deep.include({
                type: "LoadBalancer",
                loadBalancerSourceRanges: ["10.0.0.0/8"],
                externalTrafficPolicy: "Local",
                loadBalancerClass: "nlb",
            });
        });

        it("waits for an address and nothing else", async () => {
            const { registrations } = await record("cluster1");
            expect(waitsOf(registrations)).to.deep.equal({
                "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress}",
            });
        });

        it("asks for nothing that it was not told", async () => {
            const { registrations } = await record("cluster1");
            expect(Object.keys(serviceOf(registrations).spec).sort()).to.deep.equal([
                "ports",
                "selector",
                "type",
            ]);
        });
    });

    it("is reached through node ports when told so", async () => {
        const { component, registrations } = await record("cluster1", {
            gateway: {
                address: {
                    type: "nodePort",
                    nodeSelector: { zone: "a" },
                    addresses: ["192.0.2.9"],
                },
            },
        });
        expect(serviceOf(registrations).spec["type"]).to.equal("NodePort");
        expect(annotationsOf(registrations)).to.deep.equal({
            "traffic.istio.io/nodeSelector": '{"zone":"a"}',
        });
        expect(waitsOf(registrations)).to.deep.equal({ "pulumi.com/skipAwait": "true" });
        expect(await valueOf(component.addresses)).to.deep.equal(["192.0.2.9"]);
    });

    it("is reached at static addresses when told so", async () => {
        const { component, registrations } = await record("cluster1", {
            gateway: { address: { type: "static", addresses: ["192.0.2.7", "192.0.2.8"] } },
        });
        const { spec } = serviceOf(registrations);
        expect(spec).to.deep.include({
            type: "ClusterIP",
            externalIPs: ["192.0.2.7", "192.0.2.8"],
        });
        expect(await valueOf(component.addresses)).to.deep.equal(["192.0.2.7", "192.0.2.8"]);
    });

    it("labels its endpoints with the locality when the cluster has one", async () => {
        const value = meshValue({
            cluster1: {
                role: "primary",
                network: "network1",
                locality: { region: "eu", zone: "eu-1", subzone: "rack-2" },
            },
            cluster2: { role: "primary", network: "network2" },
        });
        const { registrations } = await record("cluster1", { value });
        expect(registered(registrations, "gateway-chart").inputs["values"]).to.have.deep.property(
            "labels",
            { "topology.istio.io/network": "network1", "istio-locality": "eu.eu-1.rack-2" },
        );
    });

    it("lets given values win", async () => {
        const { registrations } = await record("cluster1", { values: { replicaCount: 3 } });
        expect(registered(registrations, "gateway-chart").inputs["values"]).to.include({
            name: "istio-eastwestgateway",
            replicaCount: 3,
        });
    });
});

interface Options {
    readonly value?: MeshInput;
    readonly gateway?: GatewayInput;
    readonly values?: Record<string, unknown>;
    readonly ingress?: readonly Ingress[];
}

/** The gateway of a cluster of primary-remote on two networks, unless another mesh is given. */
function record(name: string, options: Options = {}): Promise<Recorded<EastWestGateway>> {
    const { value = topologies["primary-remote-two-networks"], values = {}, ingress } = options;
    const own = value.clusters[name];
    if (own === undefined) {
        throw new Error(`the test's mesh has no ${name}`);
    }
    const changed = {
        ...own,
        ...(options.gateway === undefined ? {} : { gateway: options.gateway }),
    };
    const mesh = buildTopology({ ...value, clusters: { ...value.clusters, [name]: changed } });
    const cluster = clusterOf(mesh, name);
    const { gateway } = cluster;
    if (gateway === undefined) {
        throw new Error(`${name} has no gateway`);
    }
    return recordComponent(
        (opts) =>
            new EastWestGateway(
                "gateway",
                { mesh, cluster, gateway, namespace: "istio-system", renderCharts: true, values },
                opts,
            ),
        ingress === undefined ? {} : { ingress },
    );
}

interface ServiceInputs {
    readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: Readonly<Record<string, unknown>>;
}

function serviceOf(registrations: readonly Registration[]): ServiceInputs {
    return registered(registrations, "gateway-service").inputs as unknown as ServiceInputs;
}

/** Annotations of the Service that Istio or the cloud reads. */
function annotationsOf(registrations: readonly Registration[]): Record<string, string> {
    return pick(registrations, (key) => !key.startsWith("pulumi.com/"));
}

/** Annotations of the Service that tell the provider what to wait for. */
function waitsOf(registrations: readonly Registration[]): Record<string, string> {
    return pick(registrations, (key) => key.startsWith("pulumi.com/"));
}

function pick(registrations: readonly Registration[], isWanted: (key: string) => boolean) {
    const { annotations = {} } = serviceOf(registrations).metadata;
    return Object.fromEntries(Object.entries(annotations).filter(([key]) => isWanted(key)));
}

function openPorts(registrations: readonly Registration[]): readonly number[] {
    return (serviceOf(registrations).spec["ports"] as { port: number }[]).map(({ port }) => port);
}

/** Names of the Istio objects. */
function exposed(registrations: readonly Registration[]): readonly string[] {
    return registrations
        .filter(({ type }) => type.includes("istio.io"))
        .map(({ inputs }) => (inputs["metadata"] as { name: string }).name);
}
