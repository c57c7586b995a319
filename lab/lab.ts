import { rm } from "node:fs/promises";
import { join } from "node:path";

import { clustersDown, clustersStatus, clustersUp, importImages, stateDir } from "./clusters";
import type { ClusterInfo } from "./clusters";
import { endEngines } from "./engines";
import { type LabEnvironment, prepareEnvironment } from "./environment";
import type { Progress } from "./progress";
import { imageReference, type ImageTar, openToolchain, type Toolchain } from "./toolchain";

/** What to run in the lab. */
export interface LabOptions {
    /** Names of the clusters, in the order of their numbers. */
    readonly clusters: readonly string[];
    /** Replaces the mesh of Pulumi.yaml. */
    readonly mesh?: unknown;
}

/** A lab that is up. */
export interface Lab {
    readonly clusters: readonly ClusterInfo[];
    readonly environment: LabEnvironment;
}

/**
 * Brings the toolchain, starts the clusters and makes everything ready for the engine. What is there already is
 * kept; the clusters start while the rest is still being built.
 */
export async function labUp(options: LabOptions, progress: Progress): Promise<Lab> {
    const toolchain = await openToolchain(progress);
    // The clusters' networks are made with programs that may have to be installed first.
    await toolchain.networkPlugins();
    const [clusters, { environment, images }] = await Promise.all([
        clustersUp(options.clusters, toolchain, progress),
        prepareRest(options, toolchain),
    ]);
    await importImages(toolchain, options.clusters, images, progress);
    return { clusters, environment };
}

async function prepareRest(
    { clusters, mesh }: LabOptions,
    toolchain: Toolchain,
): Promise<{ readonly environment: LabEnvironment; readonly images: readonly ImageTar[] }> {
    const environment = await prepareEnvironment(toolchain, {
        clusters,
        charts: await toolchain.charts(),
        imageReference,
        ...(mesh === undefined ? {} : { mesh }),
    });
    return { environment, images: await toolchain.images() };
}

/** Removes everything that the lab made, its stacks' state included; the cache of built tools stays. */
export async function labDown(progress: Progress): Promise<void> {
    await endEngines();
    for (const folder of ["pulumi", "stacks"]) {
        await rm(join(stateDir(), folder), { recursive: true, force: true });
    }
    await clustersDown(progress);
}

/** The clusters of the lab, with what runs in each. */
export const labStatus = clustersStatus;
