import { expect } from "chai";

import { formatElapsed, printProgress } from "../../lab/progress";
import { findProblems, type Machine } from "../../lab/toolchain/prerequisites";
import { run } from "../../lab/toolchain/run";
import {
    isUsableKubectl,
    isUsablePulumi,
    parseVersion,
    type Version,
} from "../../lab/toolchain/tools-on-path";

const GIB = 1024 ** 3;

const GOOD: Machine = {
    platform: "linux",
    arch: "x64",
    isRoot: true,
    hasPython: true,
    hasAptGet: true,
    missingPrograms: ["etcd"],
    freeDisk: 20 * GIB,
    requiredDisk: 15 * GIB,
    memory: 8 * GIB,
};

describe("the lab's prerequisites", () => {
    it("have nothing against a machine that lacks only what apt-get brings", () => {
        expect(findProblems(GOOD)).to.deep.equal([]);
    });

    const cases: readonly (readonly [string, Partial<Machine>, RegExp])[] = [
        ["another system", { platform: "darwin" }, /^the lab runs on Linux only, got darwin;/],
        ["another processor", { arch: "riscv64" }, /got riscv64; expected x64 or arm64;/],
        ["an ordinary user", { isRoot: false }, /needs root; run it with sudo/],
        ["no Go", { goProblem: "go was not found" }, /^go was not found; install Go/],
        ["no Python", { hasPython: false }, /^python3 was not found; install it/],
        ["no apt-get", { hasAptGet: false }, /^missing: etcd; there is no apt-get/],
        ["a full disk", { freeDisk: GIB }, /got 1\.0 GiB; expected 15\.0 GiB; make room/],
        ["little memory", { memory: 2 * GIB }, /got 2\.0 GiB; expected 4\.0 GiB/],
    ];
    for (const [what, difference, expected] of cases) {
        it(`refuse ${what} in one sentence that says what to do instead`, () => {
            const problems = findProblems({ ...GOOD, ...difference });
            expect(problems).to.have.length(1);
            expect(problems[0]).to.match(expected).and.to.contain("clusters of your own");
        });
    }

    it("are all listed at once", () => {
        const worst = { ...GOOD, isRoot: false, hasPython: false, memory: 0, freeDisk: 0 };
        expect(findProblems(worst)).to.have.length(4);
    });
});

describe("tools on PATH", () => {
    const pulumi: readonly (readonly [string, boolean])[] = [
        ["v3.250.0", true],
        ["v3.251.2", true],
        ["v3.249.9", false],
        ["v4.0.0", false],
    ];
    for (const [version, usable] of pulumi) {
        it(`${usable ? "use" : "pass over"} pulumi ${version}`, () => {
            expect(isUsablePulumi(parsed(version))).to.equal(usable);
        });
    }

    const kubectl: readonly (readonly [string, boolean])[] = [
        ["Client Version: v1.36.0", true],
        ["Client Version: v1.35.9", true],
        ["Client Version: v1.37.1-eks", true],
        ["Client Version: v1.32.4-dispatcher", false],
    ];
    for (const [version, usable] of kubectl) {
        it(`${usable ? "use" : "pass over"} kubectl when it says "${version}"`, () => {
            expect(isUsableKubectl(parsed(version))).to.equal(usable);
        });
    }

    it("pass over what has no version", () => {
        expect(parseVersion("dev build")).to.equal(undefined);
    });

    function parsed(text: string): Version {
        return parseVersion(text) ?? { major: 0, minor: 0, patch: 0 };
    }
});

describe("commands", () => {
    it("report what failed, how, the last lines and what to do", async () => {
        const script = "for i in $(seq 30); do echo line $i >&2; done; exit 3";
        const error: unknown = await run("thing", "sh", ["-c", script], {
            remedy: "try again",
        }).catch((caught: unknown) => caught);
        expect(error).to.have.property("name", "CommandError");
        expect(String(error)).to.match(/thing: exit 3; line 16\n[^;]*line 30; try again$/);
    });

    it("report a program that is not there", async () => {
        const error: unknown = await run("thing", "/no/such/program", []).catch(
            (caught: unknown) => caught,
        );
        expect(String(error)).to.contain("thing: spawn /no/such/program ENOENT");
    });
});

describe("progress", () => {
    it("prints a line when a step ends, and of its updates only what comes late", () => {
        let now = 0;
        let text = "";
        const write = (part: string): void => {
            text += part;
        };
        const step = printProgress({ write }, () => now).step("build");
        now = 1_000;
        step.update("early");
        now = 65_000;
        step.update("compiled 3 packages");
        step.done("5 programs");
        step.done("not again");
        expect(text).to.equal(
            "  1m05s  … build: compiled 3 packages (1m05s)\n" +
                "  1m05s  ✓ build: 5 programs (1m05s)\n",
        );
        expect(formatElapsed(8_340)).to.equal("8.3s");
    });
});
