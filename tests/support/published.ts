import {
    contractVersion,
    type Intermediate,
    type MeshFacts,
    parsePeer,
    type PeerOutputs,
    type RemoteAccess,
} from "../../components/topology/contract";
import { decide, type Decision, type Peers } from "../../components/topology/decide";
import { readersOf } from "../../components/topology/links";
import { type Cluster, isPrimary, type Mesh } from "../../components/topology/model";
import {
    type ProgramConfig,
    type StackConfig,
    stackConfigSchema,
} from "../../components/topology/stack-config";
import { clusterOf } from "./topologies";

/** The configuration of one stack, as `readConfig` gives it. */
export function programConfig(
    mesh: Mesh,
    name: string,
    over: { readonly stack?: Partial<StackConfig>; readonly server?: string | undefined } = {},
): ProgramConfig {
    const { stack = {}, server = `https://${name}.example:6443` } = over;
    return {
        mesh,
        cluster: clusterOf(mesh, name),
        stack: { ...stackConfigSchema.parse({}), ...stack },
        apiServer: { server },
    };
}

/** Facts of an installed cluster. */
export function facts(mesh: Mesh, name: string, over: Partial<MeshFacts> = {}): MeshFacts {
    const cluster = clusterOf(mesh, name);
    return {
        contractVersion,
        clusterName: name,
        network: cluster.network,
        role: cluster.role.kind,
        meshId: mesh.meshId,
        trustDomain: mesh.trustDomain,
        istioVersion: mesh.istio.version,
        apiServer: `https://${name}.example:6443`,
        eastWestAddresses: addressesOf(cluster),
        rootFingerprint: "0123abcd",
        rootCertificate: "certificate of the root",
        pendingPeers: [],
        ...over,
    };
}

/** Credentials that an installed cluster publishes. */
export function access(mesh: Mesh, name: string, over: Partial<RemoteAccess> = {}): RemoteAccess {
    const isHolder = mesh.trust.kind === "held" && mesh.trust.holder === name;
    return {
        contractVersion,
        readerKubeconfigs: Object.fromEntries(
            readersOf(mesh, clusterOf(mesh, name).name).map((reader) => [
                reader,
                kubeconfig(name, reader),
            ]),
        ),
        intermediates: Object.fromEntries(
            (isHolder ? mesh.clusters.filter(isPrimary) : []).map((cluster) => [
                cluster.name,
                intermediate(cluster.name),
            ]),
        ),
        ...over,
    };
}

/** Stands for the kubeconfig with which `reader` logs in to `cluster`. */
export function kubeconfig(cluster: string, reader: string): string {
    return `kubeconfig of ${cluster} for ${reader}`;
}

/** Stands for the intermediate CA of a cluster. */
export function intermediate(cluster: string): Intermediate {
    return { certificate: `certificate of ${cluster}`, key: `key of ${cluster}`, root: "root" };
}

function addressesOf(cluster: Cluster): string[] {
    const { gateway } = cluster;
    if (gateway === undefined || !isPrimary(cluster)) {
        return [];
    }
    return gateway.address.type === "loadBalancer" ? ["203.0.113.1"] : gateway.address.addresses;
}

/** Plays stacks through `decide` with nothing but what each has published, as real stacks would. */
export class Simulation {
    private readonly outputs = new Map<string, PeerOutputs>();
    private readonly last = new Map<string, Decision>();

    constructor(private readonly mesh: Mesh) {}

    up(name: string): Decision {
        const decision = decide(programConfig(this.mesh, name), this.peers());
        this.publish(name, decision);
        return decision;
    }

    /** Every stack of `names` sees what was published before the first of them ran. */
    upSideBySide(names: readonly string[]): void {
        const peers = this.peers();
        const decisions = names.map(
            (name) => [name, decide(programConfig(this.mesh, name), peers)] as const,
        );
        for (const [name, decision] of decisions) {
            this.publish(name, decision);
        }
    }

    /** What each stack decided when it last ran. */
    results(): Record<string, Decision> {
        return Object.fromEntries(this.last);
    }

    /** True when each stack, run once more, would make exactly what it made when it last ran. */
    isSettled(): boolean {
        const peers = this.peers();
        return this.mesh.clusters.every(({ name }) => {
            const last = this.last.get(name);
            const next = decide(programConfig(this.mesh, name), peers);
            return last !== undefined && makes(last) === makes(next);
        });
    }

    private peers(): Peers {
        return new Map(
            this.mesh.clusters.map(({ name }) => [
                name,
                parsePeer(this.mesh, name, this.outputs.get(name)),
            ]),
        );
    }

    private publish(name: string, decision: Decision): void {
        const { mesh } = this;
        const { install, pendingPeers } = decision;
        this.last.set(name, decision);
        const nothing = { eastWestAddresses: [], rootFingerprint: "", rootCertificate: "" };
        this.outputs.set(
            name,
            asStored({
                mesh: facts(mesh, name, {
                    ...(install ? {} : nothing),
                    pendingPeers: [...pendingPeers],
                }),
                remoteAccess: access(
                    mesh,
                    name,
                    install ? {} : { readerKubeconfigs: {}, intermediates: {} },
                ),
            }),
        );
    }
}

/** All of a decision that reaches a resource or an output: not what the primary itself waits for. */
function makes({ primary, ...rest }: Decision): string {
    return JSON.stringify({ ...rest, primary: { ...primary, pendingPeers: [] } });
}

function asStored(outputs: { mesh: MeshFacts; remoteAccess: RemoteAccess }): PeerOutputs {
    return JSON.parse(JSON.stringify(outputs)) as PeerOutputs;
}
