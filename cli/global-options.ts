import { type Command, Option } from "commander";

import type { CliContext } from "./context";

/** Opens the project as the global options of a command say. */
export type OpenContext = (command: Command) => Promise<CliContext>;

interface GlobalOptions {
    readonly cwd?: string;
    readonly configDir?: string;
    readonly lab?: boolean;
}

/** Adds the options that every command has. */
export function addGlobalOptions(program: Command): void {
    program
        .option(
            "--cwd <dir>",
            "look for Pulumi.yaml from here upwards (default: the current folder)",
        )
        .option("--lab", "use the lab's clusters and its own state instead of yours")
        .addOption(new Option("--config-dir <dir>", "folder of the stack files").hideHelp());
}

/** Opens the project of a command. */
export async function openProject(command: Command): Promise<CliContext> {
    const { cwd, configDir, lab } = command.optsWithGlobals<GlobalOptions>();
    const { openContext } = await import("./context.js");
    return openContext({
        ...(cwd === undefined ? {} : { cwd }),
        ...(configDir === undefined ? {} : { configDir }),
        ...(lab === undefined ? {} : { lab }),
    });
}
