import type { EngineEvent } from "@pulumi/pulumi/automation";

/** Number of resources by kind of change: `create`, `update`, `same` and so on. */
export type ChangeCounts = Readonly<Partial<Record<string, number>>>;

/** One message of the engine or of a provider. */
export interface Diagnostic {
    readonly severity: "error" | "warning";
    /** Name of the resource that it is about; absent for the program itself. */
    readonly resource?: string;
    readonly message: string;
}

/** What a run of a stack has done so far. */
export interface Activity {
    /** Operations that have ended. */
    readonly done: ChangeCounts;
    /** The resource that changed last. */
    readonly current?: string;
    readonly diagnostics: readonly Diagnostic[];
    /** URNs of the resources that were created. */
    readonly created: readonly string[];
    /** Set once the run has told its own count. */
    readonly summary?: ChangeCounts;
}

export const noActivity: Activity = { done: {}, diagnostics: [], created: [] };

/** Follows the events of one run. */
export class ActivityTracker {
    /** By operation; a component reports each of its operations more than once. */
    private readonly urns = new Map<string, Set<string>>();
    private readonly diagnostics: Diagnostic[] = [];
    private current: string | undefined;
    private summary: ChangeCounts | undefined;

    add(event: EngineEvent): void {
        const { resourcePreEvent, resOutputsEvent, summaryEvent } = event;
        if (resourcePreEvent !== undefined && changes(resourcePreEvent.metadata.op)) {
            this.current = resourceName(resourcePreEvent.metadata.urn);
        }
        if (resOutputsEvent !== undefined) {
            const { op, urn } = resOutputsEvent.metadata;
            const urns = this.urns.get(op) ?? new Set();
            this.urns.set(op, urns.add(urn));
        }
        if (summaryEvent !== undefined) {
            this.summary = summaryEvent.resourceChanges;
        }
        const diagnostic = diagnosticOf(event);
        if (diagnostic !== undefined) {
            this.diagnostics.push(diagnostic);
        }
    }

    get activity(): Activity {
        const done = Object.fromEntries([...this.urns].map(([op, urns]) => [op, urns.size]));
        const created = [...this.urns]
            .filter(([op]) => op.startsWith("create"))
            .flatMap(([, urns]) => [...urns]);
        return {
            done,
            diagnostics: this.diagnostics,
            created,
            ...(this.current === undefined ? {} : { current: this.current }),
            ...(this.summary === undefined ? {} : { summary: this.summary }),
        };
    }
}

function changes(op: string): boolean {
    return op !== "same" && op !== "read";
}

/** The last part of a URN, with the type where the name alone says little. */
export function resourceName(urn: string): string {
    const [, , types = "", ...name] = urn.split("::");
    const type = types.split("$").at(-1)?.split(":").at(-1) ?? "";
    return `${type} ${name.join("::")}`.trim();
}

/** `3 created, 1 updated, 40 unchanged`. */
export function countsInWords(counts: ChangeCounts): string {
    return inWords(counts, doneWords);
}

/** `3 to create, 1 to update, 40 unchanged`. */
export function plannedCountsInWords(counts: ChangeCounts): string {
    return inWords(counts, plannedWords);
}

const doneWords = {
    create: "created",
    "create-replacement": "created anew",
    update: "updated",
    replace: "replaced",
    delete: "deleted",
    "delete-replaced": "deleted after replacement",
    same: "unchanged",
};

const plannedWords = {
    create: "to create",
    update: "to update",
    replace: "to replace",
    delete: "to delete",
    same: "unchanged",
};

function inWords(counts: ChangeCounts, words: Readonly<Record<string, string>>): string {
    const parts = Object.entries(words).flatMap(([op, word]) => {
        const count = counts[op] ?? 0;
        return count === 0 ? [] : [`${count} ${word}`];
    });
    return parts.length === 0 ? "no resource" : parts.join(", ");
}

function diagnosticOf({ diagnosticEvent }: EngineEvent): Diagnostic | undefined {
    if (diagnosticEvent === undefined || diagnosticEvent.ephemeral === true) {
        return undefined;
    }
    const { severity, urn, message } = diagnosticEvent;
    const text = withoutColors(message).trim();
    if ((severity !== "error" && severity !== "warning") || text === "") {
        return undefined;
    }
    return {
        severity,
        ...(urn === undefined || urn === "" ? {} : { resource: resourceName(urn) }),
        message: text,
    };
}

/** The engine marks colors as `<{%fg 1%}>`. */
function withoutColors(text: string): string {
    return text.replace(/<\{%[^%]*%\}>/g, "");
}
