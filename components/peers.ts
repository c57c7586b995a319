import * as pulumi from "@pulumi/pulumi";

import { parsePeer, type PeerOutputs } from "./topology/contract";
import type { Peers } from "./topology/decide";
import type { Mesh } from "./topology/model";

/**
 * Reads what every stack of the mesh has published, this one's own earlier outputs included. Awaited before the
 * first resource, so that which resources exist never hangs on an Output.
 */
export async function readPeers(mesh: Mesh): Promise<Peers> {
    const prefix = `${pulumi.getOrganization()}/${pulumi.getProject()}`;
    const entries = await Promise.all(
        mesh.clusters.map(async ({ name }) => {
            const outputs = await readOutputs(name, `${prefix}/${name}`);
            return [name, parsePeer(mesh, name, outputs)] as const;
        }),
    );
    return new Map(entries);
}

async function readOutputs(name: string, stackName: string): Promise<PeerOutputs> {
    if (!(await stackExists(stackName))) {
        return undefined;
    }
    const reference = new pulumi.StackReference(name, { name: stackName });
    const [mesh, remoteAccess] = await Promise.all([
        reference.getOutputDetails("mesh"),
        reference.getOutputDetails("remoteAccess"),
    ]);
    return {
        mesh: mesh.value ?? mesh.secretValue,
        remoteAccess: remoteAccess.secretValue ?? remoteAccess.value,
    };
}

/**
 * A StackReference to a stack that does not exist ends the program, whatever it catches; the engine's own
 * function for the same outputs gives an error that can be told from others.
 */
async function stackExists(stackName: string): Promise<boolean> {
    try {
        await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stackName });
        return true;
    } catch (error) {
        if (error instanceof Error && error.message.includes("unknown stack")) {
            return false;
        }
        throw error;
    }
}
