import { stat } from "node:fs/promises";

import type { Progress } from "../progress";
import type { ImageTar, Toolchain } from "../toolchain";
import { run } from "./command";
import { clusterPaths, readJson, writeJson } from "./state";

/** The namespace in which kubelet looks for images. */
const NAMESPACE = "k8s.io";

/** Large images on a busy machine take their time. */
const IMPORT_MS = 600_000;

/**
 * Brings images into clusters that run, side by side. What a cluster has already is skipped, unless
 * its archive has changed since.
 */
export async function importImages(
    toolchain: Toolchain,
    clusters: readonly string[],
    images: readonly ImageTar[],
    progress: Progress,
): Promise<void> {
    const ctr = await toolchain.program("ctr");
    const results = await Promise.allSettled(
        clusters.map(async (cluster) => {
            const step = progress.step(`${cluster}: images`);
            try {
                const imported = await importInto(ctr, cluster, images, (text) => {
                    step.update(text);
                });
                step.done(`${imported} brought, ${images.length - imported} there already`);
            } catch (error) {
                step.fail("not all images could be brought");
                throw error;
            }
        }),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) {
        throw failed.reason;
    }
}

/** Imports what is missing; gives the number of images that were imported. */
export async function importInto(
    ctr: string,
    cluster: string,
    images: readonly ImageTar[],
    say: (text: string) => void,
): Promise<number> {
    const paths = clusterPaths(cluster);
    const ctrImages = (...args: readonly string[]) =>
        run(
            ctr,
            ["--address", paths.containerdSocket, "--namespace", NAMESPACE, "images", ...args],
            {
                timeoutMs: IMPORT_MS,
            },
        );
    const present = new Set((await ctrImages("list", "--quiet")).stdout.split("\n"));
    let known = ((await readJson(paths.images)) ?? {}) as Readonly<Record<string, string>>;
    let imported = 0;
    for (const { name, tar } of images) {
        const { size, mtimeMs } = await stat(tar);
        const version = `${tar} ${size} ${mtimeMs}`;
        if (present.has(name) && known[name] === version) {
            continue;
        }
        say(`bringing ${name}`);
        await ctrImages("import", tar);
        known = { ...known, [name]: version };
        await writeJson(paths.images, known);
        imported += 1;
    }
    return imported;
}
