import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { parse } from "yaml";

import { meshValueIn } from "../../cli/project/mesh-source";
import { buildTopology } from "../../components/topology/build";
import { stackConfigSchema } from "../../components/topology/stack-config";
import { validate } from "../../components/topology/validate";
import { type Block, blocks, root } from "./pages";

type Mapping = Record<string, unknown>;

describe("YAML of the pages", () => {
    const shown = blocks.filter(({ language }) => language === "yaml");

    it("is marked with what it is", () => {
        const unmarked = shown.filter(({ marks }) =>
            kinds.every((kind) => marks[kind] === undefined),
        );
        expect(unmarked.map(({ at }) => at)).to.deep.equal([]);
        expect(shown.length).to.be.greaterThan(10);
    });

    for (const block of shown) {
        it(`${block.at} is right`, () => {
            check(block);
        });
    }

    it("of the README is the mesh of Pulumi.yaml", () => {
        const block = shown.find(({ marks }) => marks["mesh"] === "default");
        const own: unknown = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8"));
        expect(meshValueIn(parse(block?.content ?? ""), "README.md")).to.deep.equal(
            meshValueIn(own, "Pulumi.yaml"),
        );
    });
});

/** A mesh, what one cluster of a mesh says, a stack file. */
const kinds = ["mesh", "cluster", "stack"] as const;

function check({ at, marks, content }: Block): void {
    const value = parse(content) as Mapping;
    if (marks["mesh"] !== undefined) {
        buildTopology(meshValueIn(value, at));
    } else if (marks["cluster"] !== undefined) {
        buildTopology(meshAround(value));
    } else {
        const entries = Object.entries(value["config"] as Mapping).map(([key, entry]) => {
            expect(key).to.match(/^isthmus:/);
            return [key.replace(/^isthmus:/, ""), entry];
        });
        const result = validate(stackConfigSchema, Object.fromEntries(entries), { root: at });
        expect(result.ok ? [] : result.problems).to.deep.equal([]);
    }
}

/** A mesh in which a primary with a remote says this. */
function meshAround(cluster: Mapping): unknown {
    return {
        meshId: "mesh1",
        trust: { heldBy: "cluster1" },
        clusters: {
            cluster1: { role: "primary", network: "network1", ...cluster },
            cluster2: { role: "remote", primary: "cluster1", network: "network2" },
        },
    };
}
