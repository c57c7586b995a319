import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { finished } from "node:stream/promises";

import { architecture } from "./architecture";
import { tarHeader, tarSize, writeTar, type TarEntry } from "./tar";

/** What a container of an image runs, if its pod says nothing else. */
export interface ImageConfig {
    /** `user:group`, as numbers, so that `runAsNonRoot` can be checked. */
    readonly user?: string;
    readonly entrypoint: readonly string[];
    readonly arguments?: readonly string[];
}

const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar";
const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const BLOCK = 512;

interface Blob {
    readonly digest: string;
    readonly size: number;
}

/**
 * Writes an image of one layer as an OCI archive, for `ctr images import`. The same entries make the same
 * bytes: they are sorted, and nothing in the archive has a time.
 */
export async function writeImage(
    file: string,
    name: string,
    config: ImageConfig,
    entries: readonly TarEntry[],
): Promise<void> {
    const layerEntries = withParents(entries);
    const size = tarSize(layerEntries);
    const out = createWriteStream(file);
    // The layer's name is its digest, known only once it is written: its header follows at the end.
    out.write(Buffer.alloc(BLOCK));
    const digest = await writeTar(layerEntries, out);
    out.write(Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK));
    const layer: Blob = { digest, size };
    await writeTar(describe(name, config, layer), out);
    out.end();
    await finished(out);
    await writeLayerHeader(file, layer);
}

/** Everything in the archive but the layer. */
function describe(name: string, config: ImageConfig, layer: Blob): readonly TarEntry[] {
    const platform = { architecture: architecture().go, os: "linux" };
    const image = json({
        ...platform,
        config: {
            ...(config.user === undefined ? {} : { User: config.user }),
            Env: [PATH],
            Entrypoint: config.entrypoint,
            ...(config.arguments === undefined ? {} : { Cmd: config.arguments }),
            WorkingDir: "/",
        },
        rootfs: { type: "layers", diff_ids: [`sha256:${layer.digest}`] },
    });
    const manifest = json({
        schemaVersion: 2,
        mediaType: MANIFEST_TYPE,
        config: descriptor(CONFIG_TYPE, image.blob),
        layers: [descriptor(LAYER_TYPE, layer)],
    });
    const index = json({
        schemaVersion: 2,
        mediaType: INDEX_TYPE,
        manifests: [
            {
                ...descriptor(MANIFEST_TYPE, manifest.blob),
                platform,
                annotations: {
                    "io.containerd.image.name": name,
                    "org.opencontainers.image.ref.name": name.slice(name.lastIndexOf(":") + 1),
                },
            },
        ],
    });
    return [
        bytesEntry(blobPath(image.blob), image.bytes),
        bytesEntry(blobPath(manifest.blob), manifest.bytes),
        bytesEntry("index.json", index.bytes),
        bytesEntry("oci-layout", json({ imageLayoutVersion: "1.0.0" }).bytes),
    ];
}

async function writeLayerHeader(file: string, layer: Blob): Promise<void> {
    const header = tarHeader({ path: blobPath(layer), kind: "file" }, layer.size);
    const handle = await open(file, "r+");
    try {
        await handle.write(header, 0, BLOCK, 0);
    } finally {
        await handle.close();
    }
}

/** The entries in order of their paths, with every folder that leads to one. */
export function withParents(entries: readonly TarEntry[]): readonly TarEntry[] {
    const byPath = new Map<string, TarEntry>();
    for (const entry of entries) {
        const parts = entry.path.split("/");
        for (let depth = 1; depth < parts.length; depth += 1) {
            const path = parts.slice(0, depth).join("/");
            byPath.set(path, byPath.get(path) ?? { path, kind: "folder" });
        }
        byPath.set(entry.path, entry);
    }
    return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function json(value: unknown): { readonly bytes: Buffer; readonly blob: Blob } {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = createHash("sha256").update(bytes).digest("hex");
    return { bytes, blob: { digest, size: bytes.length } };
}

function descriptor(mediaType: string, blob: Blob): object {
    return { mediaType, digest: `sha256:${blob.digest}`, size: blob.size };
}

function blobPath(blob: Blob): string {
    return `blobs/sha256/${blob.digest}`;
}

function bytesEntry(path: string, bytes: Buffer): TarEntry {
    return { path, kind: "file", source: { bytes } };
}
