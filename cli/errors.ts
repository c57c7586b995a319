/** Exit codes of every command. */
export const exitCodes = {
    ok: 0,
    /** What the command reports has failed: a bad mesh, a failing check, a stack that did not come up. */
    failed: 1,
    /** The command was called in a way that it does not understand. */
    usage: 2,
    /** Ended by SIGINT, as shells count it. */
    interrupted: 130,
} as const;

/** Something the user can mend: told as it is, without a stack trace. */
export class CliError extends Error {
    /**
     * @param message one or more lines for standard error.
     * @param exitCode defaults to {@link exitCodes.failed}.
     */
    constructor(
        message: string,
        readonly exitCode: number = exitCodes.failed,
    ) {
        super(message);
        this.name = "CliError";
    }
}

/** A call of the command line that cannot be carried out as it stands. */
export class UsageError extends CliError {
    constructor(message: string) {
        super(message, exitCodes.usage);
        this.name = "UsageError";
    }
}
