import { resolve } from "node:path";

import type { LocalWorkspace, OutputMap, PulumiCommand, Stack } from "@pulumi/pulumi/automation";

import type { ClusterName } from "../../components/topology/model";
import type { CliContext } from "../context";
import { CliError } from "../errors";
import { isMapping } from "../project/values";
import { detachProcesses, type ProcessResult } from "./processes";

/** One stack as the backend lists it. */
export interface StackRecord {
    readonly resourceCount: number;
    readonly lastUpdate?: string;
    readonly updateInProgress: boolean;
}

/** The project's stacks in the backend, without side effects on the user's files and selection. */
export interface Workspace {
    stacks(): Promise<ReadonlyMap<string, StackRecord>>;
    open(stack: ClusterName): Promise<Stack>;
    outputs(stack: ClusterName): Promise<Readonly<Record<string, unknown>>>;
    /** Creates an empty stack; `folder` has the project file and the stack's file. */
    create(stack: ClusterName, folder: string): Promise<void>;
    cancel(stack: ClusterName): Promise<void>;
    remove(stack: ClusterName): Promise<void>;
}

/** Opens the workspace of a project. */
export async function openWorkspace(context: CliContext): Promise<Workspace> {
    // The Automation API looks for pulumi on this process's own PATH.
    Object.assign(process.env, context.env);
    const automation = await import("@pulumi/pulumi/automation/index.js");
    const command = detachProcesses(await findPulumi(() => automation.PulumiCommand.get()));
    const envVars = {
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // Where a stack file has no encryption settings, those of the stack's state hold.
        PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    };
    const workDir = context.projectDir;
    const local = await automation.LocalWorkspace.create({
        workDir,
        envVars,
        pulumiCommand: command,
    });
    const run = (args: string[], cwd = workDir, env: Record<string, string> = {}) =>
        runPulumi(command, args, cwd, { ...envVars, ...env });
    withoutSideEffects(local, run);
    return {
        stacks: async () => parseStacks((await run(["stack", "ls", "--json"])).stdout),
        open: async (name) => {
            const stack = await automation.Stack.select(name, local);
            // Asked after every run for a summary that nothing here needs; it writes into the user's stack file.
            stack.info = () => Promise.resolve(undefined);
            return stack;
        },
        outputs: async (stack) => valuesOf(await local.stackOutputs(stack)),
        create: async (stack, folder) => {
            const { backend } = await local.projectSettings();
            const url = context.env["PULUMI_BACKEND_URL"] ?? backend?.url ?? "";
            await run(
                ["stack", "init", stack, "--no-select"],
                folder,
                absoluteBackend(url, workDir),
            );
        },
        cancel: async (stack) => {
            await run(["cancel", "--yes", "--stack", stack]);
        },
        remove: async (stack) => {
            await run(["stack", "rm", "--yes", "--preserve-config", "--stack", stack]);
        },
    };
}

type Run = (args: string[]) => Promise<ProcessResult>;

/** Stacks are named in every call, so that the stack which the user has selected stays selected. */
function withoutSideEffects(local: LocalWorkspace, run: Run): void {
    local.selectStack = () => Promise.resolve();
    // One process instead of two: which outputs are secret is not asked.
    local.stackOutputs = async (stack) => {
        const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
        const values = JSON.parse((await run(args)).stdout) as Record<string, unknown>;
        return Object.fromEntries(
            Object.entries(values).map(([name, value]) => [name, { value, secret: true }]),
        );
    };
}

async function findPulumi(get: () => Promise<PulumiCommand>): Promise<PulumiCommand> {
    try {
        return await get();
    } catch (error) {
        const { message } = error as Error;
        throw new CliError(
            message.includes("ENOENT")
                ? "pulumi is not on PATH; install it (https://www.pulumi.com/docs/install/), or use the lab's with --lab"
                : (message.split("\n").find((line) => line.includes("version")) ?? message),
        );
    }
}

function runPulumi(
    command: PulumiCommand,
    args: string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
): Promise<ProcessResult> {
    return (command as unknown as { run(...all: unknown[]): Promise<ProcessResult> }).run(
        args,
        cwd,
        env,
    );
}

/** A stack is created in another folder, where a backend that is named by a relative path is not found. */
function absoluteBackend(url: string, projectDir: string): Record<string, string> {
    const [, path = ".", query = ""] = /^file:\/\/(\.[^?]*)(.*)$/.exec(url) ?? [];
    return url.startsWith("file://.")
        ? { PULUMI_BACKEND_URL: `file://${resolve(projectDir, path)}${query}` }
        : {};
}

function parseStacks(text: string): ReadonlyMap<string, StackRecord> {
    const stacks = JSON.parse(text) as readonly Record<string, unknown>[];
    return new Map(
        stacks.filter(isMapping).map(({ name, resourceCount, lastUpdate, updateInProgress }) => [
            String(name).split("/").at(-1) ?? "",
            {
                resourceCount: typeof resourceCount === "number" ? resourceCount : 0,
                updateInProgress: updateInProgress === true,
                ...(typeof lastUpdate === "string" ? { lastUpdate } : {}),
            },
        ]),
    );
}

function valuesOf(outputs: OutputMap): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
        Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]),
    );
}
