import { expect } from "chai";

import { MeshNamespace } from "../../components/control-plane/mesh-namespace";
import { recordComponent, shapeOf } from "../support/component";
import { registered } from "../support/recorder";
import { clusterOf, topology } from "../support/topologies";
import { valueOf } from "../support/value-of";

const mesh = topology("primary-remote-two-networks");

describe("MeshNamespace", () => {
    for (const { name, annotations } of [
        { name: "cluster1", annotations: undefined },
        { name: "cluster2", annotations: { "topology.istio.io/controlPlaneClusters": "cluster1" } },
    ]) {
        it(`has its network, and of a remote its primary, when the cluster is ${name}`, async () => {
            const cluster = clusterOf(mesh, name);
            const { component, registrations } = await recordComponent(
                (opts) => new MeshNamespace("mesh", { cluster }, opts),
            );
            expect(shapeOf(registrations)).to.deep.equal([
                "isthmus:index:MeshNamespace mesh",
                "kubernetes:core/v1:Namespace mesh-namespace in mesh",
            ]);
            const { provider, inputs } = registered(registrations, "mesh-namespace");
            expect(provider).to.equal("cluster");
            expect(inputs["metadata"]).to.deep.equal({
                name: "istio-system",
                labels: { "topology.istio.io/network": cluster.network },
                ...(annotations === undefined ? {} : { annotations }),
            });
            expect(await valueOf(component.namespaceName)).to.equal("istio-system");
        });
    }
});
