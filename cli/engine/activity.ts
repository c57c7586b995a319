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
    /** Set once the run has told its own count. */
    readonly summary?: ChangeCounts;
}

export const noActivity: Activity = { done: {}, diagnostics: [] };

/** The activity after one more event. */
export function withEvent(activity: Activity, event: EngineEvent): Activity {
    if (event.resourcePreEvent !== undefined) {
        const { op, urn } = event.resourcePreEvent.metadata;
        return op === "same" ? activity : { ...activity, current: resourceName(urn) };
    }
    if (event.resOutputsEvent !== undefined) {
        const { op } = event.resOutputsEvent.metadata;
        return { ...activity, done: { ...activity.done, [op]: (activity.done[op] ?? 0) + 1 } };
    }
    if (event.summaryEvent !== undefined) {
        return { ...activity, summary: event.summaryEvent.resourceChanges };
    }
    const diagnostic = diagnosticOf(event);
    return diagnostic === undefined
        ? activity
        : { ...activity, diagnostics: [...activity.diagnostics, diagnostic] };
}

/** The last part of a URN, with the type where the name alone says little. */
export function resourceName(urn: string): string {
    const [, , types = "", ...name] = urn.split("::");
    const type = types.split("$").at(-1)?.split(":").at(-1) ?? "";
    return `${type} ${name.join("::")}`.trim();
}

/** `3 created, 1 updated, 40 unchanged`. */
export function countsInWords(counts: ChangeCounts): string {
    const words = Object.entries(opWords).flatMap(([op, word]) => {
        const count = counts[op] ?? 0;
        return count === 0 ? [] : [`${count} ${word}`];
    });
    return words.length === 0 ? "nothing yet" : words.join(", ");
}

/** True where a run changed any resource. */
export function hasChanges(counts: ChangeCounts): boolean {
    return Object.entries(counts).some(([op, count]) => op !== "same" && (count ?? 0) > 0);
}

const opWords: Readonly<Record<string, string>> = {
    create: "created",
    "create-replacement": "created anew",
    update: "updated",
    replace: "replaced",
    delete: "deleted",
    "delete-replaced": "deleted after replacement",
    import: "imported",
    refresh: "refreshed",
    same: "unchanged",
};

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
