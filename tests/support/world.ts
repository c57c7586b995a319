import * as pulumi from "@pulumi/pulumi";

import program from "../../index";
import type { MeshFacts, RemoteAccess } from "../../components/topology/contract";
import type { MeshInput } from "../../components/topology/schema";
import { setEnvironment } from "./environment";
import { fakeCluster, type Ingress } from "./fake-cluster";
import { asSecret, Recorder, type Registration } from "./recorder";
import { isSecret, valueOf } from "./value-of";

/** What one `pulumi up` made and published. */
export interface Run {
    readonly registrations: readonly Registration[];
    readonly outputs: { readonly mesh: MeshFacts; readonly remoteAccess: RemoteAccess };
    /** Names of the outputs that are stored encrypted. */
    readonly secretOutputNames: readonly string[];
}

/** What the program refused, and what had been registered by then. */
export interface Refusal {
    readonly error: unknown;
    readonly registrations: readonly Registration[];
}

export interface WorldOptions {
    /** What the cloud gives the Services of a cluster, by its name; an IP of its own where not said. */
    readonly ingress?: Readonly<Record<string, readonly Ingress[]>>;
    /** More configuration of a stack, by its name: text by key; `mesh` stands for what the others have. */
    readonly config?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

type Stored = Pick<Run, "secretOutputNames"> & { readonly outputs: Partial<Run["outputs"]> };

/** All stacks of a mesh, their clusters and what they have published, without an engine. */
export class World {
    private readonly stored = new Map<string, Stored>();

    constructor(
        private readonly mesh: MeshInput,
        private readonly options: WorldOptions = {},
    ) {}

    /** Runs the program of one stack, as `pulumi up` would, and stores its outputs. */
    async up(name: string): Promise<Run> {
        const run = await this.run(name, false);
        this.stored.set(name, run);
        return run;
    }

    /** Runs the program of one stack as `pulumi preview` would; nothing is stored. */
    async preview(name: string): Promise<Run> {
        return this.run(name, true);
    }

    /** Takes a stack's outputs away, as `pulumi destroy` does; the stack itself is still there. */
    destroy(name: string): void {
        this.stored.set(name, { outputs: {}, secretOutputNames: [] });
    }

    /** Runs the program of a stack that it is to refuse. */
    async refused(name: string): Promise<Refusal> {
        const recorder = await this.start(name, false);
        try {
            await withEnvironment(() => program());
        } catch (error) {
            return { error, registrations: await recorder.settle() };
        } finally {
            pulumi.runtime.setAllConfig({});
        }
        throw new Error(`the program of ${name} refused nothing`);
    }

    private async start(name: string, preview: boolean): Promise<Recorder> {
        const recorder = await Recorder.start({
            stack: name,
            preview,
            respond: (args) => this.respond(name, args),
            call: (args) => this.call(args),
        });
        pulumi.runtime.setAllConfig(this.configOf(name));
        return recorder;
    }

    private async run(name: string, preview: boolean): Promise<Run> {
        const recorder = await this.start(name, preview);
        try {
            const outputs = await withEnvironment(() => program());
            const registrations = await recorder.settle();
            const entries = Object.entries(outputs) as [string, pulumi.Input<unknown>][];
            const secretness = await Promise.all(entries.map(([, output]) => isSecret(output)));
            return {
                registrations,
                outputs: (await valueOf(outputs)) as unknown as Run["outputs"],
                secretOutputNames: entries.flatMap(([key], i) => (secretness[i] ? [key] : [])),
            };
        } finally {
            pulumi.runtime.setAllConfig({});
        }
    }

    private configOf(name: string): Record<string, string> {
        const own = {
            mesh: JSON.stringify(this.mesh),
            apiServer: JSON.stringify({ server: `https://${name}.example:6443` }),
            ...this.options.config?.[name],
        };
        return Object.fromEntries(
            Object.entries(own).map(([key, text]) => [`isthmus:${key}`, text]),
        );
    }

    private respond(name: string, args: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
        if (args.type === "pulumi:pulumi:StackReference") {
            const { outputs, secretOutputNames } = this.storedOf(args.id ?? "");
            const marked = Object.entries(outputs).map(([key, value]) => [
                key,
                secretOutputNames.includes(key) ? asSecret(value) : value,
            ]);
            return {
                name: args.id,
                outputs: Object.fromEntries(marked) as Record<string, unknown>,
                secretOutputNames: [...secretOutputNames],
            };
        }
        const ingress = this.options.ingress?.[name] ?? [{ ip: addressOf(name) }];
        return fakeCluster({ name, ingress })(args);
    }

    private call({ token, inputs }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
        if (token !== "pulumi:pulumi:readStackOutputs") {
            throw new Error(`unexpected call of ${token}`);
        }
        const { name } = inputs as { name: string };
        return { outputs: this.storedOf(name).outputs };
    }

    /** @throws what the engine answers about a stack that does not exist. */
    private storedOf(fullName: string): Stored {
        const [organization, project, name = ""] = fullName.split("/");
        const stored = this.stored.get(name);
        if (organization !== "organization" || project !== "isthmus" || stored === undefined) {
            throw rpcError(`unknown stack "${fullName}"`);
        }
        return stored;
    }
}

/** The address that a cluster's gateway has unless the test says otherwise. */
export function addressOf(cluster: string): string {
    return `203.0.113.${cluster.replace(/\D/g, "")}`;
}

/** An error as it comes from the engine, whose client looks at `details` alone. */
function rpcError(details: string): Error {
    return Object.assign(new Error(details), { details });
}

/**
 * Runs with what the machine's environment would add kept out: the provider takes KUBECONFIG where nothing is
 * configured, and a preview asks whether the API server takes connections unless a proxy stands before it.
 */
async function withEnvironment<T>(run: () => Promise<T>): Promise<T> {
    const restore = setEnvironment({ KUBECONFIG: undefined, HTTPS_PROXY: "http://proxy.example" });
    try {
        return await run();
    } finally {
        restore();
    }
}
