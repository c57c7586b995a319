import { createReadStream, statSync } from "node:fs";
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Writable } from "node:stream";

/** One entry of an archive; owners are numbers, and no entry has a time. */
export interface TarEntry {
    /** Path without a leading slash. */
    readonly path: string;
    readonly kind: "file" | "folder" | "link";
    /** Permission bits. */
    readonly mode?: number;
    /** Owner and group. */
    readonly owner?: number;
    /** Where a link points to. */
    readonly target?: string;
    /** A file's content: a file on this machine, or bytes. */
    readonly source?: { readonly file: string } | { readonly bytes: Buffer };
}

const BLOCK = 512;
const TYPE = { file: "0", link: "2", folder: "5" } as const;
const DEFAULT_MODE = { file: 0o644, link: 0o777, folder: 0o755 } as const;

/** Bytes that an archive of these entries has. */
export function tarSize(entries: readonly TarEntry[]): number {
    const sizes = entries.map((entry) => BLOCK + padded(sizeOf(entry)));
    return sizes.reduce((sum, size) => sum + size, 2 * BLOCK);
}

/** Writes the archive and returns the SHA-256 of its bytes, in hex. */
export async function writeTar(entries: readonly TarEntry[], to: Writable): Promise<string> {
    const hash = createHash("sha256");
    const write = async (bytes: Buffer): Promise<void> => {
        hash.update(bytes);
        if (!to.write(bytes)) {
            await once(to, "drain");
        }
    };
    for (const entry of entries) {
        await write(tarHeader(entry));
        await writeContent(entry, write);
    }
    await write(Buffer.alloc(2 * BLOCK));
    return hash.digest("hex");
}

/** The 512 bytes before an entry's content, in the ustar format. */
export function tarHeader(entry: TarEntry, size = sizeOf(entry)): Buffer {
    const header = Buffer.alloc(BLOCK);
    const { name, prefix } = splitPath(entry.kind === "folder" ? `${entry.path}/` : entry.path);
    header.write(name, 0, 100);
    header.write(octal(entry.mode ?? DEFAULT_MODE[entry.kind], 8), 100);
    header.write(octal(entry.owner ?? 0, 8), 108);
    header.write(octal(entry.owner ?? 0, 8), 116);
    header.write(octal(size, 12), 124);
    header.write(octal(0, 12), 136);
    header.write(" ".repeat(8), 148);
    header.write(TYPE[entry.kind], 156);
    header.write(entry.target ?? "", 157, 100);
    header.write("ustar\u000000", 257);
    header.write(prefix, 345, 155);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return header;
}

async function writeContent(
    entry: TarEntry,
    write: (bytes: Buffer) => Promise<void>,
): Promise<void> {
    if (entry.source === undefined) {
        return;
    }
    const size = sizeOf(entry);
    if ("bytes" in entry.source) {
        await write(entry.source.bytes);
    } else {
        const stream = createReadStream(entry.source.file, { highWaterMark: 1 << 20 });
        for await (const chunk of stream as AsyncIterable<Buffer>) {
            await write(chunk);
        }
    }
    await write(Buffer.alloc(padded(size) - size));
}

function sizeOf(entry: TarEntry): number {
    if (entry.source === undefined) {
        return 0;
    }
    return "bytes" in entry.source ? entry.source.bytes.length : statSync(entry.source.file).size;
}

function padded(size: number): number {
    return Math.ceil(size / BLOCK) * BLOCK;
}

function octal(value: number, width: number): string {
    return `${value.toString(8).padStart(width - 1, "0")}\0`;
}

/** ustar has 100 bytes for the name, and 155 for folders before it. */
function splitPath(path: string): { readonly name: string; readonly prefix: string } {
    if (Buffer.byteLength(path) <= 100) {
        return { name: path, prefix: "" };
    }
    const cut = path.lastIndexOf("/", path.length - 2);
    const name = path.slice(cut + 1);
    const prefix = path.slice(0, Math.max(cut, 0));
    if (cut < 0 || Buffer.byteLength(name) > 100 || Buffer.byteLength(prefix) > 155) {
        throw new Error(`archive: path is too long for the ustar format, got "${path}"`);
    }
    return { name, prefix };
}
