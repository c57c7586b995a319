import { expect } from "chai";
import * as fc from "fast-check";

import { buildTopology } from "../../components/topology/build";
import { istioVersionFloor } from "../../components/topology/defaults";
import { MeshError } from "../../components/topology/errors";
import type { Mesh } from "../../components/topology/model";

/** A mesh value as anyone may write it. */
type Wrong = Record<string, unknown>;

const labelRule = '1 to 63 of a-z, 0-9 and "-", beginning and ending with a letter or digit';
const unknownKey = "unknown key; expected a key of the schema; remove it or correct its spelling";
const removeGatewayFalse =
    "expected an east-west gateway on every network; remove gateway: false from one of them";

const primary = { role: "primary", network: "network1" };
const remote = { role: "remote", primary: "cluster1", network: "network2" };
const clusters = { cluster1: primary, cluster2: remote };
const good = { meshId: "mesh1", trust: { heldBy: "cluster1" }, clusters };

const mesh = (over: Wrong): Wrong => ({ ...good, ...over });
const cluster1 = (over: Wrong): Wrong =>
    mesh({ clusters: { ...clusters, cluster1: { ...primary, ...over } } });
const cluster2 = (over: Wrong): Wrong =>
    mesh({ clusters: { ...clusters, cluster2: { ...remote, ...over } } });
const gateway1 = (gateway: Wrong): Wrong => cluster1({ gateway });
const address1 = (address: Wrong): Wrong => gateway1({ address });
const without = (value: Wrong, key: string): Wrong =>
    Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));

