import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { MeshComponent } from "../mesh-component";
import {
    type Cluster,
    type Gateway,
    isMultiNetwork,
    isPrimary,
    type Mesh,
} from "../topology/model";
import { labels, names } from "../topology/names";
import type { ChartValues } from "../topology/schema";
import { istioChart } from "./chart";
import { crossNetworkGateway, istiodGateway, istiodVirtualService } from "./exposure";
import { gatewaySelector, gatewayService, gatewayValues, mergeValues } from "./values";

/** Arguments of {@link EastWestGateway}. */
export interface EastWestGatewayArgs {
    readonly mesh: Mesh;
    readonly cluster: Cluster;
    readonly gateway: Gateway;
    readonly namespace: pulumi.Input<string>;
    /** False in a preview that comes before the cluster, where a chart cannot be rendered. */
    readonly renderCharts: boolean;
    /** Values of chart `gateway`, merged last. */
    readonly values: ChartValues;
}

/**
 * The gateway through which other networks reach this cluster's workloads and remotes reach its istiod, open
 * on the ports that the topology needs and no others.
 */
export class EastWestGateway extends MeshComponent {
    /** Addresses that peers dial; empty in a remote, whose gateway its primary's istiod discovers. */
    readonly addresses: pulumi.Output<string[]>;

    constructor(name: string, args: EastWestGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
        super("EastWestGateway", name, opts);
        const { mesh, cluster, gateway, namespace, values } = args;
        // In a remote the pods start only after the primary has linked it, which this run cannot wait for.
        const skipAwait = !isPrimary(cluster);
        const chart = istioChart(
            `${name}-chart`,
            {
                chart: "gateway",
                release: names.eastWestGateway,
                namespace,
                source: mesh.istio.charts,
                version: mesh.istio.version,
                values: mergeValues(gatewayValues(cluster), values),
                skipAwait,
                render: args.renderCharts,
            },
            { parent: this },
        );
        const service = this.createService(name, args, !skipAwait, chart);
        if (isPrimary(cluster)) {
            this.createExposure(name, args, chart);
        }
        this.addresses = skipAwait ? pulumi.output([]) : addressesOf(gateway, service);
        this.registerOutputs({ addresses: this.addresses });
    }

    private createService(
        name: string,
        { cluster, gateway, namespace }: EastWestGatewayArgs,
        awaitAddress: boolean,
        chart: pulumi.Resource,
    ): k8s.core.v1.Service {
        const { annotations, spec } = gatewayService(gateway, awaitAddress);
        return new k8s.core.v1.Service(
            `${name}-service`,
            {
                metadata: {
                    name: names.eastWestGateway,
                    namespace,
                    labels: { ...gatewaySelector, [labels.network]: cluster.network },
                    annotations,
                },
                spec,
            },
            { parent: this, dependsOn: [chart] },
        );
    }

    /** In a primary alone: a remote's configuration is read from its primary. */
    private createExposure(
        name: string,
        { mesh, gateway, namespace }: EastWestGatewayArgs,
        chart: pulumi.Resource,
    ): void {
        const exposesIstiod = gateway.ports.some((port) => port.name === "tls-istiod");
        const objects = [
            ...(isMultiNetwork(mesh)
                ? [{ suffix: "cross-network", object: crossNetworkGateway }]
                : []),
            ...(exposesIstiod
                ? [
                      { suffix: "istiod-gateway", object: istiodGateway },
                      { suffix: "istiod-virtual-service", object: istiodVirtualService },
                  ]
                : []),
        ];
        for (const { suffix, object } of objects) {
            const { apiVersion, kind, metadata, spec } = object;
            new k8s.apiextensions.CustomResource(
                `${name}-${suffix}`,
                { apiVersion, kind, metadata: { ...metadata, namespace }, spec },
                // Ready pods of the chart show that istiod's webhooks answer, which check these objects.
                { parent: this, dependsOn: [chart] },
            );
        }
    }
}

function addressesOf(gateway: Gateway, service: k8s.core.v1.Service): pulumi.Output<string[]> {
    if (gateway.address.type !== "loadBalancer") {
        return pulumi.output([...gateway.address.addresses]);
    }
    return service.status.loadBalancer.ingress.apply(readIngress);
}

/** The SDK's types promise what the API leaves out: the status, and one of the two fields of each entry. */
function readIngress(
    ingress: readonly { readonly ip?: string; readonly hostname?: string }[] | undefined,
): string[] {
    return (ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
}
