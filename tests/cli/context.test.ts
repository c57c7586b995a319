import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { openContext } from "../../cli/context";
import { CliError } from "../../cli/errors";
import { MeshError } from "../../components/topology/errors";
import { named, topologies } from "../support/topologies";
import { Scratch } from "./run-launcher";

const mesh = JSON.stringify(topologies["primary-remote-two-networks"]);
const other = JSON.stringify(topologies["multi-primary-one-network"]);
const project = `name: isthmus\nruntime: nodejs\nconfig:\n  mesh: {value: ${mesh}}\n`;

describe("the project as commands read it", () => {
    let scratch: Scratch;

    beforeEach(() => {
        scratch = new Scratch();
    });

    afterEach(() => {
        scratch.remove();
    });

    const open = (options: { configDir?: string } = {}) =>
        openContext({ cwd: scratch.folder, ...options });

    it("is found from a folder below it", async () => {
        scratch.write("Pulumi.yaml", project);
        const below = join(scratch.folder, "a", "b");
        mkdirSync(below, { recursive: true });
        const { projectDir, mesh: read } = await openContext({ cwd: below });
        expect(projectDir).to.equal(scratch.folder);
        expect(read.meshId).to.equal("mesh1");
    });

    it("gives each stack its own values over the project's", async () => {
        scratch.write(
            "Pulumi.yaml",
            `${project}  kubeconfig: {value: shared}\n  isthmus:context: {value: everywhere}\n`,
        );
        scratch.write(
            "Pulumi.cluster1.yaml",
            "config:\n  isthmus:context: own\n  isthmus:detached: [cluster2]\n",
        );
        const context = await open();
        expect(context.stackFile(named("cluster1"))).to.deep.equal({
            path: join(scratch.folder, "Pulumi.cluster1.yaml"),
            exists: true,
            kubeconfig: "shared",
            context: "own",
            detached: ["cluster2"],
            encrypted: [],
        });
        expect(context.stackFile(named("cluster2"))).to.include({
            exists: false,
            context: "everywhere",
        });
    });

    it("names what only the engine can decrypt", async () => {
        scratch.write("Pulumi.yaml", project);
        scratch.write("Pulumi.cluster1.yaml", "config:\n  isthmus:kubeconfig: {secure: v1:abc}\n");
        const file = (await open()).stackFile(named("cluster1"));
        expect(file.encrypted).to.deep.equal(["kubeconfig"]);
        expect(file).to.not.have.property("kubeconfig");
    });

    it("takes stack files from another folder when it is told one", async () => {
        scratch.write("Pulumi.yaml", project);
        const configDir = join(scratch.folder, "stacks");
        mkdirSync(configDir);
        writeFileSync(
            join(configDir, "Pulumi.cluster1.yaml"),
            "config:\n  isthmus:context: there\n",
        );
        const context = await open({ configDir });
        expect(context.stackFile(named("cluster1")).context).to.equal("there");
    });

    it("takes the mesh of the stack files where all of them bring the same", async () => {
        scratch.write("Pulumi.yaml", project);
        for (const name of ["cluster1", "cluster2"]) {
            scratch.write(`Pulumi.${name}.yaml`, `config:\n  isthmus:mesh: ${other}\n`);
        }
        const read = (await open()).mesh;
        expect(read.clusters.map(({ role }) => role.kind)).to.deep.equal(["primary", "primary"]);
    });

    it("refuses stacks that do not agree on the mesh", async () => {
        scratch.write("Pulumi.yaml", project);
        scratch.write("Pulumi.cluster1.yaml", `config:\n  isthmus:mesh: ${other}\n`);
        const error = await failureOf(open());
        expect(error).to.be.instanceOf(MeshError);
        expect(error.message).to.match(
            /Pulumi\.cluster1\.yaml: isthmus:mesh: another mesh than that of the stack of cluster2; expected one mesh for all stacks; keep it in .*Pulumi\.yaml alone$/,
        );
    });

    it("refuses stack files that bring different meshes", async () => {
        scratch.write("Pulumi.yaml", project);
        scratch.write("Pulumi.cluster1.yaml", `config:\n  isthmus:mesh: ${other}\n`);
        scratch.write("Pulumi.cluster2.yaml", `config:\n  isthmus:mesh: ${mesh}\n`);
        const error = await failureOf(open());
        expect(error.message).to.include("another mesh than that of ");
        expect(error.message).to.include("Pulumi.cluster2.yaml; expected one mesh for all stacks");
    });

    it("says where a stack file is not YAML", async () => {
        scratch.write("Pulumi.yaml", project);
        scratch.write(
            "Pulumi.cluster1.yaml",
            "config:\n  isthmus:context: a\n  isthmus:context: b\n",
        );
        const error = await failureOf(open());
        expect(error.message).to.match(
            /Pulumi\.cluster1\.yaml:3: duplicate key, got "isthmus:context"/,
        );
    });

    it("does not exist where there is no Pulumi.yaml", async () => {
        expect(await failureOf(open())).to.be.instanceOf(CliError);
    });
});

async function failureOf(promise: Promise<unknown>): Promise<Error> {
    try {
        await promise;
    } catch (error) {
        return error as Error;
    }
    throw new Error("nothing was refused");
}
