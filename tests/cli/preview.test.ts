import { DiffKind, type EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";

import { buildPreview } from "../../cli/preview/build";
import { collectPreview } from "../../cli/preview/collect";
import { formatMarkdown } from "../../cli/preview/markdown";
import type { MeshPreview, StackPreview } from "../../cli/preview/model";
import { previewMesh } from "../../cli/preview/preview";
import { parsePath, propertyChanges } from "../../cli/preview/properties";
import { formatPreview } from "../../cli/preview/text";
import { buildTopology } from "../../components/topology/build";
import { meshValue, named, topologies, topology } from "../support/topologies";
import { FakeEngine } from "./engine/fake-engine";
import { silentProgress } from "./engine/silent-progress";
import { expectGoldenText } from "./golden-text";
import { remoteSecret, secretValue, stackOutputs, step } from "./preview-events";

const hiddenText = "do-not-show-this";

/** cluster3 joins as a remote of cluster1, and the gateway of cluster1 is replaced. */
const threeClusters = buildTopology(
    meshValue({
        cluster1: { role: "primary", network: "network1" },
        cluster2: { role: "remote", primary: "cluster1", network: "network2" },
        cluster3: { role: "remote", primary: "cluster1", network: "network3" },
    }),
);

const events1: readonly EngineEvent[] = [
    step({
        op: "create",
        type: "isthmus:index:PeerLink",
        name: "link-cluster3",
        custom: false,
        after: {},
    }),
    step({
        op: "replace",
        type: "kubernetes:core/v1:Service",
        name: "gateway-service",
        before: {
            metadata: { name: "istio-eastwestgateway", namespace: "istio-system" },
            spec: { clusterIP: "10.0.0.1" },
        },
        after: {
            metadata: { name: "istio-eastwestgateway", namespace: "istio-system" },
            spec: { clusterIP: "None" },
        },
        detailedDiff: { "spec.clusterIP": { diffKind: DiffKind.updateReplace, inputDiff: true } },
    }),
    step({
        op: "update",
        type: "kubernetes:apps/v1:Deployment",
        name: "istiod",
        before: {
            metadata: { name: "istiod", namespace: "istio-system" },
            spec: { replicas: 1, template: { annotations: { "a.b/c|d": "`x`" } } },
        },
        after: {
            metadata: { name: "istiod", namespace: "istio-system" },
            spec: { replicas: 2, template: { annotations: { "a.b/c|d": "y" } } },
        },
        detailedDiff: {
            "spec.replicas": { diffKind: DiffKind.update, inputDiff: true },
            'spec.template.annotations["a.b/c|d"]': { diffKind: DiffKind.update, inputDiff: true },
        },
    }),
    step({
        op: "update",
        type: "kubernetes:core/v1:Secret",
        name: "cacerts",
        before: { metadata: { name: "cacerts" }, stringData: { "ca-key.pem": hiddenText } },
        after: { metadata: { name: "cacerts" }, stringData: { "ca-key.pem": `${hiddenText}2` } },
        detailedDiff: {
            'stringData["ca-key.pem"]': { diffKind: DiffKind.update, inputDiff: true },
        },
    }),
    step({
        op: "update",
        type: "kubernetes:core/v1:ConfigMap",
        name: "settings",
        before: { metadata: { name: "settings" }, data: { ...secretValue, plain: hiddenText } },
        after: {
            metadata: { name: "settings" },
            data: { ...secretValue, plain: `${hiddenText}2` },
        },
        detailedDiff: { "data.plain": { diffKind: DiffKind.update, inputDiff: true } },
    }),
    step({
        op: "delete",
        type: "kubernetes:core/v1:ConfigMap",
        name: "old-settings",
        before: { metadata: { name: "old-settings", namespace: "istio-system" } },
    }),
    step({ op: "same", type: "kubernetes:core/v1:Namespace", name: "ns", before: {}, after: {} }),
    remoteSecret("same", "cluster2"),
    stackOutputs([
        {
            cluster: "cluster3",
            waitsFor: "its stack does not exist",
            next: "pulumi up --stack cluster3",
        },
    ]),
];

const unreachable =
    "configured Kubernetes cluster is unreachable: unable to load schema information from the API server";

function preview(): MeshPreview {
    const stacks: readonly StackPreview[] = [
        { ...collectPreview(named("cluster1"), events1), warnings: [] },
        {
            ...collectPreview(named("cluster2"), [stackOutputs([])]),
            warnings: [unreachable],
        },
        {
            ...collectPreview(named("cluster3"), []),
            warnings: [],
            failure: ["no context <cluster3> in the kubeconfig | stop"],
        },
    ];
    return buildPreview({
        mesh: threeClusters,
        stacks,
        up: [named("cluster1"), named("cluster2")],
    });
}

describe("preview", () => {
    it("prints the comment for a pull request, and the same as text", () => {
        expectGoldenText("preview.md", formatMarkdown(preview()));
        expectGoldenText("preview.txt", formatPreview(preview()));
    });

    it("tells what is replaced or deleted before anything else, replacements first", () => {
        const text = formatMarkdown(preview());
        const at = (part: string) => {
            expect(text).to.include(part);
            return text.indexOf(part);
        };
        expect(at("### :warning: 2 to replace or delete")).to.be.below(at("### Clusters"));
        expect(at(":warning: **replace**")).to.be.below(at(":warning: **delete**"));
        expect(at(":warning: **delete**")).to.be.below(at("### Clusters"));
        expect(at("`spec.clusterIP`")).to.be.below(at("### Clusters"));
    });

    it("shows no secret in any format", () => {
        for (const text of [
            formatMarkdown(preview()),
            formatPreview(preview()),
            JSON.stringify(preview()),
        ]) {
            expect(text).to.not.include(hiddenText);
            expect(text).to.include("[secret]");
        }
    });

    it("names clusters that join, and what each link comes to", () => {
        const { clusters, links } = preview();
        expect(clusters.map(({ name, change }) => `${name} ${change}`)).to.deep.equal([
            "cluster1 stays",
            "cluster2 stays",
            "cluster3 joins",
        ]);
        expect(links).to.deep.equal([
            { reader: "cluster1", cluster: "cluster2", kind: "control", change: "kept" },
            {
                reader: "cluster1",
                cluster: "cluster3",
                kind: "control",
                change: "pending",
                why: "its stack does not exist",
            },
        ]);
    });

    it("says plainly what it could not know", () => {
        const text = formatMarkdown(preview());
        const notKnown = text.slice(text.indexOf("### Not known"));
        expect(notKnown).to.include("stack cluster3 has no preview");
        expect(notKnown).to.include(`stack cluster2: ${unreachable}`);
        expect(notKnown).to.include("its stack does not exist");
    });

    it("compares with the mesh before the change when it is given", () => {
        const mesh = topology("primary-remote-two-networks");
        const { clusters, links } = buildPreview({
            mesh,
            base: threeClusters,
            up: [],
            stacks: [
                {
                    ...collectPreview(named("cluster1"), [
                        remoteSecret("create", "cluster2"),
                        remoteSecret("delete", "cluster3"),
                        stackOutputs([]),
                    ]),
                    warnings: [],
                },
            ],
        });
        expect(clusters.map(({ name, change }) => `${name} ${change}`)).to.deep.equal([
            "cluster1 stays",
            "cluster2 stays",
            "cluster3 leaves",
        ]);
        expect(
            links.map(({ reader, cluster, change }) => `${reader} ${cluster} ${change}`),
        ).to.deep.equal(["cluster1 cluster2 gained", "cluster1 cluster3 lost"]);
    });

    it("counts a cluster's own links as lost when a primary leaves", () => {
        const { links } = buildPreview({
            mesh: buildTopology(meshValue({ cluster1: { role: "primary", network: "network1" } })),
            base: topology("multi-primary-one-network"),
            up: [],
            stacks: [
                {
                    ...collectPreview(named("cluster1"), [remoteSecret("delete", "cluster2")]),
                    warnings: [],
                },
            ],
        });
        expect(
            links.map(({ reader, cluster, change }) => `${reader} ${cluster} ${change}`),
        ).to.deep.equal(["cluster1 cluster2 lost", "cluster2 cluster1 lost"]);
    });

    it("says that a waiting stack keeps its links waiting", () => {
        const blocker = { cluster: "cluster1", waitsFor: "its stack does not exist", next: "" };
        const { links } = buildPreview({
            mesh: topology("multi-primary-one-network"),
            up: [],
            stacks: [
                {
                    ...collectPreview(named("cluster2"), [stackOutputs([blocker])]),
                    warnings: [],
                },
            ],
        });
        expect(links).to.have.length(1);
        expect(links[0]).to.include({ change: "pending", why: "its stack does not exist" });
    });

    it("fits a comment however much changes, and keeps what is deleted", () => {
        const many = Array.from({ length: 3000 }, (_, i) =>
            step({
                op: "create",
                type: "kubernetes:core/v1:ConfigMap",
                name: `settings-${i}`,
                after: { metadata: { name: `settings-${i}`, namespace: "istio-system" } },
            }),
        );
        const gone = step({
            op: "delete",
            type: "kubernetes:core/v1:ConfigMap",
            name: "last",
            before: { metadata: { name: "the-last-one" } },
        });
        const stack = (name: string): StackPreview => ({
            ...collectPreview(named(name), [...many, gone, stackOutputs([])]),
            warnings: [],
        });
        const text = formatMarkdown(
            buildPreview({
                mesh: topology("primary-remote-one-network"),
                stacks: [stack("cluster1"), stack("cluster2")],
                up: [],
            }),
        );
        expect(text.length).to.be.at.most(65_536);
        expect(text).to.match(/and \d+ more/);
        expect(text.match(/the-last-one/g)?.length).to.be.at.least(2);
        expect(text).to.include("| `cluster1` | 0 | 1 | 3000 | 0 | 0 |");
    });

    it("is cut at the end where even what is deleted is too much", () => {
        const events = Array.from({ length: 3000 }, (_, i) =>
            step({ op: "delete", type: "kubernetes:core/v1:ConfigMap", name: `c${i}`, before: {} }),
        );
        const text = formatMarkdown(
            buildPreview({
                mesh: topology("primary-remote-one-network"),
                stacks: [{ ...collectPreview(named("cluster1"), events), warnings: [] }],
                up: [],
            }),
        );
        expect(text.length).to.be.at.most(65_536);
        expect(text).to.match(/and more: too long for a comment\n$/);
    });

    it("creates the stacks that do not exist, and goes on where one fails", async () => {
        const mesh = buildTopology(topologies["primary-remote-two-networks"]);
        const engine = new FakeEngine(
            mesh,
            new Map([["cluster2", "no such context"]]),
            new Map([["cluster1", events1]]),
        );
        const { stacks } = await previewMesh({
            engine,
            mesh,
            selected: mesh.clusters.map(({ name }) => name),
            parallel: 2,
            progress: silentProgress,
            signal: new AbortController().signal,
        });
        expect(engine.calls.slice(0, 2)).to.deep.equal(["create cluster1", "create cluster2"]);
        expect(stacks[0]?.changes.map(({ kind }) => kind)).to.include("replace");
        expect(stacks[1]?.failure).to.deep.equal(["no such context"]);
    });
});

describe("paths of properties", () => {
    const paths: readonly (readonly [string, readonly string[]])[] = [
        ["spec.replicas", ["spec", "replicas"]],
        ["spec.ports[0].name", ["spec", "ports", "0", "name"]],
        ['metadata.labels["a.b/c"]', ["metadata", "labels", "a.b/c"]],
        ['data["say \\"hi\\""]', ["data", 'say "hi"']],
    ];
    for (const [path, parts] of paths) {
        it(`reads ${path}`, () => {
            expect(parsePath(path)).to.deep.equal(parts);
        });
    }

    it("shows short values only, and says what is known later", () => {
        const event = step({
            op: "update",
            type: "kubernetes:core/v1:ConfigMap",
            name: "c",
            before: { data: { a: "x".repeat(61), b: "old", c: { d: 1 } } },
            after: { data: { a: "y", b: "04da6b54-80e4-46f7-96ec-b56ff0331ba9", c: { d: 2 } } },
            detailedDiff: Object.fromEntries(
                ["data.a", "data.b", "data.c"].map((path) => [
                    path,
                    { diffKind: DiffKind.update, inputDiff: true },
                ]),
            ),
        });
        const metadata = event.resourcePreEvent?.metadata;
        expect(metadata === undefined ? [] : propertyChanges(metadata)).to.deep.equal([
            { path: "data.a", to: "y", forcesReplacement: false },
            { path: "data.b", from: "old", to: "[known after up]", forcesReplacement: false },
            { path: "data.c", forcesReplacement: false },
        ]);
    });
});
