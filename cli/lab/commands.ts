import { labEnvironment } from "../../lab/environment";
import { type Lab, labDown, labStatus, labUp } from "../../lab/lab";
import { labClusterNames, labMesh } from "../../lab/mesh";
import { printProgress } from "../../lab/progress";
import { CliError } from "../errors";
import type { LabStartOptions } from "./index";

/** Starts the clusters and prepares the engine for them. */
export async function bringLabUp({ clusters, topology }: LabStartOptions): Promise<Lab> {
    const names = labClusterNames(clusters);
    const mesh = labMesh(topology, names);
    return forPeople(() =>
        labUp({ clusters: names, ...(mesh === undefined ? {} : { mesh }) }, printProgress()),
    );
}

/** Removes the lab. */
export async function takeLabDown(): Promise<void> {
    await forPeople(() => labDown(printProgress()));
}

/** Prints the clusters: a line for people, everything for machines. */
export async function showLabStatus(json: boolean): Promise<void> {
    const clusters = await labStatus();
    if (json) {
        process.stdout.write(`${JSON.stringify({ clusters }, undefined, 2)}\n`);
        return;
    }
    if (clusters.length === 0) {
        process.stdout.write("no clusters; start them with npm start or npx isthmus lab up\n");
    }
    for (const { name, running, apiServer, gatewayAddress, processes } of clusters) {
        const ended = processes
            .filter((process) => !process.running)
            .map((process) => process.name);
        const state = running ? "running" : "not running";
        const missing = ended.length === 0 ? "" : `, ended: ${ended.join(", ")}`;
        process.stdout.write(
            `${name}  ${state}  API server ${apiServer}  gateway ${gatewayAddress}${missing}\n`,
        );
    }
}

/** Prints shell commands that set the lab's environment. */
export async function showLabEnvironment(): Promise<void> {
    const { env } = await forPeople(labEnvironment);
    for (const [name, value] of Object.entries(env)) {
        process.stdout.write(`export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
    }
}

/** What goes wrong in the lab is told as it is: its errors are written for the user. */
async function forPeople<T>(work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        throw new CliError(error instanceof Error ? error.message : String(error));
    }
}
