import type { Progress } from "../../../cli/output/progress";

/** Progress that nobody sees. */
export const silentProgress: Progress = {
    open: () => ({ update: () => undefined, note: () => undefined, end: () => undefined }),
};
