/** One named step of a longer run. */
export interface Step {
    /** Says what the step is doing now; on a terminal this replaces the step's live line. */
    update(text: string): void;
    /** Ends the step well. */
    done(text?: string): void;
    /** Ends the step badly; the error itself is reported by whoever catches it. */
    fail(text: string): void;
}

/** Where long work says how far it is. */
export interface Progress {
    /** Opens a step; steps may overlap. */
    step(name: string): Step;
}

/** Where a progress writes to: standard error, or a stand-in in tests. */
export interface ProgressStream {
    readonly isTTY?: boolean;
    readonly columns?: number;
    write(text: string): unknown;
}

/** How long a step must have been silent before a line is printed where there is no terminal. */
const QUIET_MS = 30_000;

/** How often the live line is drawn again on a terminal. */
const REDRAW_MS = 250;

/**
 * A progress that prints one line per event with the time since the start: on a terminal the steps
 * that are under way share one live line below; elsewhere an update is printed every 30 s at most.
 */
export function printProgress(stream: ProgressStream = process.stderr, now = Date.now): Progress {
    const printer = new Printer(stream, now);
    return { step: (name) => printer.open(name) };
}

/** A progress that says nothing, for tests and for `--json`. */
export const silentProgress: Progress = {
    step: () => ({ update: () => undefined, done: () => undefined, fail: () => undefined }),
};

/** A span of time as people read it: `8.3s`, `1m05s`. */
export function formatElapsed(milliseconds: number): string {
    const seconds = milliseconds / 1000;
    if (seconds < 60) {
        return `${seconds.toFixed(1)}s`;
    }
    const whole = Math.floor(seconds);
    return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`;
}

interface OpenStep {
    readonly name: string;
    readonly since: number;
    text: string;
    printedAt: number;
}

class Printer {
    private readonly started: number;
    private readonly open_ = new Set<OpenStep>();
    private timer: NodeJS.Timeout | undefined;
    private live = false;

    constructor(
        private readonly stream: ProgressStream,
        private readonly now: () => number,
    ) {
        this.started = now();
    }

    open(name: string): Step {
        const step: OpenStep = { name, since: this.now(), text: "", printedAt: this.now() };
        this.open_.add(step);
        this.redraw();
        return {
            update: (text) => {
                this.update(step, text);
            },
            done: (text) => {
                this.close(step, "✓", text);
            },
            fail: (text) => {
                this.close(step, "✗", text);
            },
        };
    }

    private update(step: OpenStep, text: string): void {
        step.text = text;
        if (this.stream.isTTY !== true && this.now() - step.printedAt >= QUIET_MS) {
            step.printedAt = this.now();
            this.line("…", step, text);
        }
    }

    private close(step: OpenStep, mark: string, text: string | undefined): void {
        if (!this.open_.delete(step)) {
            return;
        }
        this.line(mark, step, text ?? "");
        this.redraw();
    }

    private line(mark: string, step: OpenStep, text: string): void {
        this.clear();
        const total = formatElapsed(this.now() - this.started).padStart(7);
        const own = formatElapsed(this.now() - step.since);
        const detail = text === "" ? "" : `: ${text}`;
        this.stream.write(`${total}  ${mark} ${step.name}${detail} (${own})\n`);
    }

    private redraw(): void {
        if (this.stream.isTTY !== true) {
            return;
        }
        this.clear();
        if (this.open_.size === 0) {
            clearInterval(this.timer);
            this.timer = undefined;
            return;
        }
        this.timer ??= setInterval(() => {
            this.redraw();
        }, REDRAW_MS).unref();
        const total = formatElapsed(this.now() - this.started).padStart(7);
        const steps = [...this.open_].map((step) =>
            step.text === "" ? step.name : `${step.name}: ${step.text}`,
        );
        const text = `${total}  … ${steps.join(" | ")}`;
        this.stream.write(text.slice(0, (this.stream.columns ?? 100) - 1));
        this.live = true;
    }

    private clear(): void {
        if (this.live) {
            this.stream.write("\r\u001b[2K");
            this.live = false;
        }
    }
}
