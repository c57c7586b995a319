import * as pulumi from "@pulumi/pulumi";

import { isReachable, readKubeconfigs } from "./components/cluster-access";
import type { StackOutputs } from "./components/outputs";
import { readPeers } from "./components/peers";
import { deploy } from "./components/program";
import { MeshError } from "./components/topology/errors";
import { type ConfigEntries, readConfig } from "./components/topology/stack-config";

/** The program of one stack: configuration, what its peers have published, its resources, its outputs. */
export = async (): Promise<StackOutputs> => {
    try {
        const config = readConfig(configEntries(), pulumi.getStack(), readKubeconfigs);
        const peers = await readPeers(config.mesh);
        const isPreview = pulumi.runtime.isDryRun();
        const run = { isPreview, isReachable: !isPreview || (await isReachable(config.apiServer)) };
        return deploy(config, peers, run);
    } catch (error) {
        // Pulumi prints a RunError without a stack trace: it is the user's to mend, not a defect.
        throw error instanceof MeshError ? new pulumi.RunError(error.message) : error;
    }
};

function configEntries(): ConfigEntries {
    const prefix = `${pulumi.getProject()}:`;
    return Object.fromEntries(
        Object.entries(pulumi.runtime.allConfig())
            .filter(([key]) => key.startsWith(prefix))
            .map(([key, value]) => [key.slice(prefix.length), value]),
    );
}
