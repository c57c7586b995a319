import type { Command } from "commander";

import type { ClusterName } from "../../components/topology/model";
import type { CliContext } from "../context";
import { exitCodes } from "../errors";
import type { OpenContext } from "../global-options";
import { parseParallel, selectClusters } from "../selection";
import type { UpOutcome } from "./report";

/** Options of `up`. */
export interface UpOptions {
    readonly cluster?: readonly string[];
    readonly yes?: boolean;
    readonly parallel?: number;
    readonly skipCheck?: boolean;
    readonly json?: boolean;
}

/** A remote's gateway is started again after at most this long once its primary serves it. */
export const checkWaitSeconds = 240;

const examples = `
Examples:
  npx isthmus up                              every cluster, after asking
  npx isthmus up --yes                        the same in a pipeline
  npx isthmus up --cluster cluster3 --yes     one cluster; links of the others to it follow with their next up

It may be stopped at any point (Ctrl-C) and run again: it goes on where it was.

Exit codes: 0 every link is made and the check passed; 1 a stack failed, a link is pending, or a check
failed; 2 there is nobody to ask and --yes is missing.`;

/** Adds `up`. */
export function registerUpCommand(program: Command, open: OpenContext): void {
    program
        .command("up")
        .summary(
            "bring the stacks up, phase by phase, until no link is pending, and check the mesh",
        )
        .description(
            "Runs the stacks of the clusters side by side, phase by phase: a stack runs again when its peers " +
                "have published what it waits for. Ends with the check.",
        )
        .option("--cluster <name...>", "only these clusters")
        .option("--yes", "do not ask")
        .option(
            "--parallel <n>",
            "how many stacks may run at once (default: one per CPU, at least 2)",
            parseParallel,
        )
        .option("--skip-check", "do not check the mesh in the end")
        .option("--json", "print the outcome as JSON")
        .addHelpText("after", examples)
        .action(async (options: UpOptions, command: Command) => {
            const context = await open(command);
            process.exitCode = await up(context, options);
        });
}

/** Brings the mesh up as `up` does, and gives the exit code. */
export async function up(context: CliContext, options: UpOptions): Promise<number> {
    const { mesh } = context;
    const selected = selectClusters(
        mesh.clusters.map(({ name }) => name),
        options.cluster,
    );
    if (options.yes !== true && !(await agrees(context, selected))) {
        return exitCodes.failed;
    }
    const { formatOutcome, formatProblems, isGood } = await import("./report.js");
    const report = await runStacks(context, options, selected);
    const complete = report.ok && report.pending.length === 0 && options.skipCheck !== true;
    const outcome: UpOutcome = complete
        ? { ...report, check: await check(context, selected) }
        : report;
    const problems = formatProblems(outcome);
    if (problems !== "") {
        process.stderr.write(`${problems}\n`);
    }
    const text = options.json === true ? JSON.stringify(outcome, null, 2) : formatOutcome(outcome);
    process.stdout.write(`${text}\n`);
    return isGood(outcome, selected) ? exitCodes.ok : exitCodes.failed;
}

async function agrees({ mesh }: CliContext, selected: readonly ClusterName[]): Promise<boolean> {
    const [{ planOf }, { formatPlan }, { confirm }] = await Promise.all([
        import("../plan/plan.js"),
        import("../plan/text.js"),
        import("../output/ask.js"),
    ]);
    process.stderr.write(`${formatPlan(planOf(mesh))}\n\n`);
    return confirm(
        `Run the stacks ${selected.join(", ")}? npx isthmus preview shows what would change.`,
    );
}

async function runStacks(
    context: CliContext,
    options: UpOptions,
    selected: readonly ClusterName[],
): Promise<UpOutcome> {
    const [{ withSession }, { bringUp }] = await Promise.all([
        import("../engine/session.js"),
        import("./up.js"),
    ]);
    return withSession(context, selected, options.parallel, bringUp);
}

async function check(
    context: CliContext,
    clusters: readonly ClusterName[],
): Promise<NonNullable<UpOutcome["check"]>> {
    const { runCheck } = await import("../check/index.js");
    return runCheck({
        context,
        clusters,
        traffic: false,
        waitSeconds: checkWaitSeconds,
        report: (line) => process.stderr.write(`${line}\n`),
    });
}
