import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { parseLinked } from "../../lab/toolchain/image-files";
import { IMAGE_NAMES, imageReference } from "../../lab/toolchain/images";
import { withParents, writeImage } from "../../lab/toolchain/oci";
import type { TarEntry } from "../../lab/toolchain/tar";

interface Descriptor {
    readonly digest: string;
    readonly size: number;
    readonly annotations?: Readonly<Record<string, string>>;
}

describe("the lab's images", () => {
    let folder: string;
    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "isthmus-image-"));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    async function image(file: string): Promise<string> {
        const program = join(folder, "program");
        await writeFile(program, "x".repeat(700));
        const long = `${"deep/".repeat(30)}name`;
        const entries: readonly TarEntry[] = [
            { path: "usr/bin/program", kind: "file", mode: 0o755, source: { file: program } },
            { path: "tmp", kind: "folder", mode: 0o1777 },
            { path: "data", kind: "folder", owner: 1337 },
            { path: "bin/sh", kind: "link", target: "busybox" },
            { path: long, kind: "file", source: { bytes: Buffer.from("text") } },
        ];
        const path = join(folder, file);
        const config = { user: "1337:1337", entrypoint: ["/usr/bin/program"] };
        await writeImage(path, "docker.io/lab/thing:1", config, entries);
        return path;
    }

    function read(tar: string, path: string): Buffer {
        return execFileSync("tar", ["-xOf", tar, path]);
    }

    function readBlob(tar: string, { digest, size }: Descriptor): Buffer {
        const bytes = read(tar, `blobs/${digest.replace(":", "/")}`);
        expect(bytes.length).to.equal(size);
        expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).to.equal(digest);
        return bytes;
    }

    function parse(bytes: Buffer): unknown {
        return JSON.parse(bytes.toString("utf8"));
    }

    it("hold together by digest, from the index down to the layer", async () => {
        const tar = await image("one.tar");
        const index = parse(read(tar, "index.json")) as { manifests: [Descriptor] };
        const [top] = index.manifests;
        expect(top.annotations).to.include({ "io.containerd.image.name": "docker.io/lab/thing:1" });
        const manifest = parse(readBlob(tar, top)) as {
            config: Descriptor;
            layers: [Descriptor];
        };
        const config = parse(readBlob(tar, manifest.config)) as {
            config: { User: string };
            rootfs: { diff_ids: readonly string[] };
        };
        expect(config.config.User).to.equal("1337:1337");
        expect(config.rootfs.diff_ids).to.deep.equal([manifest.layers[0].digest]);
        const layer = join(folder, "layer.tar");
        await writeFile(layer, readBlob(tar, manifest.layers[0]));
        const list = execFileSync("tar", ["-tvf", layer, "--numeric-owner"]).toString();
        expect(list).to.match(/^drwxrwxrwt 0\/0 .* tmp\/$/m);
        expect(list).to.match(/^drwxr-xr-x 1337\/1337 .* data\/$/m);
        expect(list).to.match(/^-rwxr-xr-x 0\/0\s+700 .* usr\/bin\/program$/m);
        expect(list).to.match(/^lrwxrwxrwx .* bin\/sh -> busybox$/m);
        expect(list).to.match(/ (deep\/){30}name$/m);
    });

    it("are the same bytes each time", async () => {
        const [one, two] = [await image("a.tar"), await image("b.tar")];
        expect((await readFile(one)).equals(await readFile(two))).to.equal(true);
    });

    it("list every folder before what is in it", () => {
        const paths = withParents([
            { path: "a/b/c", kind: "link", target: "d" },
            { path: "a-b", kind: "folder" },
        ]).map((entry) => entry.path);
        expect(paths).to.deep.equal(["a", "a-b", "a/b", "a/b/c"]);
    });

    it("are named so that no registry has to be asked", () => {
        for (const name of IMAGE_NAMES) {
            expect(imageReference(name)).to.match(
                /^docker\.io\/isthmus-lab\/[a-z0-9-]+:v?[0-9.]+$/,
            );
        }
        expect(imageReference("proxyv2")).to.equal(
            imageReference("pilot").replace("/pilot:", "/proxyv2:"),
        );
    });

    it("take the libraries that ldd names", () => {
        const output = [
            "\tlinux-vdso.so.1 (0x00007ffd)",
            "\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f1a)",
            "\t/lib64/ld-linux-x86-64.so.2 (0x00007f1b)",
            "\tnot a dynamic executable",
        ].join("\n");
        expect(parseLinked(output)).to.deep.equal([
            "/lib/x86_64-linux-gnu/libm.so.6",
            "/lib64/ld-linux-x86-64.so.2",
        ]);
    });
});
