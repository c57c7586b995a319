import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { readPeers } from "./components/peers";
import { deploy, type StackOutputs } from "./components/program";
import { MeshError } from "./components/topology/errors";
import { type ConfigEntries, readConfig } from "./components/topology/stack-config";

/** The program of one stack: configuration, what its peers have published, its resources, its outputs. */
export = async (): Promise<StackOutputs> => {
    try {
        const config = readConfig(configEntries(), pulumi.getStack(), readKubeconfig);
        return deploy(config, await readPeers(config.mesh));
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

function readKubeconfig(configured: string | undefined): string | undefined {
    if (configured?.includes("\n")) {
        return configured;
    }
    const fallback = process.env["KUBECONFIG"]?.split(":")[0] ?? join(homedir(), ".kube", "config");
    const path = configured ?? fallback;
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
