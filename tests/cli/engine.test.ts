import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";

import type { CliContext } from "../../cli/context";
import { ActivityTracker, countsInWords, plannedCountsInWords } from "../../cli/engine/activity";
import { openEngine } from "../../cli/engine/engine";
import { describeFailure, StackFailure } from "../../cli/engine/failure";
import { interruptedCreates } from "../../cli/engine/interrupted";
import { isAbandoned, locksIn } from "../../cli/engine/locks";
import { mapLimited } from "../../cli/engine/parallel";
import { ProcessError } from "../../cli/engine/processes";
import { createStackCopies, withList } from "../../cli/engine/stack-copies";
import { CliError } from "../../cli/errors";
import { named, topology } from "../support/topologies";
import { Scratch } from "./run-launcher";

const urn = (type: string, name: string) => `urn:pulumi:c::isthmus::${type}::${name}`;

function diagnostic(
    message: string,
    severity: "error" | "warning" = "error",
    on = "",
): EngineEvent {
    return {
        sequence: 0,
        timestamp: 0,
        diagnosticEvent: { message, severity, urn: on, color: "never" },
    };
}

function outputs(op: "create" | "same", name: string): EngineEvent {
    const of = urn("kubernetes:core/v1:Secret", name);
    return {
        sequence: 0,
        timestamp: 0,
        resOutputsEvent: { metadata: { op, urn: of, type: "", provider: "" } },
    };
}

function failed(stderr: string, over: Partial<ProcessError["result"]> = {}): ProcessError {
    return new ProcessError(["up"], { stdout: "", stderr, code: 255, signal: null, ...over });
}

const pendingWarning =
    "Attempting to deploy or update resources with 2 pending operations from previous deployment.\n" +
    `  * ${urn("kubernetes:core/v1:Secret", "a b")}, interrupted while creating\n` +
    `  * ${urn("kubernetes:core/v1:Secret", "c")}, interrupted while updating\n`;

describe("activity of a run", () => {
    it("counts each resource once, and keeps what was said", () => {
        const tracker = new ActivityTracker();
        for (const event of [
            outputs("create", "a"),
            outputs("create", "a"),
            outputs("same", "b"),
            diagnostic(
                "<{%fg 1%}>boom<{%reset%}>\n",
                "error",
                urn("kubernetes:core/v1:Secret", "a"),
            ),
            diagnostic("   "),
        ]) {
            tracker.add(event);
        }
        expect(tracker.activity).to.deep.equal({
            done: { create: 1, same: 1 },
            created: [urn("kubernetes:core/v1:Secret", "a")],
            diagnostics: [{ severity: "error", resource: "Secret a", message: "boom" }],
        });
        expect(countsInWords(tracker.activity.done)).to.equal("1 created, 1 unchanged");
        expect(plannedCountsInWords(tracker.activity.done)).to.equal("1 to create, 1 unchanged");
    });

    it("tells a failure by what the engine said of it", () => {
        const tracker = new ActivityTracker();
        tracker.add(diagnostic("the program\n\nfailed"));
        tracker.add(diagnostic("forbidden", "error", urn("kubernetes:core/v1:Secret", "a")));
        tracker.add(diagnostic("slow", "warning"));
        const { lines, stackName } = describeFailure("c", failed("ignored"), tracker.activity);
        expect(lines).to.deep.equal(["the program", "failed", "Secret a:", "  forbidden"]);
        expect(stackName).to.equal("c");
    });

    it("tells a failure by what the process printed where the engine said nothing", () => {
        const nothing = new ActivityTracker().activity;
        expect(describeFailure("c", failed("error: no such stack\n"), nothing).lines).to.deep.equal(
            ["error: no such stack"],
        );
        expect(
            describeFailure("c", failed("", { signal: "SIGKILL" }), nothing).lines,
        ).to.deep.equal(["the engine was ended by SIGKILL; run the command again to go on"]);
    });

    it("knows the resources that a killed run was creating", () => {
        expect(
            interruptedCreates([{ severity: "warning", message: pendingWarning }]),
        ).to.deep.equal([urn("kubernetes:core/v1:Secret", "a b")]);
        expect(interruptedCreates([{ severity: "warning", message: "other" }])).to.deep.equal([]);
    });
});

