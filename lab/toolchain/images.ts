import { statSync } from "node:fs";
import { join } from "node:path";

import { CERT_MANAGER, COREDNS, IMAGE_HUB, ISTIO, KUBERNETES } from "../versions";
import { BATCHES } from "./batches";
import { envoyProgram } from "./envoy";
import { goModuleFolder, type GoBuilder } from "./go-build";
import { busyboxFiles, packetFilterFiles, programFile, withLibraries } from "./image-files";
import { writeImage, type ImageConfig } from "./oci";
import { keyOf, type Store } from "./store";
import type { TarEntry } from "./tar";
import type { ImageName, ImageTar } from "./types";

/** What the images are made from. */
export interface ImageSources {
    readonly builder: GoBuilder;
    readonly store: Store;
    /** Resolves once the distribution's programs are there. */
    systemPrograms(): Promise<void>;
}

interface ImagePlan {
    readonly tag: string;
    readonly config: ImageConfig;
    entries(sources: ImageSources): Promise<readonly TarEntry[]>;
}

/** Istio's user, which the charts and the injection templates name. */
const ISTIO_USER = 1337;

const PLANS: Readonly<Record<ImageName, ImagePlan>> = {
    pause: {
        tag: KUBERNETES.version,
        config: { user: "65535:65535", entrypoint: ["/pause"] },
        entries: async (sources) => [await goProgram(sources, "clusters", "pause", "pause")],
    },
    coredns: {
        tag: COREDNS.version,
        config: { entrypoint: ["/coredns"] },
        entries: async (sources) => [await goProgram(sources, "clusters", "coredns", "coredns")],
    },
    agnhost: {
        tag: KUBERNETES.version,
        config: { entrypoint: ["/agnhost"], arguments: ["pause"] },
        entries: async (sources) => {
            await sources.systemPrograms();
            return [
                await goProgram(sources, "istio", "agnhost", "agnhost"),
                await goProgram(sources, "istio", "wget", "bin/wget"),
                { path: "uploads", kind: "folder", mode: 0o777 },
                { path: "tmp", kind: "folder", mode: 0o1777 },
                ...(await busyboxFiles()),
            ];
        },
    },
    pilot: {
        tag: ISTIO.version,
        config: {
            user: `${ISTIO_USER}:${ISTIO_USER}`,
            entrypoint: ["/usr/local/bin/pilot-discovery"],
        },
        entries: async (sources) => [
            await goProgram(sources, "istio", "pilot-discovery", "usr/local/bin/pilot-discovery"),
            ...(await istioFiles()),
        ],
    },
    proxyv2: {
        tag: ISTIO.version,
        config: {
            user: `${ISTIO_USER}:${ISTIO_USER}`,
            entrypoint: ["/usr/local/bin/pilot-agent"],
        },
        entries: proxyEntries,
    },
    "cert-manager-controller": certManagerPlan("controller"),
    "cert-manager-cainjector": certManagerPlan("cainjector"),
    "cert-manager-webhook": certManagerPlan("webhook"),
};

/** Every image, in the order in which a cluster comes to need them. */
export const IMAGE_NAMES = Object.keys(PLANS) as readonly ImageName[];

/** The name that pods have for an image. */
export function imageReference(name: ImageName): string {
    return `${IMAGE_HUB}/${name}:${PLANS[name].tag}`;
}

/** Makes an image's archive, or finds it. */
export async function makeImage(name: ImageName, sources: ImageSources): Promise<ImageTar> {
    const plan = PLANS[name];
    const reference = imageReference(name);
    const entries = await plan.entries(sources);
    const folder = await sources.store.get({
        name: `image-${name}`,
        key: keyOf(reference, JSON.stringify(plan.config), ...entries.map(describeEntry)),
        make: (into) => writeImage(join(into, "image.tar"), reference, plan.config, entries),
    });
    return { tar: join(folder, "image.tar"), name: reference };
}

async function proxyEntries(sources: ImageSources): Promise<readonly TarEntry[]> {
    await sources.systemPrograms();
    const [agent, envoy] = await Promise.all([
        goProgram(sources, "istio", "pilot-agent", "usr/local/bin/pilot-agent"),
        envoyProgram(sources.store),
    ]);
    return [
        agent,
        ...(await withLibraries([programFile(envoy, "usr/local/bin/envoy")])),
        ...(await packetFilterFiles()),
        ...(await istioFiles()),
        { path: "etc/istio/proxy", kind: "folder", mode: 0o775, owner: ISTIO_USER },
        { path: "var/lib/istio/data", kind: "folder", mode: 0o775, owner: ISTIO_USER },
    ];
}

/** What both of Istio's images have besides their programs. */
async function istioFiles(): Promise<readonly TarEntry[]> {
    const module = await goModuleFolder("kubernetes", ISTIO.module);
    const users = `root:x:0:0:root:/:/sbin/nologin\nistio-proxy:x:${ISTIO_USER}:${ISTIO_USER}::/:/sbin/nologin\n`;
    return [
        {
            path: "var/lib/istio/envoy/envoy_bootstrap_tmpl.json",
            kind: "file",
            source: { file: join(module, "tools/packaging/common/envoy_bootstrap.json") },
        },
        { path: "etc/passwd", kind: "file", source: { bytes: Buffer.from(users) } },
        { path: "tmp", kind: "folder", mode: 0o1777 },
    ];
}

function certManagerPlan(program: "controller" | "cainjector" | "webhook"): ImagePlan {
    return {
        tag: `v${CERT_MANAGER.version}`,
        config: { user: "1000:1000", entrypoint: [`/app/cmd/${program}/${program}`] },
        entries: async (sources) => [
            await goProgram(sources, "certManager", program, `app/cmd/${program}/${program}`),
            { path: "tmp", kind: "folder", mode: 0o1777 },
        ],
    };
}

async function goProgram(
    sources: ImageSources,
    batch: keyof typeof BATCHES,
    program: string,
    path: string,
): Promise<TarEntry> {
    return programFile(join(await sources.builder.build(BATCHES[batch]), program), path);
}

/** Changes whenever the entry's content may have changed; big files are not read for it. */
function describeEntry(entry: TarEntry): string {
    const { source, ...rest } = entry;
    if (source === undefined) {
        return JSON.stringify(rest);
    }
    if ("bytes" in source) {
        return JSON.stringify({ ...rest, bytes: source.bytes.toString("base64") });
    }
    const { size, mtimeMs } = statSync(source.file);
    return JSON.stringify({ ...rest, file: source.file, size, mtimeMs });
}
