import { expect } from "chai";

import { mapLimited } from "../../cli/engine/parallel";
import { readMeshFile } from "../../cli/project/mesh-source";
import { MeshError } from "../../components/topology/errors";
import { isthmus, type Ran, Scratch } from "./run-launcher";

const head = "meshId: m\ntrust: {heldBy: a}\n";
const primary = "{role: primary, network: n}";
const labelRule = 'a cluster name: 1 to 63 of a-z, 0-9 and "-"';

/** What a user may write, and what `plan` must say to it: where, what was given, what to do. */
interface Refused {
    readonly what: string;
    readonly yaml: string;
    readonly says: readonly string[];
}

const refused: readonly Refused[] = [
    {
        what: "a duplicate cluster name",
        yaml: `${head}clusters:\n  a: ${primary}\n  b: ${primary}\n  a: ${primary}\n`,
        says: [
            'mesh.yaml:6: duplicate key, got "a"; expected each name once; rename or remove one of the two',
        ],
    },
    {
        what: "an invalid cluster name",
        yaml: `${head}clusters:\n  a: ${primary}\n  B_c: ${primary}\n`,
        says: [`mesh.clusters.B_c: invalid name, got "B_c"; expected ${labelRule}`, "rename it"],
    },
    {
        what: "a remote without a primary",
        yaml: `${head}clusters:\n  a: ${primary}\n  b: {role: remote, network: n}\n`,
        says: ["mesh.clusters.b.primary: missing; expected text; add it"],
    },
    {
        what: "a remote of a remote",
        yaml: `${head}clusters:\n  a: ${primary}\n  b: {role: remote, primary: a, network: n}\n  c: {role: remote, primary: b, network: n}\n`,
        says: [
            'mesh.clusters.c.primary: a remote of a remote, got "b"; expected "a"; name a cluster with role primary',
        ],
    },
    {
        what: "an unknown primary",
        yaml: `${head}clusters:\n  a: ${primary}\n  b: {role: remote, primary: z, network: n}\n`,
        says: [
            'mesh.clusters.b.primary: unknown primary, got "z"; expected "a"; name a cluster with role primary',
        ],
    },
    {
        what: "an invalid network",
        yaml: `${head}clusters:\n  a: {role: primary, network: "Net 1"}\n`,
        says: [
            'mesh.clusters.a.network: invalid value, got "Net 1"; expected a network name',
            "correct it",
        ],
    },
    {
        what: "several networks without gateways",
        yaml: `${head}clusters:\n  a: ${primary}\n  b: {role: primary, network: n2, gateway: false}\n`,
        says: [
            'mesh.clusters: several networks, but none of b has a gateway, got "n2"',
            "remove gateway: false from one of them",
        ],
    },
    {
        what: "a trust holder that does not exist",
        yaml: `meshId: m\ntrust: {heldBy: z}\nclusters:\n  a: ${primary}\n`,
        says: ['mesh.trust.heldBy: unknown cluster, got "z"; expected "a"; name a primary'],
    },
    {
        what: "an Istio version below the floor",
        yaml: `${head}istio: {version: 1.20.0}\nclusters:\n  a: ${primary}\n`,
        says: ["mesh.istio.version: too old", 'got "1.20.0"', "raise it"],
    },
    {
        what: "unknown keys at several depths, all at once",
        yaml: `${head}color: red\nistio: {verson: 1}\nclusters:\n  a: {role: primary, network: n, gateway: {address: {type: loadBalancer, ip: 1}}}\n`,
        says: [
            "mesh.color: unknown key",
            "mesh.istio.verson: unknown key",
            "mesh.clusters.a.gateway.address.ip: unknown key",
            "remove it or correct its spelling",
        ],
    },
    {
        what: "wrong types",
        yaml: "meshId: 7\ntrust: {heldBy: a}\nclusters: [a, b]\n",
        says: [
            "mesh.meshId: wrong type, got 7; expected text",
            "mesh.clusters: wrong type",
            "expected a mapping",
        ],
    },
    { what: "an empty mesh", yaml: "", says: ["mesh: wrong type, got null; expected a mapping"] },
    {
        what: "one megabyte of text",
        yaml: "nonsense ".repeat(116_000),
        says: [
            "mesh.yaml: too large, 1044 kB; expected at most 500 kB; check that it is the right file",
        ],
    },
];

/** The same without the launcher, whose start is most of what each of these would take. */
const alsoRefused: readonly Refused[] = [
    {
        what: "a mesh without clusters",
        yaml: `${head}clusters: {}\n`,
        says: ["mesh.clusters: invalid value, got {}; expected at least one cluster"],
    },
    {
        what: "what is not YAML",
        yaml: "meshId: [1\ntrust: }\n",
        says: ["mesh.yaml:2: not YAML, ", "expected valid YAML; correct this line"],
    },
    {
        what: "a Pulumi.yaml without a mesh",
        yaml: "name: isthmus\nruntime: nodejs\n",
        says: ["mesh.yaml: config.mesh: missing; expected the mesh under config.mesh.value"],
    },
    {
        what: "half a megabyte of text",
        yaml: "nonsense ".repeat(55_000),
        says: ['mesh: wrong type, got "nonsense nonsense'],
    },
    {
        what: "half a megabyte of brackets",
        yaml: "[".repeat(490_000),
        says: ["mesh.yaml: cannot be read as YAML; expected a YAML file without deep nesting"],
    },
    {
        what: "thousands of unknown keys",
        yaml: Array.from({ length: 20_000 }, (_, i) => `key${i}: ${i}`).join("\n"),
        says: ['mesh.yaml: not a mesh, got "key0"; expected the keys meshId'],
    },
    {
        what: "aliases of aliases",
        yaml: `a: &a [x, x, x, x, x, x, x, x, x, x]\n${["b", "c", "d", "e", "f", "g"].map((key, i) => `${key}: &${key} [${Array.from({ length: 10 }, () => `*${String.fromCharCode(97 + i)}`).join(", ")}]`).join("\n")}\n`,
        says: ["mesh.yaml: cannot be read as YAML; expected a YAML file"],
    },
];

describe("plan refuses", function () {
    this.timeout(120_000);
    const scratch = new Scratch();
    let ran: readonly Ran[] = [];

    before(async () => {
        ran = await mapLimited([...refused.entries()], 4, ([index, { yaml }]) => {
            scratch.write(`${index}.yaml`, yaml);
            return isthmus(["plan", "--mesh", `${index}.yaml`], { cwd: scratch.folder });
        });
    });

    after(() => {
        scratch.remove();
    });

    refused.forEach(({ what, says }, index) => {
        it(what, () => {
            const { code, stdout, stderr } = ran[index] ?? { code: null, stdout: "", stderr: "" };
            expectRefusal(stderr.replaceAll(`${index}.yaml`, "mesh.yaml"), says);
            expect(stdout).to.equal("");
            expect(code).to.equal(1);
        });
    });

    for (const { what, yaml, says } of alsoRefused) {
        it(what, () => {
            const path = scratch.write("mesh.yaml", yaml);
            expect(() => readMeshFile(path))
                .to.throw(MeshError)
                .that.satisfies(({ message }: MeshError) => {
                    expectRefusal(message.replaceAll(path, "mesh.yaml"), says);
                    return true;
                });
        });
    }
});

function expectRefusal(text: string, says: readonly string[]): void {
    for (const part of says) {
        expect(text).to.include(part);
    }
    expect(text.trim().split("\n")).to.have.length.at.most(says.length + 2);
    expect(text.length).to.be.below(2000);
    expect(text).to.not.include("    at ");
}
