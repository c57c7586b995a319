import { type Command, Option } from "commander";

import type { CliContext } from "../context";
import { exitCodes } from "../errors";
import type { OpenContext } from "../global-options";
import { parseParallel, selectClusters } from "../selection";
import type { MeshPreview } from "./model";

interface PreviewOptions {
    readonly cluster?: readonly string[];
    readonly format: "text" | "markdown" | "json";
    readonly base?: string;
    readonly parallel?: number;
    readonly json?: boolean;
}

const examples = `
Examples:
  npx isthmus preview                          every cluster
  npx isthmus preview --cluster cluster2       one cluster
  git show origin/main:Pulumi.yaml > base.yaml
  npx isthmus preview --base base.yaml --format markdown > comment.md
                                               a comment for a pull request

Exit codes: 0 every stack has a preview; 1 a stack has none, the others are shown all the same.`;

/** Adds `preview`. */
export function registerPreviewCommand(program: Command, open: OpenContext): void {
    program
        .command("preview")
        .summary("show what would change: clusters, links, resources; changes nothing")
        .description(
            "Previews every stack and puts the results together: clusters that join and leave, links gained and " +
                "lost, resources by kind of change with replacements and deletions first, and what could not be " +
                "known. Secrets are masked.",
        )
        .option("--cluster <name...>", "only these clusters")
        .addOption(
            new Option("--format <format>", "what to print")
                .choices(["text", "markdown", "json"])
                .default("text"),
        )
        .option("--base <file>", "Pulumi.yaml before the change, to compare the mesh with")
        .option(
            "--parallel <n>",
            "how many stacks may run at once (default: one per CPU, at least 2)",
            parseParallel,
        )
        .option("--json", "the same as --format json")
        .addHelpText("after", examples)
        .action(async (options: PreviewOptions, command: Command) => {
            process.exitCode = await preview(await open(command), options);
        });
}

async function preview(context: CliContext, options: PreviewOptions): Promise<number> {
    const result = await previewStacks(context, options);
    const format = options.json === true ? "json" : options.format;
    const text =
        format === "json"
            ? JSON.stringify(result, null, 2)
            : format === "markdown"
              ? (await import("./markdown.js")).formatMarkdown(result)
              : (await import("./text.js")).formatPreview(result);
    process.stdout.write(`${text}\n`);
    const failed = result.stacks.filter(({ failure }) => failure !== undefined);
    for (const { stack, failure = [] } of failed) {
        process.stderr.write(`stack ${stack} has no preview:\n  ${failure.join("\n  ")}\n`);
    }
    return failed.length === 0 ? exitCodes.ok : exitCodes.failed;
}

async function previewStacks(context: CliContext, options: PreviewOptions): Promise<MeshPreview> {
    const selected = selectClusters(
        context.mesh.clusters.map(({ name }) => name),
        options.cluster,
    );
    const [{ readMeshFile }, { withSession }, { previewMesh }] = await Promise.all([
        import("../project/mesh-source.js"),
        import("../engine/session.js"),
        import("./preview.js"),
    ]);
    const base = options.base === undefined ? undefined : readMeshFile(options.base);
    return withSession(context, selected, options.parallel, (session) =>
        previewMesh({ ...session, ...(base === undefined ? {} : { base }) }),
    );
}