describe("locks of a stack", () => {
    const refusal = (host: string, pid: number) =>
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end " +
        "or delete the lock file with `pulumi cancel`.\n" +
        `  file:///b/.pulumi/locks/organization/isthmus/c/1.json: created by root@${host} (pid ${pid}) at 2026-11-21T03:20:55Z`;

    it("are read from the refusal of the engine", () => {
        expect(locksIn(failed(refusal("box", 77)))).to.deep.equal([
            { host: "box", pid: 77, since: "2026-11-21T03:20:55Z" },
        ]);
        expect(locksIn(failed("error: other"))).to.deep.equal([]);
        expect(locksIn(new Error(refusal("box", 77)))).to.deep.equal([]);
    });

    it("are abandoned only where their process ran on this machine and is gone", () => {
        const since = "";
        expect(isAbandoned({ host: hostname(), pid: 2 ** 22 + 1, since })).to.equal(true);
        expect(isAbandoned({ host: "another", pid: 2 ** 22 + 1, since })).to.equal(false);
        // This process lives, and is no pulumi: its number was given away again.
        expect(isAbandoned({ host: hostname(), pid: process.pid, since })).to.equal(
            existsSync("/proc/self/comm"),
        );
    });
});

describe("mapLimited", () => {
    it("keeps the order and the limit", async () => {
        let running = 0;
        let most = 0;
        const results = await mapLimited([3, 1, 2, 0], 2, async (item) => {
            most = Math.max(most, ++running);
            await new Promise((resolve) => setTimeout(resolve, item));
            running--;
            return item * 2;
        });
        expect(results).to.deep.equal([6, 2, 4, 0]);
        expect(most).to.equal(2);
        expect(await mapLimited([], 3, () => Promise.resolve(1))).to.deep.equal([]);
    });
});

describe("stack files", () => {
    it("get a list, and keep their comments and all else", () => {
        const text =
            "# mine\nconfig:\n    # my context\n    isthmus:context: a\nencryptionsalt: v1:x\n";
        const changed = withList(text, "isthmus:detached", ["b", "a", "b"]);
        expect(changed).to.include("# mine").and.to.include("# my context");
        expect(changed).to.include("encryptionsalt: v1:x");
        expect(changed).to.match(/isthmus:detached:\n\s+- a\n\s+- b\n/);
        expect(withList("", "isthmus:detached", ["a"])).to.match(
            /^config:\n\s+isthmus:detached:\n\s+- a\n$/,
        );
    });
});

/** Stands for the engine: says it is locked once, writes into the file that it is given, keeps its calls. */
const fakePulumi = `#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/calls"
case "$*" in
version*) echo v3.250.0 ;;
"stack ls"*) echo '[{"name": "org/cluster1", "resourceCount": 4}, {"name": "cluster2"}]' ;;
"stack init"*) ls >> "$here/calls" ;;
"stack output"*) echo '{"mesh": {"a": 1}, "remoteAccess": "hidden"}' ;;
cancel*) rm "$here/lock" ;;
up*)
    for word in "$@"; do
        [ "$previous" = --config-file ] && echo "encryptionsalt: v1:x" >> "$word" && cat "$word" > "$here/given"
        previous=$word
    done
    if [ -e "$here/lock" ]; then
        echo "error: the stack is currently locked by 1 lock(s)." >&2
        echo "  file:///x.json: created by root@$(cat "$here/lock") (pid 99999999) at 2026-11-21T03:20:55Z" >&2
        exit 255
    fi
    left=$(cat "$here/torn" 2>/dev/null || echo 0)
    if [ "$left" -gt 0 ]; then
        echo $((left - 1)) > "$here/torn"
        echo "error: failed to load checkpoint: EOF" >&2
        exit 255
    fi
    if [ -e "$here/slow" ]; then trap 'echo stopped >> "$here/calls"; exit 1' INT; sleep 5 & wait; fi
    ;;
esac
`;

