import { expect } from "chai";

import { runChecks } from "../../cli/check/checks";
import { type ClusterFacts, known } from "../../cli/check/observation";
import { multiPrimary, oneNetwork, primaryRemote, withGatewayAddress } from "./check/meshes";
import { having, havingGateway, havingIstiod, inputOf, unreachable } from "./check/observations";
import { failuresOf, ownCluster } from "./check/changes";
import { clusterFaults } from "./check/cluster-faults";
import { linkFaults } from "./check/link-faults";

describe("the acceptance checks", () => {
    for (const [topology, mesh] of Object.entries({
        "primary-remote": primaryRemote(),
        "multi-primary": multiPrimary(),
        "one network": oneNetwork(),
    })) {
        it(`all pass when a mesh of topology ${topology} is healthy`, () => {
            const results = runChecks(inputOf(mesh));
            expect(results.filter(({ status }) => status !== "passed")).to.deep.equal([]);
            expect(new Set(results.map(({ id }) => id))).to.include.all.keys(
                ...["E0", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E14", "mTLS"],
            );
        });
    }

    for (const { fault, mesh, changes, fails, seen, expected, remedy } of [
        ...linkFaults,
        ...clusterFaults,
    ]) {
        it(`name the fault when ${fault}`, () => {
            const failures = failuresOf(inputOf(mesh, changes));
            const named = failures.map(({ id, subject, title }) => `${id} ${subject} ${title}`);
            expect(named).to.include(fails);
            const failure = failures[named.indexOf(fails)];
            expect(failure?.seen).to.include(seen);
            expect(failure?.expected).to.include(expected);
            expect(failure?.remedy).to.include(remedy);
        });
    }

    it("blame nothing else for a fault of one cluster", () => {
        const failures = failuresOf(
            inputOf(multiPrimary(), { cluster2: having({ peerAuthentication: known(null) }) }),
        );
        expect(failures).to.have.length(1);
    });

    it("miss the remote secret and the peer together when a link was not made", () => {
        const failures = failuresOf(
            inputOf(primaryRemote(), {
                cluster1: (facts) =>
                    havingIstiod({ clusters: known([ownCluster("cluster1")]) })({
                        ...facts,
                        remoteSecrets: known([]),
                    }),
            }),
        );
        expect(failures.map(({ id }) => id)).to.deep.equal(["E1", "E2"]);
        expect(failures[0]?.remedy).to.equal(
            "run pulumi up in stack cluster2, then in stack cluster1",
        );
    });

    it("are skipped for a cluster whose API server does not answer", () => {
        const results = runChecks(inputOf(multiPrimary(), { cluster2: unreachable }));
        const ofCluster2 = results.filter(({ subject }) => subject.startsWith("cluster2"));
        expect(ofCluster2.filter(({ id }) => id !== "E0").map(({ status }) => status)).to.satisfy(
            (statuses: string[]) => statuses.every((status) => status === "skipped"),
        );
        const linkToIt = results.find(
            ({ id, subject }) => id === "E5" && subject === "cluster1 -> cluster2",
        );
        expect(linkToIt?.status).to.equal("passed");
    });

    it("do not expect a link that a stack leaves out", () => {
        const input = inputOf(multiPrimary());
        const failures = failuresOf({
            ...input,
            links: input.links.filter(({ reader }) => reader !== "cluster1"),
        });
        expect(failures.map(({ id, seen }) => `${id} ${seen ?? ""}`)).to.deep.equal([
            "E1 also reads cluster2, from secret istio-system/istio-remote-secret-cluster2",
            "E2 istio-remote-secret-cluster2 leads to cluster2",
        ]);
    });

    it("say only what is about the clusters that were looked at", () => {
        const input = inputOf(multiPrimary());
        const [first] = input.observations;
        const results = runChecks({ ...input, observations: first === undefined ? [] : [first] });
        expect(results.every(({ subject }) => subject.startsWith("cluster1"))).to.equal(true);
        expect(results.every(({ status }) => status === "passed")).to.equal(true);
    });

    it("accept the node's port of a gateway that is reached through nodes", () => {
        const mesh = withGatewayAddress({ type: "nodePort" });
        const behindNodes = havingGateway({
            type: "NodePort",
            ports: [{ port: 15443, nodePort: 31443 }],
            addresses: [],
            nodeSelector: "{}",
        });
        const gateways = known(
            mesh.clusters.map(({ name, network }) => ({
                network,
                cluster: name,
                address: "10.0.0.1",
                port: 31443,
            })),
        );
        const changed = (facts: ClusterFacts) => havingIstiod({ gateways })(behindNodes(facts));
        expect(failuresOf(inputOf(mesh, { cluster1: changed, cluster2: changed }))).to.deep.equal(
            [],
        );
    });

    it("skip the version when no istiod knows it", () => {
        const forget = (facts: ClusterFacts): ClusterFacts => ({
            ...facts,
            istiods: facts.istiods.known
                ? known(
                      facts.istiods.value.map((istiod) => {
                          const { version, ...rest } = istiod;
                          expect(version).to.be.a("string");
                          return rest;
                      }),
                  )
                : facts.istiods,
        });
        const results = runChecks(inputOf(multiPrimary(), { cluster2: forget }));
        const version = results.find(
            ({ title, subject }) => title === "version of istiod" && subject === "cluster2",
        );
        expect(version?.status).to.equal("skipped");
    });
});
