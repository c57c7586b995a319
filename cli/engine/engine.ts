import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";

import type { ClusterName } from "../../components/topology/model";
import type { KubeClient } from "../check/client/kube-client";
import { openCluster } from "../check/client/open";
import type { CliContext } from "../context";
import {
    type Activity,
    ActivityTracker,
    type ChangeCounts,
    noActivity,
    resourceName,
} from "./activity";
import { describeFailure, isTornRead } from "./failure";
import { isNameInUse, removeUnfinishedInstalls } from "./helm-record";
import { interruptedCreates, rootUrn } from "./interrupted";
import { describeLocks, isAbandoned, locksIn } from "./locks";
import { createStackCopies, type StackCopies } from "./stack-copies";
import { persistently } from "./persistently";
import { openWorkspace, type StackRecord, type Workspace } from "./workspace";

/** What a stack publishes, as values; secrets are in it. */
export type PublishedOutputs = Readonly<Record<string, unknown>>;

/** One run of one stack that ended well. */
export interface RunResult {
    readonly activity: Activity;
    readonly changes: ChangeCounts;
}

export interface UpResult extends RunResult {
    readonly outputs: PublishedOutputs;
}

/** How a stack is to be run. */
export interface RunOptions {
    /** Clusters whose links this run takes away. */
    readonly detached?: readonly ClusterName[];
    readonly signal?: AbortSignal;
    readonly onActivity?: (activity: Activity) => void;
    readonly onEvent?: (event: EngineEvent) => void;
    /** Told of what was done besides, such as removing a lock that a killed run left behind. */
    readonly onNote?: (note: string) => void;
}

/** Runs the stacks of the project. Every failure of a stack is a StackFailure. */
export interface Engine {
    /** The stacks that exist, by name. */
    stacks(): Promise<ReadonlyMap<string, StackRecord>>;
    outputs(stack: ClusterName): Promise<PublishedOutputs>;
    create(stack: ClusterName): Promise<void>;
    up(stack: ClusterName, options?: RunOptions): Promise<UpResult>;
    preview(stack: ClusterName, options?: RunOptions): Promise<RunResult>;
    destroy(stack: ClusterName, options?: RunOptions): Promise<RunResult>;
    /** Removes an empty stack with its history. */
    remove(stack: ClusterName): Promise<void>;
    close(): void;
}

/**
 * Opens the engine for a project.
 *
 * @throws CliError where there is no pulumi, or too old a one.
 */
export async function openEngine(context: CliContext): Promise<Engine> {
    const workspace = await openWorkspace(context);
    const copies = createStackCopies(context);
    return new AutomationEngine(workspace, copies, context.projectName, (stack) =>
        openCluster(context, stack),
    );
}

class AutomationEngine implements Engine {
    constructor(
        private readonly workspace: Workspace,
        private readonly copies: StackCopies,
        private readonly project: string,
        private readonly openCluster: (stack: ClusterName) => Promise<KubeClient>,
    ) {}

    stacks(): Promise<ReadonlyMap<string, StackRecord>> {
        return this.workspace.stacks();
    }

    async outputs(stack: ClusterName): Promise<PublishedOutputs> {
        try {
            return await this.workspace.outputs(stack);
        } catch (error) {
            throw describeFailure(stack, error, noActivity);
        }
    }

    async create(stack: ClusterName): Promise<void> {
        try {
            await this.workspace.create(stack, this.copies.folderFor(stack));
        } catch (error) {
            throw describeFailure(stack, error, noActivity);
        }
    }

    async up(stack: ClusterName, options: RunOptions = {}): Promise<UpResult> {
        const { result, ...run } = await this.run(stack, options, (opened, shared) =>
            opened.up({ ...shared, suppressOutputs: true }),
        );
        await this.forgetInterrupted(stack, options, run.activity);
        const outputs = Object.fromEntries(
            Object.entries(result.outputs).map(([name, { value }]) => [name, value as unknown]),
        );
        return { ...run, outputs };
    }

    async preview(stack: ClusterName, options: RunOptions = {}): Promise<RunResult> {
        return this.run(stack, options, (opened, shared) => opened.preview(shared));
    }

