import type { EngineEvent } from "@pulumi/pulumi/automation";

import type {
    Engine,
    PublishedOutputs,
    RunOptions,
    RunResult,
    UpResult,
} from "../../../cli/engine/engine";
import { noActivity } from "../../../cli/engine/activity";
import { StackFailure } from "../../../cli/engine/failure";
import type { StackRecord } from "../../../cli/engine/workspace";
import { parsePeer } from "../../../components/topology/contract";
import { decide } from "../../../components/topology/decide";
import type { ClusterName, Mesh } from "../../../components/topology/model";
import { access, facts, programConfig } from "../../support/published";

/** Stacks that do nothing but decide and publish, as the program does. */
export class FakeEngine implements Engine {
    /** Every call that reached a stack, in the order in which they began. */
    readonly calls: string[] = [];
    /** Links of each stack that is up, by the cluster that they read. */
    readonly links = new Map<string, readonly string[]>();
    closed = false;
    /** Most stacks that ran at once. */
    mostAtOnce = 0;

    private readonly published = new Map<string, PublishedOutputs | undefined>();
    private running = 0;

    constructor(
        private readonly mesh: Mesh,
        /** Stacks that fail, with what the engine says. */
        private readonly failing: ReadonlyMap<string, string> = new Map(),
        private readonly events: ReadonlyMap<string, readonly EngineEvent[]> = new Map(),
    ) {}

    stacks(): Promise<ReadonlyMap<string, StackRecord>> {
        const records = [...this.published].map(
            ([name, outputs]) =>
                [
                    name,
                    { resourceCount: outputs === undefined ? 0 : 3, updateInProgress: false },
                ] as const,
        );
        return Promise.resolve(new Map(records));
    }

    outputs(stack: ClusterName): Promise<PublishedOutputs> {
        return Promise.resolve(this.published.get(stack) ?? {});
    }

    create(stack: ClusterName): Promise<void> {
        this.calls.push(`create ${stack}`);
        this.published.set(stack, undefined);
        return Promise.resolve();
    }

    up(stack: ClusterName, { detached = [] }: RunOptions = {}): Promise<UpResult> {
        const without = detached.length === 0 ? "" : ` without ${detached.join(", ")}`;
        return this.run(`up ${stack}${without}`, stack, async () => {
            const { install, links, pendingPeers } = decide(
                programConfig(this.mesh, stack, { stack: { detached: [...detached] } }),
                new Map(
                    this.mesh.clusters.map(({ name }) => [
                        name,
                        parsePeer(this.mesh, name, this.published.get(name)),
                    ]),
                ),
            );
            await pause();
            const nothing = { eastWestAddresses: [], rootFingerprint: "", rootCertificate: "" };
            const outputs = {
                mesh: facts(this.mesh, stack, {
                    ...(install ? {} : nothing),
                    pendingPeers: [...pendingPeers],
                }),
                remoteAccess: access(
                    this.mesh,
                    stack,
                    install ? {} : { readerKubeconfigs: {}, intermediates: {} },
                ),
            };
            this.published.set(stack, outputs);
            this.links.set(
                stack,
                links.map(({ link }) => link.cluster),
            );
            return { activity: noActivity, changes: { same: 1 }, outputs };
        });
    }

    preview(stack: ClusterName, { onEvent }: RunOptions = {}): Promise<RunResult> {
        return this.run(`preview ${stack}`, stack, async () => {
            await pause();
            this.events.get(stack)?.forEach((event) => onEvent?.(event));
            return { activity: noActivity, changes: {} };
        });
    }

    destroy(stack: ClusterName): Promise<RunResult> {
        return this.run(`destroy ${stack}`, stack, async () => {
            await pause();
            this.published.set(stack, undefined);
            this.links.delete(stack);
            return { activity: noActivity, changes: { delete: 3 } };
        });
    }

    remove(stack: ClusterName): Promise<void> {
        this.calls.push(`remove ${stack}`);
        this.published.delete(stack);
        return Promise.resolve();
    }

    close(): void {
        this.closed = true;
    }

    /** Changes what a stack has published, as another team's run would. */
    republish(stack: string, change: (outputs: PublishedOutputs) => PublishedOutputs): void {
        this.published.set(stack, change(this.published.get(stack) ?? {}));
    }

    private async run<T>(call: string, stack: string, work: () => Promise<T>): Promise<T> {
        this.calls.push(call);
        this.running++;
        this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
        try {
            const failure = this.failing.get(stack);
            if (failure !== undefined) {
                await pause();
                throw new StackFailure(stack, [failure]);
            }
            return await work();
        } finally {
            this.running--;
        }
    }
}

/** Lets the stacks that run beside this one begin. */
function pause(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
}
