import type * as pulumi from "@pulumi/pulumi";

import { MeshComponent } from "../mesh-component";
import { createIstioCharts, type IstioArgs } from "./istio-charts";
import { baseValues, type PrimaryEndpoint, remoteValues } from "./values";

/** Arguments of {@link IstioRemote}. */
export interface IstioRemoteArgs extends IstioArgs {
    /** Where the primary's istiod is reached. */
    readonly endpoint: PrimaryEndpoint;
}

/** Istio without a control plane: its webhooks and proxies use the istiod of the primary. */
export class IstioRemote extends MeshComponent {
    constructor(name: string, args: IstioRemoteArgs, opts?: pulumi.ComponentResourceOptions) {
        super("IstioRemote", name, opts);
        const { mesh, cluster, endpoint } = args;
        createIstioCharts(this, name, args, {
            base: baseValues(mesh, cluster, endpoint.address),
            istiod: remoteValues(mesh, cluster, endpoint),
        });
        this.registerOutputs({});
    }
}
