import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { addressesOf } from "./addressing";
import { apiServerUrl } from "./cluster";
import { renderKubeconfig } from "./kubeconfig";
import {
    clusterPaths,
    kubeconfigPath,
    readClusterRecords,
    readLabRecord,
    writeWhole,
} from "./state";

/** Writes the kubeconfig of all clusters that exist. */
export async function writeKubeconfig(): Promise<void> {
    const record = await readLabRecord();
    if (record === undefined) {
        return;
    }
    const specs = await readClusterRecords();
    const entries = await Promise.all(
        specs.map(async (spec) => {
            const { pki } = clusterPaths(spec.name);
            const read = (file: string) => readFile(join(pki, file), "utf8");
            return {
                name: spec.name,
                server: apiServerUrl(addressesOf(spec, record.wan)),
                authority: await read("ca.crt"),
                user: { certificate: await read("admin.crt"), key: await read("admin.key") },
            };
        }),
    );
    await writeWhole(kubeconfigPath(), renderKubeconfig(entries));
}
