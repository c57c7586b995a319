import type { Kind, Kinds } from "./objects";

/** Access to one cluster. Every call ends within its time limit. */
export interface KubeClient {
    /** URL of the API server. */
    readonly server: string;
    /** The version of Kubernetes, which also shows that the API server answers. */
    version(): Promise<string>;
    /** `undefined` where the object, or its kind, does not exist. */
    get<K extends Kind>(kind: K, name: string, namespace?: string): Promise<Kinds[K] | undefined>;
    /** Empty where the kind does not exist. */
    list<K extends Kind>(kind: K, query?: ListQuery): Promise<readonly Kinds[K][]>;
    create<K extends Kind>(kind: K, object: Kinds[K]): Promise<void>;
    /** Asks for the deletion; an object that is not there is none. */
    remove(kind: Kind, name: string, namespace?: string): Promise<void>;
    exec(target: ExecTarget, command: readonly string[]): Promise<ExecResult>;
}

export interface ListQuery {
    readonly namespace?: string;
    readonly labelSelector?: string;
    readonly fieldSelector?: string;
    /** At most so many; all of them when absent. */
    readonly limit?: number;
}

export interface ExecTarget {
    readonly namespace: string;
    readonly pod: string;
    readonly container: string;
}

/** What a command in a container left. */
export interface ExecResult {
    readonly ok: boolean;
    readonly stdout: string;
    readonly stderr: string;
}

/** An API server said no, or nothing. */
export class KubeError extends Error {
    /** @param status HTTP status; `undefined` where there was no answer. */
    constructor(
        message: string,
        readonly status?: number,
    ) {
        super(message);
        this.name = "KubeError";
    }
}

/** An error in a few words, on one line. */
export function describeError(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    return text.replace(/\s+/g, " ").trim().slice(0, 300) || "no reason given";
}
