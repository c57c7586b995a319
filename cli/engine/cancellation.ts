import { exitCodes } from "../errors";
import { killEngines } from "./processes";

/** npx, the shell and the launcher may each pass on what was one Ctrl-C. */
const repeatMs = 1000;

let cancelled = false;

/** True once a signal has stopped the work, however it ended. */
export function wasCancelled(): boolean {
    return cancelled;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs work that may be stopped: on the first signal the engines are asked to end cleanly, so that their state is
 * complete; a second one, a second later or more, ends them at once.
 */
export async function withCancellation<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    let first: number | undefined;
    const stop = () => {
        first ??= Date.now();
        cancelled = true;
        if (!controller.signal.aborted) {
            process.stderr.write("stopping; press Ctrl-C again to stop without cleaning up\n");
            controller.abort();
        } else if (Date.now() - first >= repeatMs) {
            killEngines();
            process.exit(exitCodes.interrupted);
        }
    };
    for (const signal of signals) {
        process.on(signal, stop);
    }
    try {
        return await work(controller.signal);
    } finally {
        for (const signal of signals) {
            process.removeListener(signal, stop);
        }
    }
}