describe("the engine", function () {
    this.timeout(30_000);
    let scratch: Scratch;
    let context: CliContext;
    const environment = { ...process.env };
    const own = "# mine\nconfig:\n    isthmus:context: a\n";

    beforeEach(() => {
        scratch = new Scratch();
        chmodSync(scratch.write("pulumi", fakePulumi), 0o755);
        scratch.write("Pulumi.yaml", "name: isthmus\nruntime: nodejs\n");
        scratch.write("Pulumi.cluster1.yaml", own);
        context = {
            projectDir: scratch.folder,
            projectName: "isthmus",
            mesh: topology("primary-remote-one-network"),
            env: { PATH: `${scratch.folder}:${environment["PATH"] ?? ""}` },
            configDir: scratch.folder,
            stackFile: (cluster) => ({
                path: join(scratch.folder, `Pulumi.${cluster}.yaml`),
                exists: true,
                detached: ["cluster9"],
                encrypted: [],
            }),
        };
    });

    afterEach(() => {
        scratch.remove();
        process.env["PATH"] = environment["PATH"];
    });

    const calls = () => readFileSync(join(scratch.folder, "calls"), "utf8");

    it("lists stacks, creates them elsewhere and reads their outputs without selecting any", async () => {
        const engine = await openEngine(context);
        try {
            expect([...(await engine.stacks())]).to.deep.equal([
                ["cluster1", { resourceCount: 4, updateInProgress: false }],
                ["cluster2", { resourceCount: 0, updateInProgress: false }],
            ]);
            await engine.create(named("cluster1"));
            const { outputs: published } = await engine.up(named("cluster1"));
            expect(published).to.deep.equal({ mesh: { a: 1 }, remoteAccess: "hidden" });
        } finally {
            engine.close();
        }
        expect(calls()).to.include("stack init cluster1 --no-select");
        expect(calls()).to.include("Pulumi.cluster1.yaml\nPulumi.yaml\n");
        expect(calls()).to.not.include("stack select");
        expect(calls()).to.not.include("stack history");
    });

    it("gives the engine a copy of the stack file, and leaves the user's as it is", async () => {
        const engine = await openEngine(context);
        await engine.up(named("cluster1"), { detached: [named("cluster2")] });
        engine.close();
        const given = readFileSync(join(scratch.folder, "given"), "utf8");
        expect(given).to.match(/isthmus:detached:\n\s+- cluster2\n\s+- cluster9\n/);
        expect(given).to.include("encryptionsalt");
        expect(readFileSync(join(scratch.folder, "Pulumi.cluster1.yaml"), "utf8")).to.equal(own);
    });

    it("keeps the copies to this user, and removes them", () => {
        const copies = createStackCopies(context);
        const file = copies.fileOf(named("cluster1"));
        const folder = dirname(dirname(file));
        expect(statSync(folder).mode & 0o077).to.equal(0);
        expect(readFileSync(file, "utf8")).to.equal(own);
        copies.remove();
        expect(existsSync(folder)).to.equal(false);
    });

    it("takes away the lock of a process that is gone, and goes on", async () => {
        scratch.write("lock", hostname());
        const notes: string[] = [];
        const engine = await openEngine(context);
        await engine.up(named("cluster1"), { onNote: (note) => notes.push(note) });
        engine.close();
        expect(notes).to.deep.equal(["removed the lock of process 99999999, which is gone"]);
        expect(calls()).to.include("cancel --yes --stack cluster1");
    });

    it("leaves the lock of another machine alone, and says what to do", async () => {
        scratch.write("lock", "another");
        const engine = await openEngine(context);
        const failure = await failureOf(engine.up(named("cluster1")));
        engine.close();
        expect(failure).to.be.instanceOf(StackFailure);
        expect(failure.message).to.equal(
            "another pulumi works on this stack: process 99999999 on another, since 2026-11-21T03:20:55Z\n" +
                "wait for it to end; where it is gone for sure, run pulumi cancel --yes --stack cluster1",
        );
        expect(calls()).to.not.include("cancel --yes");
    });

    it("reads a peer's state again when that was being written, but not for ever", async () => {
        scratch.write("torn", "1");
        const notes: string[] = [];
        const engine = await openEngine(context);
        await engine.up(named("cluster1"), { onNote: (note) => notes.push(note) });
        scratch.write("torn", "9");
        const failure = await failureOf(engine.up(named("cluster1")));
        engine.close();
        expect(notes).to.deep.equal([
            "read a peer's state while it was being written, and reads it again",
        ]);
        expect(failure.message).to.include("failed to load checkpoint: EOF");
    });

    it("asks a run to end when it is told to stop", async () => {
        scratch.write("slow", "");
        const engine = await openEngine(context);
        const failure = await failureOf(
            engine.up(named("cluster1"), { signal: AbortSignal.timeout(500) }),
        );
        engine.close();
        expect(failure).to.be.instanceOf(StackFailure);
        expect(calls()).to.match(/stopped\n$/);
    });

    it("says what is missing where there is no pulumi", async () => {
        const failure = await failureOf(openEngine({ ...context, env: { PATH: "/nowhere" } }));
        expect(failure).to.be.instanceOf(CliError);
        expect(failure.message).to.match(/^pulumi is not on PATH; install it/);
    });
});

async function failureOf(promise: Promise<unknown>): Promise<Error> {
    try {
        await promise;
    } catch (error) {
        return error as Error;
    }
    throw new Error("nothing failed");
}
