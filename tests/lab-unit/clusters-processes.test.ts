import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { run } from "../../lab/clusters/command";
import { isInside, parseMounts } from "../../lab/clusters/mount-table";
import { isAlive, parseStat } from "../../lab/clusters/process";
import { logTail, waitUntil } from "../../lab/clusters/wait";

describe("parseStat", () => {
    const rest = `S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21`;

    for (const name of ["etcd", "a b", "a) S 1 (b", ""]) {
        it(`reads the start time of a process whose program is called "${name}"`, () => {
            expect(parseStat(`42 (${name}) ${rest}`)).to.deep.equal({
                pid: 42,
                state: "S",
                startTime: "4711",
            });
        });
    }

    it("reads nothing from what is no such line", () => {
        expect(parseStat("")).to.equal(undefined);
        expect(parseStat("42 (etcd) S 1")).to.equal(undefined);
    });

    it("reads this process's own line", async function () {
        if (process.platform !== "linux") {
            this.skip();
        }
        const stat = parseStat(await readFile("/proc/self/stat", "utf8"));
        expect(stat?.pid).to.equal(process.pid);
        expect(await isAlive(process.pid)).to.equal(true);
        expect(await isAlive(2 ** 22 + 1)).to.equal(false);
    });
});

describe("parseMounts", () => {
    it("reads path, type and options, with and without optional fields", () => {
        const text = [
            "36 35 98:0 /root /mnt rw,noatime shared:1 master:2 - ext4 /dev/root rw,errors=continue",
            "37 35 0:5 net:[4026532] /run/netns/isthmus-a rw - nsfs nsfs rw",
            "38 35 0:5 / /a\\040b\\134c rw - tmpfs tmpfs rw",
            "",
        ].join("\n");
        expect(parseMounts(text)).to.deep.equal([
            { path: "/mnt", type: "ext4", superOptions: ["rw", "errors=continue"] },
            { path: "/run/netns/isthmus-a", type: "nsfs", superOptions: ["rw"] },
            { path: "/a b\\c", type: "tmpfs", superOptions: ["rw"] },
        ]);
    });
});

describe("isInside", () => {
    it("holds for the folder and what is in it, not for a neighbour with a longer name", () => {
        expect(isInside("/var/lib/lab", "/var/lib/lab")).to.equal(true);
        expect(isInside("/var/lib/lab/a", "/var/lib/lab")).to.equal(true);
        expect(isInside("/var/lib/lab2", "/var/lib/lab")).to.equal(false);
    });
});

describe("run", () => {
    it("gives what the command wrote, and hands it its input", async () => {
        const { stdout } = await run("cat", [], { input: "text" });
        expect(stdout).to.equal("text");
    });

    it("rejects with the command, its status and what it said", async () => {
        const error = await run("sh", ["-c", "echo broken >&2; exit 3"]).catch(
            (reason: unknown) => reason,
        );
        expect(String(error)).to.match(/sh -c .*: exit status 3\nbroken$/);
    });

    it("rejects with the limit when the command takes too long", async () => {
        const error = await run("sleep", ["20"], { timeoutMs: 100 }).catch(
            (reason: unknown) => reason,
        );
        expect(String(error)).to.match(/sleep 20: stopped by SIGTERM \(limit 0\.1 s\)/);
    });

    it("rejects a program that is not there, by name", async () => {
        const error = await run("no-such-program", []).catch((reason: unknown) => reason);
        expect(String(error)).to.match(/no-such-program: could not be started: .*ENOENT/);
    });
});

describe("waitUntil", () => {
    it("ends when nothing is missing any more", async () => {
        let looks = 0;
        await waitUntil("thing", {
            timeoutMs: 1000,
            intervalMs: 1,
            check: () => Promise.resolve(++looks < 3 ? "not there" : undefined),
            explain: () => Promise.resolve(""),
        });
        expect(looks).to.equal(3);
    });

    it("rejects with what is missing and the explanation after the time is up", async () => {
        const error = await waitUntil("cluster1: etcd", {
            timeoutMs: 20,
            intervalMs: 1,
            check: () => Promise.resolve("not ready"),
            explain: () => Promise.resolve("the log"),
        }).catch((reason: unknown) => reason);
        expect(String(error)).to.equal("Error: cluster1: etcd: not ready after 0 s\nthe log");
    });
});

describe("logTail", () => {
    it("gives the last lines with the log's path, or says that there is none", async () => {
        const folder = await mkdtemp(join(tmpdir(), "isthmus-log-"));
        try {
            const log = join(folder, "etcd.log");
            expect(await logTail(log)).to.equal(`there is no log at ${log} yet`);
            await run("sh", ["-c", `seq 1 30 > '${log}'`]);
            expect(await logTail(log, 2)).to.equal(`the end of ${log}:\n    29\n    30`);
        } finally {
            await rm(folder, { recursive: true, force: true });
        }
    });
});