const rejected: Record<string, { value: unknown; lines: string[] }> = {
    "nothing at all": {
        value: undefined,
        lines: ["mesh: missing; expected a mapping; add it"],
    },
    "an empty mapping": {
        value: {},
        lines: [
            "mesh.meshId: missing; expected text; add it",
            'mesh.trust: missing; expected a mapping or "provided"; choose one form',
            "mesh.clusters: missing; expected a mapping; add it",
        ],
    },
    "a mesh without clusters": {
        value: mesh({ clusters: {} }),
        lines: ["mesh.clusters: invalid value, got {}; expected at least one cluster; correct it"],
    },
    "text instead of a mesh": {
        value: "nonsense",
        lines: ['mesh: wrong type, got "nonsense"; expected a mapping; correct it'],
    },
    "a list of clusters": {
        value: mesh({ clusters: ["cluster1"] }),
        lines: ['mesh.clusters: wrong type, got ["cluster1"]; expected a mapping; correct it'],
    },
    "a cluster name with capitals": {
        value: mesh({ clusters: { ...clusters, Cluster_3: primary } }),
        lines: [
            `mesh.clusters.Cluster_3: invalid name, got "Cluster_3"; expected a cluster name: ${labelRule}; rename it`,
        ],
    },
    "an empty cluster name": {
        value: mesh({ clusters: { ...clusters, "": primary } }),
        lines: [
            `mesh.clusters."": invalid name, got ""; expected a cluster name: ${labelRule}; rename it`,
        ],
    },
    "a cluster name of 64 characters": {
        value: mesh({ clusters: { ...clusters, ["x".repeat(64)]: primary } }),
        lines: [
            `mesh.clusters.${"x".repeat(64)}: invalid name, got "${"x".repeat(56)}...; expected a cluster name: ${labelRule}; rename it`,
        ],
    },
    "a remote without a primary": {
        value: mesh({ clusters: { cluster1: primary, cluster2: without(remote, "primary") } }),
        lines: ["mesh.clusters.cluster2.primary: missing; expected text; add it"],
    },
    "a remote of a remote": {
        value: mesh({ clusters: { ...clusters, cluster3: { ...remote, primary: "cluster2" } } }),
        lines: [
            'mesh.clusters.cluster3.primary: a remote of a remote, got "cluster2"; expected "cluster1"; name a cluster with role primary',
        ],
    },
    "a remote of itself": {
        value: cluster2({ primary: "cluster2" }),
        lines: [
            'mesh.clusters.cluster2.primary: a remote of a remote, got "cluster2"; expected "cluster1"; name a cluster with role primary',
        ],
    },
    "an unknown primary": {
        value: cluster2({ primary: "cluster9" }),
        lines: [
            'mesh.clusters.cluster2.primary: unknown primary, got "cluster9"; expected "cluster1"; name a cluster with role primary',
        ],
    },
    "a primary that names a primary": {
        value: cluster1({ primary: "cluster1" }),
        lines: [`mesh.clusters.cluster1.primary: ${unknownKey}`],
    },
    "a mesh of remotes alone": {
        value: mesh({ clusters: { cluster1: { ...remote, primary: "cluster1" } } }),
        lines: [
            'mesh.trust.heldBy: a remote cannot hold the root, got "cluster1"; expected a cluster with role primary; name a primary, or set trust to provided',
            'mesh.clusters.cluster1.primary: a remote of a remote, got "cluster1"; expected a cluster with role primary; name a cluster with role primary',
        ],
    },
    "a trust holder that does not exist": {
        value: mesh({ trust: { heldBy: "cluster9" } }),
        lines: [
            'mesh.trust.heldBy: unknown cluster, got "cluster9"; expected "cluster1"; name a primary, or set trust to provided',
        ],
    },
    "a remote as trust holder": {
        value: mesh({ trust: { heldBy: "cluster2" } }),
        lines: [
            'mesh.trust.heldBy: a remote cannot hold the root, got "cluster2"; expected "cluster1"; name a primary, or set trust to provided',
        ],
    },
    "another kind of trust": {
        value: mesh({ trust: "vault" }),
        lines: [
            'mesh.trust: wrong form, got "vault"; expected a mapping or "provided"; choose one form',
        ],
    },
    // A network exists because a cluster names it: there is no list in which one could be unknown. What can be
    // wrong with it is its name.
    "a network name with a blank": {
        value: cluster1({ network: "Net 1" }),
        lines: [
            `mesh.clusters.cluster1.network: invalid value, got "Net 1"; expected a network name: ${labelRule}; correct it`,
        ],
    },
    "a cluster without a network": {
        value: mesh({ clusters: { ...clusters, cluster1: { role: "primary" } } }),
        lines: ["mesh.clusters.cluster1.network: missing; expected text; add it"],
    },
    "several networks of which one has no gateway": {
        value: cluster2({ gateway: false }),
        lines: [
            `mesh.clusters: several networks, but none of cluster2 has a gateway, got "network2"; ${removeGatewayFalse}`,
        ],
    },
    "several networks without any gateway": {
        value: mesh({
            clusters: {
                cluster1: { ...primary, gateway: false },
                cluster2: { ...primary, network: "network2", gateway: false },
                cluster3: { ...primary, network: "network2", gateway: false },
            },
        }),
        lines: [
            `mesh.clusters: several networks, but none of cluster1 has a gateway, got "network1"; ${removeGatewayFalse}`,
            `mesh.clusters: several networks, but none of cluster2, cluster3 has a gateway, got "network2"; ${removeGatewayFalse}`,
        ],
    },
    "a primary with a remote but no gateway": {
        value: mesh({
            clusters: {
                cluster1: { ...primary, gateway: false },
                cluster2: { ...remote, network: "network1" },
            },
        }),
        lines: [
            "mesh.clusters.cluster1.gateway: no gateway, but it serves cluster2, got false; expected a gateway that exposes istiod to its remotes; remove gateway: false",
        ],
    },
    "node ports without an address that a remote could dial": {
        value: address1({ type: "nodePort" }),
        lines: [
            "mesh.clusters.cluster1.gateway.address.addresses: no address at which cluster2 can reach istiod, got []; expected at least one address that leads to ports 15012 and 15017 of the gateway; add it, or use a load balancer",
        ],
    },
    "an Istio version below the floor": {
        value: mesh({ istio: { version: "1.30.3" } }),
        lines: [
            `mesh.istio.version: too old, earlier versions lose a cluster when its remote secret is rewritten, got "1.30.3"; expected ${istioVersionFloor} or later; raise it`,
        ],
    },
    "a pre-release of the floor": {
        value: mesh({ istio: { version: `${istioVersionFloor}-rc.0` } }),
        lines: [
            `mesh.istio.version: too old, earlier versions lose a cluster when its remote secret is rewritten, got "${istioVersionFloor}-rc.0"; expected ${istioVersionFloor} or later; raise it`,
        ],
    },
    "a version that is none": {
        value: mesh({ istio: { version: "latest" } }),
        lines: [
            'mesh.istio.version: invalid value, got "latest"; expected a version such as 1.31.0; correct it',
        ],
    },
    "a version that YAML read as a number": {
        value: mesh({ istio: { version: 1.31 } }),
        lines: ["mesh.istio.version: wrong type, got 1.31; expected text; correct it"],
    },
    "unknown keys at every depth, all at once": {
        value: mesh({
            meshID: "mesh1",
            trust: { heldBy: "cluster1", by: "cluster2" },
            istio: { verson: "1.31.0", charts: { folder: "charts", path: "charts" } },
            certManager: { chrat: "x" },
            clusters: {
                cluster1: {
                    ...primary,
                    netwrok: "network1",
                    locality: { region: "eu", rack: "1" },
                    values: { istod: {} },
                    gateway: { adress: {}, address: { type: "loadBalancer", ip: "192.0.2.1" } },
                },
            },
        }),
        lines: [
            `mesh.trust.by: ${unknownKey}`,
            `mesh.istio.charts.path: ${unknownKey}`,
            `mesh.istio.verson: ${unknownKey}`,
            `mesh.certManager.chrat: ${unknownKey}`,
            `mesh.clusters.cluster1.gateway.address.ip: ${unknownKey}`,
            `mesh.clusters.cluster1.gateway.adress: ${unknownKey}`,
            `mesh.clusters.cluster1.locality.rack: ${unknownKey}`,
            `mesh.clusters.cluster1.values.istod: ${unknownKey}`,
            `mesh.clusters.cluster1.netwrok: ${unknownKey}`,
            `mesh.meshID: ${unknownKey}`,
        ],
    },
    "ports of a gateway, which are derived": {
        value: gateway1({ ports: [15443] }),
        lines: [`mesh.clusters.cluster1.gateway.ports: ${unknownKey}`],
    },
    "a key that holds a line break": {
        value: mesh({ "a\nmesh.b: fine": 1 }),
        lines: [`mesh."a\\nmesh.b: fine": ${unknownKey}`],
    },
    "wrong types, all at once": {
        value: mesh({
            meshId: 3,
            clusters: {
                cluster1: { ...primary, network: ["network1"], values: { istiod: [] } },
                cluster2: { ...remote, gateway: "yes" },
            },
        }),
        lines: [
            "mesh.meshId: wrong type, got 3; expected text; correct it",
            'mesh.clusters.cluster1.network: wrong type, got ["network1"]; expected text; correct it',
            "mesh.clusters.cluster1.values.istiod: wrong type, got []; expected a mapping; correct it",
            'mesh.clusters.cluster2.gateway: wrong form, got "yes"; expected false or a mapping; choose one form',
        ],
    },
    "an unknown role": {
        value: cluster1({ role: "hub" }),
        lines: [
            'mesh.clusters.cluster1.role: unknown value, got "hub"; expected "primary" or "remote"; use one of these',
        ],
    },
    "a cluster without a role": {
        value: mesh({ clusters: { ...clusters, cluster1: { network: "network1" } } }),
        lines: [
            'mesh.clusters.cluster1.role: missing; expected "primary" or "remote"; use one of these',
        ],
    },
    "a cluster that is null": {
        value: mesh({ clusters: { ...clusters, cluster1: null } }),
        lines: ["mesh.clusters.cluster1: wrong type, got null; expected a mapping; correct it"],
    },
    "an unknown kind of address": {
        value: address1({ type: "dns" }),
        lines: [
            'mesh.clusters.cluster1.gateway.address.type: unknown value, got "dns"; expected "loadBalancer", "nodePort" or "static"; use one of these',
        ],
    },
    "a static address without one": {
        value: address1({ type: "static", addresses: [] }),
        lines: [
            "mesh.clusters.cluster1.gateway.address.addresses: invalid value, got []; expected at least 1 of them; correct it",
        ],
    },
    "a host name as static address": {
        value: address1({ type: "static", addresses: ["gateway.example"] }),
        lines: [
            'mesh.clusters.cluster1.gateway.address.addresses[0]: wrong form, got "gateway.example"; expected an IPv4 address or an IPv6 address; choose one form',
        ],
    },
    "a source range without a mask": {
        value: gateway1({ sourceRanges: ["10.0.0.0/8", "10.0.0.0"] }),
        lines: [
            'mesh.clusters.cluster1.gateway.sourceRanges[1]: wrong form, got "10.0.0.0"; expected a CIDR such as 10.0.0.0/8 or one such as fd00::/8; choose one form',
        ],
    },
    "fields of a load balancer where there is none": {
        value: gateway1({
            address: { type: "static", addresses: ["192.0.2.7"] },
            sourceRanges: ["10.0.0.0/8"],
            loadBalancerClass: "nlb",
        }),
        lines: [
            'mesh.clusters.cluster1.gateway.sourceRanges: Kubernetes has it for load balancers alone, and the address is of type static, got ["10.0.0.0/8"]; expected address.type loadBalancer, or nothing here; remove it',
            'mesh.clusters.cluster1.gateway.loadBalancerClass: Kubernetes has it for load balancers alone, and the address is of type static, got "nlb"; expected address.type loadBalancer, or nothing here; remove it',
        ],
    },
    "an annotation that is no text": {
        value: gateway1({ serviceAnnotations: { internal: true } }),
        lines: [
            "mesh.clusters.cluster1.gateway.serviceAnnotations.internal: wrong type, got true; expected text; correct it",
        ],
    },
    "values for the Service that the chart does not make": {
        value: cluster1({ values: { gateway: { service: { type: "NodePort" } } } }),
        lines: [
            "mesh.clusters.cluster1.values.gateway.service: the chart does not make the Service; expected gateway.address, serviceAnnotations, sourceRanges, externalTrafficPolicy or loadBalancerClass; move it to gateway of the cluster in the mesh",
        ],
    },
    "a chart repository that is no web address": {
        value: mesh({ istio: { charts: { repository: "ftp://charts.example" } } }),
        lines: [
            'mesh.istio.charts.repository: invalid value, got "ftp://charts.example"; expected an http or https URL; correct it',
        ],
    },
    "an OCI source without its scheme": {
        value: mesh({ istio: { charts: { oci: "registry.example/charts" } } }),
        lines: [
            'mesh.istio.charts.oci: invalid value, got "registry.example/charts"; expected oci://<registry>/<path>; correct it',
        ],
    },
    "two sources of charts": {
        value: mesh({
            istio: { charts: { repository: "https://charts.example", oci: "oci://x" } },
        }),
        lines: [`mesh.istio.charts.oci: ${unknownKey}`],
    },
    "an empty chart folder": {
        value: mesh({ istio: { charts: { folder: "" } } }),
        lines: [
            'mesh.istio.charts.folder: invalid value, got ""; expected text that is not empty; correct it',
        ],
    },
    "a mesh ID that is no label": {
        value: mesh({ meshId: "Mesh 1" }),
        lines: [
            `mesh.meshId: invalid value, got "Mesh 1"; expected a mesh ID: ${labelRule}; correct it`,
        ],
    },
    "a trust domain that is no DNS name": {
        value: mesh({ trustDomain: "Cluster Local" }),
        lines: [
            'mesh.trustDomain: invalid value, got "Cluster Local"; expected a DNS name such as cluster.local; correct it',
        ],
    },
};

