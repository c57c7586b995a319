import type * as pulumi from "@pulumi/pulumi";

import { MeshComponent } from "../mesh-component";
import type { Cluster, Mesh } from "../topology/model";
import type { ValuesByChart } from "../topology/schema";
import { istioChart } from "./chart";
import { baseValues, mergeValues, primaryValues } from "./values";

/** Arguments of {@link IstioPrimary}. */
export interface IstioPrimaryArgs {
    readonly mesh: Mesh;
    readonly cluster: Cluster;
    readonly namespace: pulumi.Input<string>;
    /** False in a preview that comes before the cluster, where a chart cannot be rendered. */
    readonly renderCharts: boolean;
    /** Values of the charts, merged last. */
    readonly values: ValuesByChart;
    /** Host name at which remotes call this istiod's webhooks; absent where they dial an IP. */
    readonly customHost?: string;
}

/** Istio with a control plane of its own: charts base and istiod. */
export class IstioPrimary extends MeshComponent {
    constructor(name: string, args: IstioPrimaryArgs, opts?: pulumi.ComponentResourceOptions) {
        super("IstioPrimary", name, opts);
        const { mesh, cluster, namespace, values, customHost } = args;
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
                values: mergeValues(baseValues(mesh, cluster), values.base),
            },
            { parent: this },
        );
        istioChart(
            `${name}-istiod`,
            {
                ...common,
                chart: "istiod",
                release: "istiod",
                values: mergeValues(primaryValues(mesh, cluster, customHost), values.istiod),
            },
            { parent: this, dependsOn: [base] },
        );
        this.registerOutputs({});
    }
}
