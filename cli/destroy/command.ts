import type { Command } from "commander";

import type { ClusterName } from "../../components/topology/model";
import type { CliContext } from "../context";
import { CliError, exitCodes } from "../errors";
import type { Engine } from "../engine/engine";
import type { OpenContext } from "../global-options";
import { parseParallel, selectClusters } from "../selection";
import type { DestroyReport } from "./destroy";
import type { DestroyPlan } from "./plan";

interface DestroyOptions {
    readonly cluster?: readonly string[];
    readonly yes?: boolean;
    readonly parallel?: number;
    readonly removeStack?: boolean;
    readonly json?: boolean;
}

const examples = `
Examples:
  npx isthmus destroy --cluster cluster3      one cluster leaves; the others drop their links to it first
  npx isthmus destroy                         all of them: remotes, then primaries, the holder of the root last
  npx isthmus destroy --yes --remove-stack    the same in a pipeline, and the stacks with their history

A cluster that has left and is still in Pulumi.yaml comes back with the next up.

Exit codes: 0 the clusters have left; 1 it was refused, or a stack failed; 2 there is nobody to ask and --yes
is missing.`;

/** Adds `destroy`. */
export function registerDestroyCommand(program: Command, open: OpenContext): void {
    program
        .command("destroy")
        .summary("take clusters out of the mesh, links first, and remove all that was made in them")
        .description(
            "Takes the mesh out of clusters. The clusters that stay drop their links to the leaving ones first. " +
                "Refused where clusters that stay depend on one that leaves.",
        )
        .option("--cluster <name...>", "only these clusters")
        .option("--yes", "do not ask")
        .option(
            "--parallel <n>",
            "how many stacks may run at once (default: one per CPU, at least 2)",
            parseParallel,
        )
        .option("--remove-stack", "remove the empty stacks and their history as well")
        .option("--json", "print the outcome as JSON")
        .addHelpText("after", examples)
        .action(async (options: DestroyOptions, command: Command) => {
            process.exitCode = await destroy(await open(command), options);
        });
}

async function destroy(context: CliContext, options: DestroyOptions): Promise<number> {
    const { openEngine } = await import("../engine/engine.js");
    const engine = await openEngine(context);
    try {
        return await destroyWith(engine, context, options);
    } finally {
        engine.close();
    }
}

async function destroyWith(
    engine: Engine,
    { mesh }: CliContext,
    options: DestroyOptions,
): Promise<number> {
    const { planDestroy } = await import("./plan.js");
    const stacks = await engine.stacks();
    const existing = [...stacks.keys()] as ClusterName[];
    const up = existing.filter((name) => (stacks.get(name)?.resourceCount ?? 0) > 0);
    const known = [...new Set([...mesh.clusters.map(({ name }) => name), ...existing])].sort();
    const leaving = selectClusters(known, options.cluster);
    const plan = planDestroy(mesh, up, leaving);
    if (plan.refusals.length > 0) {
        throw new CliError(plan.refusals.join("\n"));
    }
    const remove =
        options.removeStack === true ? leaving.filter((name) => existing.includes(name)) : [];
    if (plan.waves.length === 0 && remove.length === 0) {
        print(options, { ok: true, detached: [], destroyed: [], removed: [] });
        return exitCodes.ok;
    }
    if (options.yes !== true && !(await agrees(plan, remove))) {
        return exitCodes.failed;
    }
    const report = await carryOut(engine, plan, remove, options);
    const { formatFailures } = await import("../engine/stack-run.js");
    const failures = formatFailures([...report.detached, ...report.destroyed]);
    if (failures !== "") {
        process.stderr.write(`${failures}\n`);
    }
    print(options, report);
    return report.ok ? exitCodes.ok : exitCodes.failed;
}

async function agrees(plan: DestroyPlan, remove: readonly ClusterName[]): Promise<boolean> {
    const { confirm } = await import("../output/ask.js");
    const steps = [
        ...plan.detach.map(
            (stack) => `up       ${stack}, without links to ${plan.detached.join(", ")}`,
        ),
        ...plan.waves.map((wave) => `destroy  ${wave.join(", ")}`),
        ...(remove.length === 0 ? [] : [`remove   the history of ${remove.join(", ")}`]),
    ];
    process.stderr.write(`${steps.join("\n")}\n`);
    return confirm("Go on?");
}

async function carryOut(
    engine: Engine,
    plan: DestroyPlan,
    remove: readonly ClusterName[],
    options: DestroyOptions,
): Promise<DestroyReport> {
    const [{ destroyStacks }, { withCancellation }, { createProgress }, { defaultParallel }] =
        await Promise.all([
            import("./destroy.js"),
            import("../engine/cancellation.js"),
            import("../output/progress.js"),
            import("../engine/parallel.js"),
        ]);
    return withCancellation((signal) =>
        destroyStacks({
            engine,
            plan,
            remove,
            parallel: options.parallel ?? defaultParallel(),
            progress: createProgress(),
            signal,
        }),
    );
}

function print(options: DestroyOptions, report: DestroyReport): void {
    if (options.json === true) {
        process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    } else if (report.ok) {
        process.stdout.write(`${inWords(options, report)}\n`);
    }
}

function inWords({ cluster }: DestroyOptions, { destroyed }: DestroyReport): string {
    const names = destroyed.map(({ stack }) => stack).join(", ");
    if (names === "") {
        return "nothing was up";
    }
    return cluster === undefined
        ? `${names} left the mesh; nothing is up any more`
        : `${names} left the mesh; the next up brings back what is still in Pulumi.yaml`;
}