const megabyte = 1_000_000;
const deep: unknown = JSON.parse("[".repeat(megabyte / 2) + "]".repeat(megabyte / 2));

const nonsense: Record<string, { value: unknown; lines: string[] }> = {
    "text of a megabyte": {
        value: "x".repeat(megabyte),
        lines: [`mesh: wrong type, got "${"x".repeat(56)}...; expected a mapping; correct it`],
    },
    "half a million nested lists": {
        value: deep,
        lines: ["mesh: wrong type, got object; expected a mapping; correct it"],
    },
    "half a million nested lists as a name": {
        value: cluster1({ network: deep }),
        lines: [
            "mesh.clusters.cluster1.network: wrong type, got object; expected text; correct it",
        ],
    },
    "a cluster name of a megabyte": {
        value: mesh({ clusters: { ...clusters, ["x".repeat(megabyte)]: primary } }),
        lines: [
            `mesh.clusters."${"x".repeat(56)}...: invalid name, got "${"x".repeat(56)}...; expected a cluster name: ${labelRule}; rename it`,
        ],
    },
};

describe("buildTopology with a bad mesh", () => {
    for (const [what, { value, lines }] of Object.entries({ ...rejected, ...nonsense })) {
        it(`rejects ${what}`, () => {
            expect(problemsOf(value)).to.deep.equal(lines);
        });
    }

    it("accepts the mesh that the bad ones are made from", () => {
        expect(problemsOf(good)).to.deep.equal([]);
    });

    it("rejects eighty thousand unknown keys, a hundred of them by name", () => {
        const keys = Array.from({ length: 80_000 }, (_, i) => [`key${i}`, i] as const);
        const lines = problemsOf(mesh(Object.fromEntries(keys)));
        expect(lines.length).to.equal(101);
        expect(lines.at(-1)).to.equal("and 79900 more problems");
        expect(lines[0]).to.equal(`mesh.key0: ${unknownKey}`);
    });

    it("gives a mesh or lines with a path, what is expected and a remedy when JSON is any", () => {
        fc.assert(
            fc.property(fc.oneof(fc.jsonValue({ maxDepth: 4 }), meshLike()), (value) => {
                for (const line of problemsOf(value)) {
                    expectForm(line);
                }
            }),
            { numRuns: 500 },
        );
    });
});

