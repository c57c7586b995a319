import { expect } from "chai";

import { deploy, type RunFacts } from "../../components/program";
import type { Peer } from "../../components/topology/contract";
import { MeshError } from "../../components/topology/errors";
import type { ProgramConfig } from "../../components/topology/stack-config";
import { fakeCluster } from "../support/fake-cluster";
import { access, facts, programConfig } from "../support/published";
import { Recorder, registered, type Registration } from "../support/recorder";
import { named, topology } from "../support/topologies";

const mesh = topology("primary-remote-two-networks");
const charts = ["istio-base", "istio-istiod", "east-west-gateway-chart"];

describe("deploy", () => {
    it("leaves the charts empty in a preview when the cluster is new and out of reach", async () => {
        const registrations = await record({ isPreview: true, isReachable: false }, "new");
        for (const name of charts) {
            expect(registered(registrations, name).inputs, name).to.deep.equal({});
        }
    });

    it("renders the charts in a preview when the cluster can be reached", async () => {
        const registrations = await record({ isPreview: true, isReachable: true }, "new");
        for (const name of charts) {
            expect(registered(registrations, name).inputs, name).to.have.property("values");
        }
    });

    it("renders the charts in a preview when they are installed, even out of reach", async () => {
        const registrations = await record({ isPreview: true, isReachable: false }, "installed");
        for (const name of charts) {
            expect(registered(registrations, name).inputs, name).to.have.property("values");
        }
    });

    it("refuses to run when the kubeconfig has no such context", () => {
        const { mesh: sameMesh, cluster, stack } = programConfig(mesh, "cluster1");
        const config: ProgramConfig = { mesh: sameMesh, cluster, stack };
        expect(() => deploy(config, new Map(), { isPreview: false, isReachable: true }))
            .to.throw(MeshError)
            .with.property("problems")
            .that.deep.equals([
                'config.context: the kubeconfig has no such context, got "cluster1"; ' +
                    "expected a context of the kubeconfig that isthmus:kubeconfig or KUBECONFIG names; " +
                    "run pulumi config set isthmus:context NAME --stack cluster1",
            ]);
    });
});

async function record(run: RunFacts, state: "new" | "installed"): Promise<readonly Registration[]> {
    const recorder = await Recorder.start({
        preview: run.isPreview,
        respond: fakeCluster({ name: "cluster1" }),
    });
    const own: Peer =
        state === "new"
            ? { state: "pending", why: "its stack does not exist" }
            : {
                  state: "ready",
                  facts: facts(mesh, "cluster1"),
                  access: access(mesh, "cluster1"),
              };
    deploy(programConfig(mesh, "cluster1"), new Map([[named("cluster1"), own]]), run);
    return recorder.settle();
}
