import type { Activity, Diagnostic } from "./activity";
import { ProcessError } from "./processes";

/** A stack whose run failed: what the engine and the providers said about it. */
export class StackFailure extends Error {
    constructor(
        readonly stackName: string,
        readonly lines: readonly string[],
    ) {
        super(lines.join("\n"));
        this.name = "StackFailure";
    }
}

/** The failure of a run, told by its diagnostics; by what the process printed where there are none. */
export function describeFailure(stack: string, error: unknown, activity: Activity): StackFailure {
    const errors = activity.diagnostics.filter(({ severity }) => severity === "error");
    const lines = errors.flatMap(diagnosticLines);
    if (error instanceof ProcessError && lines.length === 0) {
        return new StackFailure(stack, printedLines(error));
    }
    if (lines.length > 0) {
        return new StackFailure(stack, lines);
    }
    return new StackFailure(stack, [error instanceof Error ? error.message : String(error)]);
}

function diagnosticLines({ resource, message }: Diagnostic): readonly string[] {
    const lines = message.split("\n").filter((line) => line.trim() !== "");
    return resource === undefined ? lines : [`${resource}:`, ...lines.map((line) => `  ${line}`)];
}

function printedLines({ result }: ProcessError): readonly string[] {
    if (result.signal !== null) {
        return [`the engine was ended by ${result.signal}; run the command again to go on`];
    }
    const text = result.stderr.trim() === "" ? result.stdout : result.stderr;
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    return lines.length === 0 ? [`the engine ended with code ${result.code}`] : lines.slice(-20);
}

/**
 * True where a run has read a peer's state in the moment in which the peer's own run was writing it: a backend in a
 * folder writes its files piece by piece.
 */
export function isTornRead(error: unknown, diagnostics: readonly Diagnostic[]): boolean {
    const printed = error instanceof ProcessError ? [error.result.stdout, error.result.stderr] : [];
    return [...printed, ...diagnostics.map(({ message }) => message)].some((text) =>
        text.includes("failed to load checkpoint"),
    );
}
