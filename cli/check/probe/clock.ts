import { setTimeout as sleep } from "node:timers/promises";

/** Time as the probe sees it, so that tests need not wait. */
export interface Clock {
    /** Milliseconds. */
    now(): number;
    /** Ends early, with an error, when the signal is given. */
    sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
    now: () => Date.now(),
    sleep: async (milliseconds, signal) => {
        await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
    },
};
