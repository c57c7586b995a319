import type { EngineEvent } from "@pulumi/pulumi/automation";

import type { ClusterName, Mesh } from "../../components/topology/model";
import { type Diagnostic, plannedCountsInWords } from "../engine/activity";
import type { Session } from "../engine/session";
import { mapLimited } from "../engine/parallel";
import { runWithProgress } from "../engine/stack-run";
import { buildPreview } from "./build";
import { collectPreview } from "./collect";
import type { MeshPreview, StackPreview } from "./model";

/** What is to be previewed, and how. */
export interface PreviewArgs extends Session {
    /** The mesh before the change, where it is known. */
    readonly base?: Mesh;
}

/** Previews the selected stacks side by side and puts the results together. */
export async function previewMesh(args: PreviewArgs): Promise<MeshPreview> {
    const existing = await args.engine.stacks();
    for (const stack of args.selected.filter((name) => !existing.has(name))) {
        await args.engine.create(stack);
    }
    const stacks = await mapLimited(args.selected, args.parallel, (stack) =>
        previewStack(args, stack),
    );
    const up = [...existing]
        .filter(([, { resourceCount }]) => resourceCount > 0)
        .map(([name]) => name as ClusterName);
    return buildPreview({
        mesh: args.mesh,
        stacks,
        up,
        ...(args.base === undefined ? {} : { base: args.base }),
    });
}

async function previewStack(args: PreviewArgs, stack: ClusterName): Promise<StackPreview> {
    const events: EngineEvent[] = [];
    const { run, result } = await runWithProgress(
        { ...args, label: "preview", stack, inWords: plannedCountsInWords },
        (options) =>
            args.engine.preview(stack, {
                ...options,
                onEvent: (event) => {
                    if (
                        event.resourcePreEvent !== undefined ||
                        event.resOutputsEvent !== undefined
                    ) {
                        events.push(event);
                    }
                },
            }),
    );
    const warnings = warningsOf(result?.activity.diagnostics ?? []);
    const preview = collectPreview(stack, events);
    return run.failure === undefined
        ? { ...preview, warnings }
        : { ...preview, warnings, failure: run.failure };
}

/** Leaves out what the engine says of its own installation. */
function warningsOf(diagnostics: readonly Diagnostic[]): readonly string[] {
    const noise = /from \$PATH|pending operations from previous deployment/;
    const lines = diagnostics
        .filter(({ severity, message }) => severity === "warning" && !noise.test(message))
        .map(({ message }) => message.replace(/\s+/g, " ").slice(0, 500));
    return [...new Set(lines)];
}
