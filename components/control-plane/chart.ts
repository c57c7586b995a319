import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ChartSource, ChartValues } from "../topology/schema";

/** One of Istio's charts, from wherever the mesh takes them. */
export interface IstioChartArgs {
    readonly chart: "base" | "istiod" | "gateway";
    /** Helm release name, which some object names and labels carry. */
    readonly release: string;
    readonly namespace: pulumi.Input<string>;
    readonly source: ChartSource;
    /** Version of the chart; a folder has its own. */
    readonly version: string;
    readonly values: pulumi.Input<ChartValues>;
    /** True where the chart's workloads cannot become ready within this run. */
    readonly skipAwait?: boolean;
    /** False where no cluster can be asked for what rendering needs: the chart then stands there empty. */
    readonly render: boolean;
}

/** Renders a chart of Istio into resources of this stack, all of them visible in the preview. */
export function istioChart(
    name: string,
    args: IstioChartArgs,
    opts: pulumi.ComponentResourceOptions,
): pulumi.ComponentResource {
    const { release, namespace, values, skipAwait } = args;
    if (!args.render) {
        return new pulumi.ComponentResource("kubernetes:helm.sh/v4:Chart", name, {}, opts);
    }
    return new k8s.helm.v4.Chart(
        name,
        {
            name: release,
            namespace,
            values,
            ...chartReference(args.chart, args.source, args.version),
            ...(skipAwait === undefined ? {} : { skipAwait }),
        },
        opts,
    );
}

/** The part of a chart's arguments that says where it comes from. */
export function chartReference(
    chart: string,
    source: ChartSource,
    version: string,
): Pick<k8s.helm.v4.ChartArgs, "version" | "repositoryOpts"> & { chart: string } {
    if ("folder" in source) {
        return { chart: `${source.folder}/${chart}` };
    }
    if ("oci" in source) {
        return { chart: `${source.oci}/${chart}`, version };
    }
    return { chart, version, repositoryOpts: { repo: source.repository } };
}
