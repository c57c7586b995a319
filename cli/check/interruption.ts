/** The user asked to stop; what was made has been removed. */
export class Interrupted extends Error {
    /** @param signalName SIGINT or SIGTERM. */
    constructor(readonly signalName: "SIGINT" | "SIGTERM") {
        super(`stopped by ${signalName}`);
        this.name = "Interrupted";
    }

    /** What a shell shows for a program that a signal ended. */
    get exitCode(): number {
        return this.signalName === "SIGINT" ? 130 : 143;
    }
}

/**
 * Runs with a signal that is given on the first SIGINT or SIGTERM, so that work can be undone; a second one ends
 * the program at once, as ever.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const onInterrupt = () => {
        stop("SIGINT");
    };
    const onTerminate = () => {
        stop("SIGTERM");
    };
    const release = () => {
        process.removeListener("SIGINT", onInterrupt);
        process.removeListener("SIGTERM", onTerminate);
    };
    const stop = (name: "SIGINT" | "SIGTERM") => {
        release();
        controller.abort(new Interrupted(name));
    };
    process.on("SIGINT", onInterrupt);
    process.on("SIGTERM", onTerminate);
    try {
        return await work(controller.signal);
    } catch (error) {
        // What was cut short fails in many ways, all of which are this one.
        throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
        release();
    }
}
