import { CommanderError } from "commander";

import { MeshError } from "../components/topology/errors";
import { wasCancelled } from "./engine/cancellation";
import { CliError, exitCodes } from "./errors";
import { createProgram } from "./program";

/** Runs one command and sets the exit code. */
async function main(): Promise<void> {
    try {
        await createProgram().parseAsync();
    } catch (error) {
        // At once, since what was going on beside it, such as a build, is for nothing now.
        process.exit(report(error));
    }
    if (wasCancelled()) {
        process.exitCode = exitCodes.interrupted;
    }
}

/** Tells what went wrong on standard error; only a defect of this program comes with a stack trace. */
function report(error: unknown): number {
    if (error instanceof CommanderError) {
        return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    if (error instanceof MeshError) {
        process.stderr.write(`${error.problems.join("\n")}\n`);
        return exitCodes.failed;
    }
    if (error instanceof CliError) {
        process.stderr.write(`${error.message}\n`);
        return error.exitCode;
    }
    process.stderr.write(
        `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return exitCodes.failed;
}

// A reader that has seen enough, such as head, closes the pipe.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? exitCodes.ok : exitCodes.failed);
});

void main();
