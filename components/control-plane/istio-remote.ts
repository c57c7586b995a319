import * as pulumi from "@pulumi/pulumi";

import { MeshComponent } from "../mesh-component";
import type { Cluster, Mesh } from "../topology/model";
import type { ValuesByChart } from "../topology/schema";
import { istioChart } from "./chart";
import { baseValues, mergeValues, type PrimaryEndpoint, remoteValues } from "./values";

/** Arguments of {@link IstioRemote}. */
export interface IstioRemoteArgs {
    readonly mesh: Mesh;
    readonly cluster: Cluster;
    readonly namespace: pulumi.Input<string>;
    /** False in a preview that comes before the cluster, where a chart cannot be rendered. */
    readonly renderCharts: boolean;
    /** Where the primary's istiod is reached. */
    readonly endpoint: PrimaryEndpoint;
    /** Values of the charts, merged last. */
    readonly values: ValuesByChart;
}

/** Istio without a control plane: its webhooks and proxies use the istiod of the primary. */
export class IstioRemote extends MeshComponent {
    constructor(name: string, args: IstioRemoteArgs, opts?: pulumi.ComponentResourceOptions) {
        super("IstioRemote", name, opts);
        const { mesh, cluster, namespace, endpoint, values } = args;
        const common = {
            namespace,
            source: mesh.istio.charts,
            version: mesh.istio.version,
            render: args.renderCharts,
        };
        const base = istioChart(
            `${name}-base`,
            {
                ...common,
                chart: "base",
                release: "istio-base",
                values: mergeValues(baseValues(mesh, cluster, endpoint.address), values.base),
            },
            { parent: this },
        );
        istioChart(
            `${name}-istiod`,
            {
                ...common,
                chart: "istiod",
                release: "istiod",
                values: mergeValues(remoteValues(mesh, cluster, endpoint), values.istiod),
            },
            { parent: this, dependsOn: [base] },
        );
        this.registerOutputs({});
    }
}
