import { type Command, InvalidArgumentError, Option } from "commander";

import { labTopologies, type LabTopology } from "../../lab/mesh";

/** Options of the commands that start clusters. */
export interface LabStartOptions {
    readonly clusters: number;
    readonly topology: LabTopology;
}

/** Registers `lab` with its subcommands; each loads what it runs only when it is called. */
export function registerLabCommands(program: Command): void {
    const lab = program
        .command("lab")
        .description("Real Kubernetes clusters on this machine, to try the mesh on (Linux, root).");
    withClusters(lab.command("start"))
        .description("start the lab, bring its mesh up and prove it: what npm start does")
        .action(async (options: LabStartOptions) => {
            const { startLab } = await import("./start.js");
            await startLab(options);
        });
    withClusters(lab.command("up"))
        .description("start the clusters alone; what runs is kept")
        .action(async (options: LabStartOptions) => {
            const { bringLabUp } = await import("./commands.js");
            await bringLabUp(options);
        });
    lab.command("down")
        .description("stop the clusters and remove everything that the lab made")
        .action(async () => {
            const { takeLabDown } = await import("./commands.js");
            await takeLabDown();
        });
    lab.command("status")
        .description("show the clusters and what runs in each")
        .option("--json", "print JSON")
        .action(async ({ json }: { json?: boolean }) => {
            const { showLabStatus } = await import("./commands.js");
            await showLabStatus(json === true);
        });
    lab.command("kubeconfig")
        .description("print the path of the kubeconfig; its contexts are named as the clusters")
        .action(async () => {
            const { kubeconfigPath } = await import("../../lab/clusters/state.js");
            process.stdout.write(`${kubeconfigPath()}\n`);
        });
    lab.command("env")
        .description(
            'print what a shell needs to use pulumi and kubectl on the lab: eval "$(… env)"',
        )
        .action(async () => {
            const { showLabEnvironment } = await import("./commands.js");
            await showLabEnvironment();
        });
}

function withClusters(command: Command): Command {
    return command
        .addOption(
            new Option("--clusters <n>", "how many clusters").default(2).argParser(parseCount),
        )
        .addOption(
            new Option("--topology <name>", "which mesh they become")
                .choices(labTopologies)
                .default(labTopologies[0]),
        );
}

function parseCount(text: string): number {
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1 || count > 9) {
        throw new InvalidArgumentError("expected a whole number from 1 to 9");
    }
    return count;
}