/** `<path>: <what is wrong>[, got <value>]; expected <what>; <what to do>` on one line, of bounded length. */
function expectForm(line: string): void {
    expect(line).to.match(/^mesh([.[][^\n]+)?: [^\n]+; expected [^\n]+; [^\n]+$/);
    expect(line.length).to.be.below(2000);
}

/** JSON with the keys of a mesh, so that problems lie at every depth. */
function meshLike(): fc.Arbitrary<unknown> {
    const scrap = fc.oneof(
        fc.constantFrom<unknown>(
            "cluster1",
            "primary",
            "remote",
            "provided",
            false,
            0,
            "",
            "1.31.0",
        ),
        fc.jsonValue({ maxDepth: 2 }),
    );
    const keys = (names: string[], value: fc.Arbitrary<unknown>) =>
        fc.dictionary(fc.constantFrom(...names, "x"), value, { maxKeys: 6 });
    const address = keys(["type", "addresses", "nodeSelector"], scrap);
    const gateway = keys(
        ["address", "sourceRanges", "serviceAnnotations"],
        fc.oneof(address, scrap),
    );
    const cluster = keys(
        ["role", "primary", "network", "gateway", "values", "locality"],
        fc.oneof(gateway, scrap),
    );
    return keys(
        ["meshId", "trust", "istio", "clusters", "trustDomain", "certManager"],
        fc.oneof(
            keys(["cluster1", "cluster2", "heldBy", "charts"], fc.oneof(cluster, scrap)),
            scrap,
        ),
    );
}

/** The lines of the MeshError that the value gives; anything else that is thrown fails the test. */
function problemsOf(value: unknown): readonly string[] {
    let built: Mesh;
    try {
        built = buildTopology(value);
    } catch (error) {
        if (error instanceof MeshError) {
            expect(error.message).to.equal(error.problems.join("\n"));
            expect(error.problems).to.not.be.empty;
            return error.problems;
        }
        throw error;
    }
    expect(built.clusters).to.not.be.empty;
    return [];
}
