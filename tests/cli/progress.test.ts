import { expect } from "chai";

import { formatDuration } from "../../cli/output/duration";
import { createProgress } from "../../cli/output/progress";

class Screen {
    text = "";
    readonly columns = 40;

    constructor(readonly isTTY: boolean) {}

    write(text: string): void {
        this.text += text;
    }

    /** What a person sees: the terminal's commands carried out. */
    get lines(): readonly string[] {
        const lines: string[] = [];
        for (const part of this.text.split(/(\u001b\[\d*[AJ]|\r|\n)/)) {
            const up = /^\u001b\[(\d+)A$/.exec(part)?.[1];
            if (up !== undefined) {
                lines.splice(lines.length - Number(up));
            } else if (part !== "" && !/^[\u001b\r\n]/.test(part)) {
                lines.push(part);
            }
        }
        return lines;
    }
}

describe("progress", () => {
    it("writes plain lines where there is no terminal, and one every 30 seconds while nothing ends", () => {
        const screen = new Screen(false);
        let now = 0;
        const line = createProgress(screen, () => now).open("phase 1  cluster1");
        now = 10_000;
        line.update("3 created");
        now = 31_000;
        line.update("5 created");
        now = 40_000;
        line.update("6 created");
        now = 65_000;
        line.note("removed a lock");
        line.end("7 created");
        expect(screen.text.split("\n")).to.deep.equal([
            "phase 1  cluster1  started",
            "phase 1  cluster1  5 created  31s",
            "phase 1  cluster1  removed a lock  1m05s",
            "phase 1  cluster1  7 created  1m05s",
            "",
        ]);
    });

    it("keeps one line per stack on a terminal, and what has ended above", () => {
        const screen = new Screen(true);
        let now = 0;
        const progress = createProgress(screen, () => now);
        const first = progress.open("cluster1");
        const second = progress.open("cluster2");
        now = 4000;
        first.update("working");
        second.end("done");
        expect(screen.lines).to.deep.equal(["cluster2  done  4s", "cluster1  working  4s"]);
        first.note("a remark");
        first.update("x".repeat(100));
        first.end("all done");
        expect(screen.lines).to.deep.equal([
            "cluster2  done  4s",
            "cluster1  a remark",
            "cluster1  all done  4s",
        ]);
        expect(Math.max(...screen.lines.map((line) => line.length))).to.be.below(40);
    });

    const durations: readonly (readonly [number, string])[] = [
        [0, "0s"],
        [59_499, "59s"],
        [59_999, "1m00s"],
        [61_000, "1m01s"],
        [3_600_000, "60m00s"],
    ];
    for (const [milliseconds, text] of durations) {
        it(`writes ${milliseconds} ms as ${text}`, () => {
            expect(formatDuration(milliseconds)).to.equal(text);
        });
    }
});
