import type * as pulumi from "@pulumi/pulumi";

import { MeshComponent } from "../mesh-component";
import { createIstioCharts, type IstioArgs } from "./istio-charts";
import { baseValues, primaryValues } from "./values";

/** Arguments of {@link IstioPrimary}. */
export interface IstioPrimaryArgs extends IstioArgs {
    /** Host name at which remotes call this istiod's webhooks; absent where they dial an IP. */
    readonly customHost?: string;
}

/** Istio with a control plane of its own: charts base and istiod. */
export class IstioPrimary extends MeshComponent {
    constructor(name: string, args: IstioPrimaryArgs, opts?: pulumi.ComponentResourceOptions) {
        super("IstioPrimary", name, opts);
        const { mesh, cluster, customHost } = args;
        createIstioCharts(this, name, args, {
            base: baseValues(mesh, cluster),
            istiod: primaryValues(mesh, cluster, customHost),
        });
        this.registerOutputs({});
    }
}
