import { Command } from "commander";

import { version } from "../package.json";
import { registerCheckCommands } from "./check";
import { registerDestroyCommand } from "./destroy/command";
import { addGlobalOptions, openProject } from "./global-options";
import { registerLabCommands } from "./lab";
import { registerPlanCommand } from "./plan/command";
import { registerPreviewCommand } from "./preview/command";
import { registerUpCommand } from "./up/command";

const examples = `
A first time, with clusters of your own:
  npx isthmus plan                     check the mesh that Pulumi.yaml describes
  npx isthmus preview                  what would change, in every cluster
  npx isthmus up                       make it so, phase by phase, and check it
  npx isthmus check --traffic          prove it again, with requests between the clusters

Exit codes: 0 all is well; 1 what the command reports has failed; 2 the command was not understood.`;

/** The whole command line. */
export function createProgram(): Command {
    const program = new Command("isthmus")
        .description("One Istio mesh out of many Kubernetes clusters.")
        .version(version, "--version", "print the version")
        .helpOption("-h, --help", "print help")
        .configureHelp({ showGlobalOptions: true })
        .showHelpAfterError("Run it with --help to see what it takes.")
        .addHelpText("after", examples)
        .exitOverride();
    addGlobalOptions(program);
    registerPlanCommand(program, openProject);
    registerPreviewCommand(program, openProject);
    registerUpCommand(program, openProject);
    registerCheckCommands(program, openProject);
    registerDestroyCommand(program, openProject);
    registerLabCommands(program);
    return program;
}