    async destroy(stack: ClusterName, options: RunOptions = {}): Promise<RunResult> {
        const run = await this.run(stack, options, (opened, shared) => opened.destroy(shared));
        await this.forgetInterrupted(stack, options, run.activity);
        return run;
    }

    async remove(stack: ClusterName): Promise<void> {
        try {
            await this.workspace.remove(stack);
        } catch (error) {
            throw describeFailure(stack, error, noActivity);
        }
    }

    close(): void {
        this.copies.remove();
    }

    private async run<T>(
        stack: ClusterName,
        options: RunOptions,
        operate: (opened: Stack, shared: SharedOptions) => Promise<T>,
    ): Promise<RunResult & { readonly result: T }> {
        const opened = await this.workspace.open(stack);
        let tracker = new ActivityTracker();
        const attempt = () => {
            tracker = new ActivityTracker();
            return operate(opened, {
                configFile: this.copies.fileOf(stack, options.detached),
                suppressProgress: true,
                ...(options.signal === undefined ? {} : { signal: options.signal }),
                onEvent: (event) => {
                    tracker.add(event);
                    options.onEvent?.(event);
                    options.onActivity?.(tracker.activity);
                },
            });
        };
        try {
            const result = await persistently(
                () => this.unlocking(stack, options, attempt),
                (error) => this.isWorthAnother(stack, options, error, tracker.activity),
            );
            const { activity } = tracker;
            return { result, activity, changes: activity.summary ?? activity.done };
        } catch (error) {
            throw describeFailure(stack, error, tracker.activity);
        }
    }

    /**
     * An update that was killed while it created a resource leaves a mark in the state, which outlives the
     * creation by the next one and would be warned of for ever.
     */
    private async forgetInterrupted(
        stack: ClusterName,
        options: RunOptions,
        { diagnostics, created }: Activity,
    ): Promise<void> {
        const interrupted = interruptedCreates(diagnostics);
        const lost = interrupted.filter((urn) => !created.includes(urn));
        if (lost.length > 0) {
            options.onNote?.(
                `${lost.map(resourceName).join(", ")} may exist in the cluster without being known to Pulumi: ` +
                    `an earlier run was killed while creating it; run pulumi refresh --stack ${stack}`,
            );
        } else if (interrupted.length > 0) {
            const opened = await this.workspace.open(stack);
            await opened.refresh({
                clearPendingCreates: true,
                target: [rootUrn(this.project, stack)],
                configFile: this.copies.fileOf(stack),
            });
            options.onNote?.(
                `made anew what a killed run had left unfinished: ${interrupted.map(resourceName).join(", ")}`,
            );
        }
    }

    /** True where the run failed over something that has passed, or that is taken out of its way here. */
    private async isWorthAnother(
        stack: ClusterName,
        options: RunOptions,
        error: unknown,
        { diagnostics }: Activity,
    ): Promise<boolean> {
        if (isTornRead(error, diagnostics)) {
            options.onNote?.("read a peer's state while it was being written, and reads it again");
            return true;
        }
        if (!isNameInUse(diagnostics)) {
            return false;
        }
        const records = await removeUnfinishedInstalls(await this.openCluster(stack));
        for (const record of records) {
            options.onNote?.(`removed ${record}, the record of an install that was killed`);
        }
        return records.length > 0;
    }

    /** A run that was killed leaves its lock behind; one that is not in use any more is taken away, once. */
    private async unlocking<T>(
        stack: ClusterName,
        options: RunOptions,
        attempt: () => Promise<T>,
    ): Promise<T> {
        try {
            return await attempt();
        } catch (error) {
            const locks = locksIn(error);
            if (locks.length === 0) {
                throw error;
            }
            if (!locks.every(isAbandoned)) {
                throw describeLocks(stack, locks);
            }
            options.onNote?.(
                `removed the lock of process ${locks.map(({ pid }) => pid).join(", ")}, which is gone`,
            );
            await this.workspace.cancel(stack);
            return attempt();
        }
    }
}

interface SharedOptions {
    readonly configFile: string;
    readonly suppressProgress: boolean;
    readonly signal?: AbortSignal;
    readonly onEvent: (event: EngineEvent) => void;
}
