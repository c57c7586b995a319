import { rm } from "node:fs/promises";
import { join } from "node:path";

import { clustersDown, clustersStatus, clustersUp, importImages, stateDir } from "./clusters";
import type { ClusterInfo } from "./clusters";
import { endEngines } from "./engines";
import { type LabEnvironment, prepareEnvironment } from "./environment";
import type { Progress } from "./progress";
import { imageReference, openToolchain } from "./toolchain";

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
    const starting = clustersUp(options.clusters, toolchain, progress);
    // Its failure is told by the await below; until then it must not end the process.
    starting.catch(() => undefined);
    const charts = await toolchain.charts();
    const environment = await prepareEnvironment(toolchain, {
        clusters: options.clusters,
        charts,
        imageReference,
        ...(options.mesh === undefined ? {} : { mesh: options.mesh }),
    });
    const images = await toolchain.images();
    const clusters = await starting;
    await importImages(toolchain, options.clusters, images, progress);
    return { clusters, environment };
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
