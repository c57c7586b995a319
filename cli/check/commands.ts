import { type Command, InvalidArgumentError } from "commander";

import type { ClusterName } from "../../components/topology/model";
import type { CliContext } from "../context";
import { exitCodes } from "../errors";
import { defaultProbeImage, runCheck, runStatus } from "./check";
import { formatCheckReport } from "./format";
import { formatStatus } from "./status";

interface SharedOptions {
    readonly cluster?: readonly ClusterName[];
    readonly json?: boolean;
}

interface CheckCommandOptions extends SharedOptions {
    readonly traffic?: boolean;
    readonly probeImage?: string;
    readonly wait?: number;
}

/** Adds `check` and `status`. */
export function registerCheckCommands(
    program: Command,
    open: (command: Command) => Promise<CliContext>,
): void {
    program
        .command("check")
        .description(
            "Run the acceptance checks of the mesh, per cluster and per link; exit code 1 when one fails",
        )
        .option("--traffic", "also send requests between the clusters, from pods made for it")
        .option(
            "--probe-image <image>",
            `image of these pods, with agnhost and wget; else ISTHMUS_PROBE_IMAGE, else ${defaultProbeImage}`,
        )
        .option("--wait <seconds>", "look again for so long while something fails", parseSeconds)
        .option("--cluster <name...>", "only these clusters")
        .option("--json", "print the report as JSON")
        .action(async (options: CheckCommandOptions, command: Command) => {
            await check(options, await open(command));
        });
    program
        .command("status")
        .description("Show clusters and links as they are; makes nothing, judges nothing")
        .option("--cluster <name...>", "only these clusters")
        .option("--json", "print the status as JSON")
        .action(async (options: SharedOptions, command: Command) => {
            await status(options, await open(command));
        });
}

async function check(options: CheckCommandOptions, context: CliContext): Promise<void> {
    const report = await runCheck({
        context,
        traffic: options.traffic ?? false,
        ...(options.probeImage === undefined ? {} : { probeImage: options.probeImage }),
        ...(options.wait === undefined ? {} : { waitSeconds: options.wait }),
        ...clustersOf(options),
        report: tell,
    });
    print(options.json === true ? toJson(report) : formatCheckReport(report));
    process.exitCode = report.ok ? exitCodes.ok : exitCodes.failed;
}

async function status(options: SharedOptions, context: CliContext): Promise<void> {
    const seen = await runStatus({ context, ...clustersOf(options), report: tell });
    print(options.json === true ? toJson(seen) : formatStatus(seen));
}

function clustersOf({ cluster }: SharedOptions): { clusters?: readonly ClusterName[] } {
    return cluster === undefined ? {} : { clusters: cluster };
}

function parseSeconds(text: string): number {
    const seconds = Number(text);
    if (!Number.isFinite(seconds) || seconds < 0) {
        throw new InvalidArgumentError("expected a number of seconds");
    }
    return seconds;
}

function toJson(value: unknown): string {
    return JSON.stringify(value, null, 2);
}

function print(text: string): void {
    process.stdout.write(`${text}\n`);
}

/** Progress goes where it does not mix with the result. */
function tell(line: string): void {
    process.stderr.write(`${line}\n`);
}
