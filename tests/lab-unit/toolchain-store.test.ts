import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { silentProgress } from "../../lab/progress";
import { digestOfFolder, keyOf, Store, type Recipe } from "../../lab/toolchain/store";

/** Above the largest pid that Linux gives. */
const NO_PROCESS = 99_999_999;

describe("the store", () => {
    let root: string;
    let made: number;

    beforeEach(async () => {
        root = await mkdtemp(join(tmpdir(), "isthmus-store-"));
        made = 0;
    });
    afterEach(() => rm(root, { recursive: true, force: true }));

    function recipe(more: Partial<Recipe> = {}): Recipe {
        return {
            name: "thing",
            key: keyOf("one"),
            make: async (folder) => {
                made += 1;
                await new Promise((resolve) => setTimeout(resolve, 50));
                await writeFile(join(folder, "content"), "made");
            },
            ...more,
        };
    }

    it("makes an entry once when two runs ask for it at the same time", async () => {
        const stores = [new Store(root, silentProgress), new Store(root, silentProgress)];
        const folders = await Promise.all(stores.map((store) => store.get(recipe())));
        expect(new Set(folders).size).to.equal(1);
        expect(made).to.equal(1);
        expect(await readFile(join(folders[0] ?? "", "content"), "utf8")).to.equal("made");
    });

    it("leaves nothing when making fails, and makes it at the next attempt", async () => {
        const store = new Store(root, silentProgress);
        const failing = recipe({
            make: async (folder) => {
                await writeFile(join(folder, "half"), "");
                throw new Error("power cut");
            },
        });
        const error: unknown = await store.get(failing).catch((caught: unknown) => caught);
        expect(error).to.be.instanceOf(Error).with.property("message", "power cut");
        expect(existsSync(store.path(failing))).to.equal(false);
        expect(await readdir(join(root, "tmp"))).to.deep.equal([]);
        expect(await readdir(await store.get(recipe()))).to.deep.equal(["content"]);
    });

    it("removes what a killed run left half made", async () => {
        const left = join(root, "tmp", `${NO_PROCESS}-thing-abc`);
        const other = join(root, "tmp", `${process.pid}-other-abc`);
        await mkdir(left, { recursive: true });
        await mkdir(other, { recursive: true });
        await new Store(root, silentProgress).get(recipe());
        expect(existsSync(left)).to.equal(false);
        expect(existsSync(other), "a live run's folder").to.equal(true);
    });

    it("removes earlier results of the same name only when they are long unused", async () => {
        const store = new Store(root, silentProgress);
        const old = await store.get(recipe({ key: keyOf("old") }));
        const recent = await store.get(recipe({ key: keyOf("recent") }));
        const other = await store.get(recipe({ name: "thing-other", key: keyOf("old") }));
        const longAgo = new Date("2020-01-01");
        await utimes(old, longAgo, longAgo);
        await utimes(other, longAgo, longAgo);
        await store.get(recipe({ key: keyOf("new") }));
        expect([old, recent, other].map(existsSync)).to.deep.equal([false, true, true]);
    });

    it("keys by content: an edited, renamed or added file makes another digest", async () => {
        const folder = join(root, "source");
        await mkdir(join(folder, "inner"), { recursive: true });
        await writeFile(join(folder, "inner/a"), "1");
        const digests = [await digestOfFolder(folder)];
        await writeFile(join(folder, "inner/a"), "2");
        digests.push(await digestOfFolder(folder));
        await writeFile(join(folder, "b"), "");
        digests.push(await digestOfFolder(folder));
        expect(new Set(digests).size).to.equal(3);
        expect(keyOf("ab", "c")).not.to.equal(keyOf("a", "bc"));
    });
});
