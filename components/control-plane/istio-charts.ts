import type * as pulumi from "@pulumi/pulumi";

import type { MeshComponent } from "../mesh-component";
import type { Cluster, Mesh } from "../topology/model";
import type { ChartValues, ValuesByChart } from "../topology/schema";
import { istioChart } from "./chart";
import { mergeValues } from "./values";

/** What a primary and a remote are told alike. */
export interface IstioArgs {
    readonly mesh: Mesh;
    readonly cluster: Cluster;
    readonly namespace: pulumi.Input<string>;
    /** False in a preview that comes before the cluster, where a chart cannot be rendered. */
    readonly renderCharts: boolean;
    /** Values of the charts, merged last. */
    readonly values: ValuesByChart;
}

/** Installs chart base, and then chart istiod, with the values that the role gives them. */
export function createIstioCharts(
    parent: MeshComponent,
    name: string,
    { mesh, namespace, renderCharts, values }: IstioArgs,
    ofRole: { readonly base: ChartValues; readonly istiod: ChartValues },
): void {
    const common = {
        namespace,
        source: mesh.istio.charts,
        version: mesh.istio.version,
        render: renderCharts,
    };
    const base = istioChart(
        `${name}-base`,
        {
            ...common,
            chart: "base",
            release: "istio-base",
            values: mergeValues(ofRole.base, values.base),
        },
        { parent },
    );
    istioChart(
        `${name}-istiod`,
        {
            ...common,
            chart: "istiod",
            release: "istiod",
            values: mergeValues(ofRole.istiod, values.istiod),
        },
        { parent, dependsOn: [base] },
    );
}
