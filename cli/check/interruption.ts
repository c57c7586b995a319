import { CliError } from "../errors";

/** What a shell shows for a program that a signal ended. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type StopSignal = keyof typeof exitCodes;
const stopSignals = Object.keys(exitCodes) as readonly StopSignal[];

/** A terminal and the launcher both pass a key press on, which is not a second one. */
const echoMs = 1_000;

/** The user asked to stop; what was made has been removed. */
export class Interrupted extends CliError {
    constructor(signalName: StopSignal) {
        super(`stopped by ${signalName}`, exitCodes[signalName]);
        this.name = "Interrupted";
    }
}

/**
 * Runs with a signal that is given when the process is asked to stop, so that work can be undone; asked again, it
 * ends at once, as ever.
 *
 * @throws Interrupted where it was asked to stop, whatever the work made of that.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    let asked: number | undefined;
    const stop = (name: StopSignal) => {
        const now = Date.now();
        if (asked === undefined) {
            asked = now;
            controller.abort(new Interrupted(name));
        } else if (now - asked > echoMs) {
            release();
            process.kill(process.pid, name);
        }
    };
    const release = () => {
        for (const name of stopSignals) {
            process.removeListener(name, stop);
        }
    };
    for (const name of stopSignals) {
        process.on(name, stop);
    }
    try {
        return await work(controller.signal);
    } catch (error) {
        throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
        release();
    }
}
