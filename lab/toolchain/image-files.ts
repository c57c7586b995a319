import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { run } from "./run";
import { findProgram } from "./search-path";
import type { TarEntry } from "./tar";

/** The tools that `kubectl exec` into a test pod may want; wget is one of our own. */
const BUSYBOX_TOOLS = [
    "sh",
    "awk",
    "cat",
    "date",
    "echo",
    "env",
    "grep",
    "head",
    "hostname",
    "id",
    "ip",
    "ls",
    "nc",
    "netstat",
    "nslookup",
    "ping",
    "ps",
    "sed",
    "seq",
    "sleep",
    "tail",
    "time",
    "timeout",
    "tr",
    "vi",
    "wc",
] as const;

/** The names under which Istio's agent calls the one program of iptables. */
const IPTABLES_NAMES = ["iptables", "ip6tables"].flatMap((family) =>
    ["", "-save", "-restore"].flatMap((action) => [`${family}${action}`, `${family}-nft${action}`]),
);

/** A program of this machine at a path in an image. */
export function programFile(file: string, path: string): TarEntry {
    return { path, kind: "file", mode: 0o755, source: { file } };
}

/** busybox and links to it, so that a pod without a distribution can be looked into. */
export async function busyboxFiles(): Promise<readonly TarEntry[]> {
    const busybox = await withLibraries([programFile(needed("busybox"), "bin/busybox")]);
    const links = BUSYBOX_TOOLS.map((tool): TarEntry => {
        return { path: `bin/${tool}`, kind: "link", target: "busybox" };
    });
    return [...busybox, ...links];
}

/** nft, and iptables on top of nft with all its extensions: what redirects a pod's traffic. */
export async function packetFilterFiles(): Promise<readonly TarEntry[]> {
    const iptables = needed("xtables-nft-multi");
    const extensions = await iptablesExtensions();
    const files = await withLibraries([
        programFile(needed("nft"), "usr/sbin/nft"),
        programFile(iptables, "usr/sbin/xtables-nft-multi"),
        ...extensions.map((file) => programFile(file, file.slice(1))),
    ]);
    const links = IPTABLES_NAMES.map((name): TarEntry => {
        return { path: `usr/sbin/${name}`, kind: "link", target: "xtables-nft-multi" };
    });
    const databases = ["/etc/protocols", "/etc/services"].filter((file) => existsSync(file));
    return [
        ...files,
        ...links,
        ...databases.map((file): TarEntry => {
            return { path: file.slice(1), kind: "file", source: { file } };
        }),
        { path: "run", kind: "folder", mode: 0o777 },
    ];
}

/** The programs, and every shared library that one of them is linked with, at its own path. */
export async function withLibraries(programs: readonly TarEntry[]): Promise<readonly TarEntry[]> {
    const files = programs.flatMap((entry) =>
        entry.source !== undefined && "file" in entry.source ? [entry.source.file] : [],
    );
    const libraries = new Set(await linkedLibraries(files));
    return [...programs, ...[...libraries].map((file) => programFile(file, file.slice(1)))];
}

/** Paths in what `ldd` prints; "not a dynamic executable" has none. */
export function parseLinked(output: string): readonly string[] {
    return output
        .split("\n")
        .map((line) => /(?:=>\s*)?(\/\S+)\s+\(0x[0-9a-f]+\)/.exec(line)?.[1])
        .filter((path) => path !== undefined);
}

async function linkedLibraries(files: readonly string[]): Promise<readonly string[]> {
    // ldd fails when one of them is static, which is no error here.
    return parseLinked(await run("ldd", "sh", ["-c", 'ldd "$@" 2>&1 || true', "sh", ...files]));
}

/** iptables loads its matches and targets as libraries from one folder. */
async function iptablesExtensions(): Promise<readonly string[]> {
    const library = (await linkedLibraries([needed("xtables-nft-multi")])).find((path) =>
        basename(path).startsWith("libxtables"),
    );
    const bases = [...(library === undefined ? [] : [dirname(library)]), "/usr/lib", "/usr/lib64"];
    const folder = bases
        .flatMap((base) => [join("/usr", base, "xtables"), join(base, "xtables")])
        .find((candidate) => existsSync(candidate));
    if (folder === undefined) {
        throw new Error(
            "image proxyv2: the folder of iptables' extensions (xtables) was not found",
        );
    }
    const names = (await readdir(folder)).filter((name) => name.endsWith(".so")).sort();
    return names.map((name) => join(folder, name));
}

function needed(program: string): string {
    const path = findProgram(program);
    if (path === undefined) {
        throw new Error(`images: program "${program}" was not found on this machine`);
    }
    return path;
}
