import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { expect } from "chai";
import { parse } from "yaml";

import { projectSchema, stackSchema, staleSchemas } from "../../cli/schema";

const root = join(__dirname, "..", "..");

function compile(schema: object): ValidateFunction {
    const ajv = new Ajv({
        allErrors: true,
        strict: false,
        formats: { cidrv4: true, cidrv6: true },
    });
    addFormats(ajv);
    return ajv.compile(schema);
}

function read(file: string): unknown {
    return parse(readFileSync(join(root, file), "utf8"));
}

describe("JSON Schemas", () => {
    const project = compile(projectSchema());
    const stack = compile(stackSchema());

    it("are committed as they are generated", () => {
        expect(staleSchemas(), "run npm run schema").to.deep.equal([]);
    });

    it("accept the project's own files", () => {
        project(read("Pulumi.yaml"));
        expect(project.errors).to.equal(null);
        for (const file of ["Pulumi.cluster1.yaml", "Pulumi.cluster2.yaml"]) {
            stack(read(file));
            expect(stack.errors, file).to.equal(null);
        }
    });

    it("are named in the project's own files", () => {
        for (const [file, schema] of [
            ["Pulumi.yaml", "project"],
            ["Pulumi.cluster1.yaml", "stack"],
            ["Pulumi.cluster2.yaml", "stack"],
        ] as const) {
            expect(readFileSync(join(root, file), "utf8")).to.include(
                `# yaml-language-server: $schema=./components/topology/json-schema/${schema}.schema.json`,
            );
        }
    });

    const projectWith = (mesh: unknown) => ({
        name: "isthmus",
        runtime: "nodejs",
        config: { mesh: { value: mesh } },
    });
    const cluster = { role: "primary", network: "n" };
    const good = { meshId: "m", trust: "provided", clusters: { a: cluster } };

    const refusedMeshes: readonly (readonly [string, unknown])[] = [
        ["an unknown key at the top", { ...good, extra: 1 }],
        ["an unknown key of a cluster", { ...good, clusters: { a: { ...cluster, extra: 1 } } }],
        ["an invalid cluster name", { ...good, clusters: { A_b: cluster } }],
        [
            "a remote without a primary",
            { ...good, clusters: { a: { role: "remote", network: "n" } } },
        ],
        ["a wrong type", { ...good, clusters: [] }],
        ["no meshId", { trust: "provided", clusters: { a: cluster } }],
    ];
    for (const [what, mesh] of refusedMeshes) {
        it(`refuse ${what}`, () => {
            expect(project(projectWith(mesh))).to.equal(false);
        });
    }

    it("accept a mesh with no more than it needs", () => {
        project(projectWith(good));
        expect(project.errors).to.equal(null);
    });

    it("accept encrypted values where they may be", () => {
        const secure = { secure: "v1:abc" };
        stack({
            config: {
                "isthmus:kubeconfig": secure,
                "isthmus:cacerts": {
                    rootCert: secure,
                    caCert: secure,
                    caKey: secure,
                    certChain: secure,
                },
                "kubernetes:anything": 1,
            },
            encryptionsalt: "v1:abc",
        });
        expect(stack.errors).to.equal(null);
    });

    it("refuse an unknown key of this project in a stack file", () => {
        expect(stack({ config: { "isthmus:contxt": "a" } })).to.equal(false);
    });
});
