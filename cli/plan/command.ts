import { type Command, Option } from "commander";

import type { Mesh } from "../../components/topology/model";
import type { OpenContext } from "../global-options";

interface PlanOptions {
    readonly mesh?: string;
    readonly format: "text" | "json" | "mermaid";
    readonly json?: boolean;
}

const examples = `
Examples:
  npx isthmus plan                          the mesh of Pulumi.yaml
  npx isthmus plan --mesh mesh.yaml         a file with the content of mesh, or another Pulumi.yaml
  npx isthmus plan --format mermaid         a graph for a README or a pull request
  npx isthmus plan --json | jq '.phases'    the order of the stacks, for a script

Exit codes: 0 the mesh is right; 1 it is not, and standard error has every problem, one a line.`;

/** Adds `plan`. */
export function registerPlanCommand(program: Command, open: OpenContext): void {
    program
        .command("plan")
        .summary(
            "check the mesh and show what follows from it; needs no cluster and no credentials",
        )
        .description(
            "Checks the mesh and shows its clusters, networks, links and what each needs, the ports that " +
                "gateways expose, and the order of the stacks. Needs no cluster, no Pulumi and no credentials.",
        )
        .option(
            "--mesh <file>",
            "YAML file with the mesh, or a Pulumi.yaml (default: the project's)",
        )
        .addOption(
            new Option("--format <format>", "what to print")
                .choices(["text", "json", "mermaid"])
                .default("text"),
        )
        .option("--json", "the same as --format json")
        .addHelpText("after", examples)
        .action(async (options: PlanOptions, command: Command) => {
            const { planOf } = await import("./plan.js");
            const plan = planOf(await readMesh(options, () => open(command)));
            const format = options.json === true ? "json" : options.format;
            const text =
                format === "json"
                    ? JSON.stringify(plan, null, 2)
                    : format === "mermaid"
                      ? (await import("./mermaid.js")).formatMermaid(plan)
                      : (await import("./text.js")).formatPlan(plan);
            process.stdout.write(`${text}\n`);
        });
}

async function readMesh(
    { mesh }: PlanOptions,
    open: () => Promise<{ readonly mesh: Mesh }>,
): Promise<Mesh> {
    if (mesh === undefined) {
        return (await open()).mesh;
    }
    const { readMeshFile } = await import("../project/mesh-source.js");
    return readMeshFile(mesh);
}
