import { addressesOf } from "./addressing";
import { apiServerUrl, PROCESS_NAMES } from "./cluster";
import { readProcess } from "./process";
import { clusterPaths, readClusterRecords, readLabRecord } from "./state";

/** One long-running process of a cluster. */
export interface ProcessInfo {
    readonly name: string;
    /** Its number; undefined when it was never started. */
    readonly pid: number | undefined;
    readonly running: boolean;
}

/** What there is to know of a cluster to work with it. */
export interface ClusterInfo {
    readonly name: string;
    /** The cluster's context in the lab's kubeconfig. */
    readonly context: string;
    /** The URL of the API server, reachable from this machine and from the pods of every cluster. */
    readonly apiServer: string;
    /** The address that Services of type LoadBalancer get, reachable from the same places. */
    readonly gatewayAddress: string;
    readonly podCidr: string;
    readonly serviceCidr: string;
    /** Whether all of its processes run. */
    readonly running: boolean;
    readonly processes: readonly ProcessInfo[];
}

/** Every cluster that was started since the last `down`, running or not; changes nothing. */
export async function clustersStatus(): Promise<readonly ClusterInfo[]> {
    const record = await readLabRecord();
    if (record === undefined) {
        return [];
    }
    const specs = await readClusterRecords();
    return Promise.all(
        specs.map(async (spec) => {
            const paths = clusterPaths(spec.name);
            const { gateway, podCidr, serviceCidr, ...addresses } = addressesOf(spec, record.wan);
            const processes = await Promise.all(
                PROCESS_NAMES.map(async (name) => {
                    const recorded = await readProcess(paths, name);
                    return { name, pid: recorded?.pid, running: recorded?.running ?? false };
                }),
            );
            return {
                name: spec.name,
                context: spec.name,
                apiServer: apiServerUrl(addresses),
                gatewayAddress: gateway,
                podCidr,
                serviceCidr,
                running: processes.every(({ running }) => running),
                processes,
            };
        }),
    );
}
