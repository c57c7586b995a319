import { formatDuration } from "./duration";

/** One piece of work that takes a while and is shown on one line. */
export interface ProgressLine {
    /** What is going on now. */
    update(text: string): void;
    /** A remark that stays on the screen. */
    note(text: string): void;
    /** Ends the line; its last text stays on the screen. */
    end(text: string): void;
}

/** Shows several pieces of work at once, one line each. */
export interface Progress {
    open(label: string): ProgressLine;
}

/** Where progress is written: standard error, or a stand-in in tests. */
export interface ProgressStream {
    readonly isTTY?: boolean;
    readonly columns?: number;
    write(text: string): unknown;
}

const redrawMs = 200;

/** How often a line is written where lines cannot be overwritten. */
const plainMs = 30_000;

/** Progress that overwrites its lines on a terminal, and writes plain lines elsewhere. */
export function createProgress(stream: ProgressStream = process.stderr, now = Date.now): Progress {
    return stream.isTTY === true ? new LiveProgress(stream, now) : new PlainProgress(stream, now);
}

class PlainProgress implements Progress {
    constructor(
        private readonly stream: ProgressStream,
        private readonly now: () => number,
    ) {}

    open(label: string): ProgressLine {
        const started = this.now();
        let written = started;
        const write = (text: string) => {
            written = this.now();
            this.stream.write(`${label}  ${text}  ${formatDuration(written - started)}\n`);
        };
        this.stream.write(`${label}  started\n`);
        return {
            update: (text) => {
                if (this.now() - written >= plainMs) {
                    write(text);
                }
            },
            note: write,
            end: write,
        };
    }
}

interface LiveLine {
    readonly label: string;
    readonly started: number;
    text: string;
}

class LiveProgress implements Progress {
    private readonly lines = new Set<LiveLine>();
    private drawn = 0;
    private timer: NodeJS.Timeout | undefined;

    constructor(
        private readonly stream: ProgressStream,
        private readonly now: () => number,
    ) {}

    open(label: string): ProgressLine {
        const line: LiveLine = { label, started: this.now(), text: "starting" };
        this.lines.add(line);
        this.timer ??= setInterval(() => {
            this.draw();
        }, redrawMs).unref();
        this.draw();
        return {
            update: (text) => {
                line.text = text;
            },
            note: (text) => {
                this.draw([`${label}  ${text}`]);
            },
            end: (text) => {
                line.text = text;
                this.lines.delete(line);
                this.draw([this.render(line)]);
                if (this.lines.size === 0) {
                    clearInterval(this.timer);
                    this.timer = undefined;
                }
            },
        };
    }

    /** Writes lasting lines above the live ones. */
    private draw(lasting: readonly string[] = []): void {
        const up = this.drawn === 0 ? "" : `\u001b[${this.drawn}A`;
        const live = [...this.lines].map((line) => this.render(line));
        this.drawn = live.length;
        this.stream.write(`${up}\r\u001b[J${[...lasting, ...live].map((l) => `${l}\n`).join("")}`);
    }

    private render({ label, text, started }: LiveLine): string {
        const elapsed = `  ${formatDuration(this.now() - started)}`;
        const width = (this.stream.columns ?? 80) - elapsed.length - 1;
        return `${label}  ${text}`.slice(0, Math.max(width, 20)) + elapsed;
    }
}
