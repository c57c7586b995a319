import { buildTopology } from "../../components/topology/build";
import type { Mesh } from "../../components/topology/model";
import { phasesOf } from "../../components/topology/phases";
import type { Registration } from "./recorder";
import { topologies, type TopologyName } from "./topologies";
import { type Run, World } from "./world";

/** A topology played from nothing until nothing is pending. */
export interface Played {
    readonly mesh: Mesh;
    readonly world: World;
    /** The last run of each stack, by its name. */
    readonly runs: Readonly<Record<string, Run>>;
}

const played = new Map<TopologyName, Promise<Played>>();

/** Plays a topology phase by phase; once for all tests, which leave its world as it is. */
export function playedTopology(name: TopologyName): Promise<Played> {
    const known = played.get(name) ?? play(name);
    played.set(name, known);
    return known;
}

export const topologyNames = Object.keys(topologies) as TopologyName[];

async function play(name: TopologyName): Promise<Played> {
    const mesh = buildTopology(topologies[name]);
    const world = new World(topologies[name]);
    const runs: Record<string, Run> = {};
    for (const { stacks } of phasesOf(mesh)) {
        for (const { cluster } of stacks) {
            runs[cluster] = await world.up(cluster);
        }
    }
    return { mesh, world, runs };
}

/** Every registration of every stack of every topology. */
export async function everyRegistration(): Promise<readonly Registration[]> {
    const all: Registration[] = [];
    for (const name of topologyNames) {
        const { runs } = await playedTopology(name);
        all.push(...Object.values(runs).flatMap(({ registrations }) => registrations));
    }
    return all;
}
