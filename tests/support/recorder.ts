import * as pulumi from "@pulumi/pulumi";
import type {
    ReadResourceRequest,
    RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";

/** What a secret shows as. */
export const masked = "[secret]";

/** One resource as it was registered with, or read from, the engine. */
export interface Registration {
    readonly type: string;
    readonly name: string;
    readonly kind: "component" | "custom" | "read";
    /** Name of the parent; absent at the top. */
    readonly parent?: string;
    /** Name of its provider; a component's is that of the nearest ancestor, as in the engine. */
    readonly provider?: string;
    /** Names of what has to exist before. */
    readonly dependsOn: readonly string[];
    /** Secrets in it are {@link masked}. */
    readonly inputs: Readonly<Record<string, unknown>>;
    /** Values of the secrets, by their dotted path in `inputs`. */
    readonly secrets: Readonly<Record<string, unknown>>;
}

/** What the cluster, or another stack, answers. */
export type Respond = (args: pulumi.runtime.MockResourceArgs) => Record<string, unknown>;

/** What provider functions answer. */
export type Call = (args: pulumi.runtime.MockCallArgs) => Record<string, unknown>;

export interface RecorderOptions {
    readonly stack?: string;
    readonly preview?: boolean;
    readonly respond?: Respond;
    readonly call?: Call;
}

interface Request {
    /** URN. */
    readonly parent: string;
    readonly providers: readonly string[];
    readonly dependsOn: readonly string[];
}

/** Stands in for the engine: answers every registration and keeps it. */
export class Recorder {
    private readonly recorded: pulumi.runtime.MockResourceArgs[] = [];
    private readonly requests = new Map<string, Request>();
    private readonly failures: unknown[] = [];

    private constructor(private readonly options: RecorderOptions) {}

    /** Resets the runtime; every resource made from then on is recorded. */
    static async start(options: RecorderOptions = {}): Promise<Recorder> {
        const recorder = new Recorder(options);
        const { stack = "cluster1", preview = false } = options;
        await pulumi.runtime.setMocks(
            {
                newResource: (args) => recorder.answer(args),
                call: (args) => options.call?.(args) ?? {},
            },
            "isthmus",
            stack,
            preview,
            "organization",
        );
        recorder.watchRequests();
        return recorder;
    }

    /**
     * Waits until every registration is through.
     *
     * @returns them, sorted by type and name.
     * @throws what a mock has thrown, which the engine's client does not pass on.
     */
    async settle(): Promise<readonly Registration[]> {
        await pulumi.runtime.disconnect();
        if (this.failures.length > 0) {
            throw this.failures[0];
        }
        return this.recorded
            .map((args) => this.describe(args))
            .sort((a, b) => compare(a.type, b.type) || compare(a.name, b.name));
    }

    private answer(args: pulumi.runtime.MockResourceArgs): {
        id: string;
        state: Record<string, unknown>;
    } {
        try {
            this.recorded.push(args);
            const state = this.options.respond?.(args) ?? inputsOf(args);
            return { id: isRead(args) ? (args.id ?? "") : `${args.name}-id`, state };
        } catch (error) {
            this.failures.push(error);
            throw error;
        }
    }

    /** A mock is not told of parents and dependencies, so they are taken from the requests. */
    private watchRequests(): void {
        const monitor: unknown = pulumi.runtime.getMonitor();
        if (!(monitor instanceof MockMonitor)) {
            throw new Error("the runtime has no mock monitor");
        }
        const register = monitor.registerResource.bind(monitor);
        const read = monitor.readResource.bind(monitor);
        monitor.registerResource = (request: RegisterResourceRequest, callback) => {
            this.keep(
                request,
                [...request.getProvidersMap().toArray()].map(([, ref]) => ref),
            );
            return register(request, callback);
        };
        monitor.readResource = (request: ReadResourceRequest, callback) => {
            this.keep(request, []);
            return read(request, callback);
        };
    }

    private keep(
        request: RegisterResourceRequest | ReadResourceRequest,
        providers: readonly string[],
    ): void {
        this.requests.set(`${request.getType()} ${request.getName()}`, {
            parent: request.getParent(),
            providers: [request.getProvider(), ...providers],
            dependsOn: request.getDependenciesList(),
        });
    }

    private providerOf(request: Request | undefined, isCustom: boolean): string | undefined {
        if (request === undefined) {
            return undefined;
        }
        const own = request.providers.map(nameOf).find((name) => name !== undefined);
        return own ?? (isCustom ? undefined : this.providerOf(this.parentOf(request), false));
    }

    private parentOf({ parent }: Request): Request | undefined {
        const [, , types = "", name = ""] = parent.split("::");
        return this.requests.get(`${types.split("$").at(-1) ?? ""} ${name}`);
    }

    private describe(args: pulumi.runtime.MockResourceArgs): Registration {
        const request = this.requests.get(`${args.type} ${args.name}`);
        const parent = nameOf(request?.parent);
        const provider = this.providerOf(request, args.custom === true);
        const secrets: Record<string, unknown> = {};
        return {
            type: args.type,
            name: args.name,
            kind: kindOf(args),
            ...(parent === undefined ? {} : { parent }),
            ...(provider === undefined ? {} : { provider }),
            dependsOn: [
                ...new Set((request?.dependsOn ?? []).map((urn) => nameOf(urn) ?? urn)),
            ].sort(),
            inputs: mask(inputsOf(args), "", secrets) as Record<string, unknown>,
            secrets,
        };
    }
}

/** The one registration of a name. */
export function registered(all: readonly Registration[], name: string): Registration {
    const found = all.filter((registration) => registration.name === name);
    const [only] = found;
    if (only === undefined || found.length > 1) {
        const known = all.map((registration) => registration.name).join(", ");
        throw new Error(`${found.length} resources named ${name} among ${known}`);
    }
    return only;
}

/** Everything of a type, by name. */
export function ofType(all: readonly Registration[], type: string): readonly Registration[] {
    return all.filter((registration) => registration.type === type);
}

const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const signatureKey = "4dabf18193072939515e22adb298388d";

function mask(value: unknown, path: string, secrets: Record<string, unknown>): unknown {
    if (Array.isArray(value)) {
        return value.map((item, i) => mask(item, join(path, String(i)), secrets));
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if ((value as Record<string, unknown>)[signatureKey] === secretSignature) {
        secrets[path] = unwrap(value);
        return masked;
    }
    return Object.fromEntries(
        Object.entries(value)
            .filter(([, inner]) => inner !== undefined)
            .map(([key, inner]) => [key, mask(inner, join(path, key), secrets)]),
    );
}

/** The value without any mark of secrets in it. */
export function unwrap(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(unwrap);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const object = value as Record<string, unknown>;
    return object[signatureKey] === secretSignature
        ? unwrap(object["value"])
        : Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, unwrap(inner)]));
}

/** Marks a value as the engine marks a secret on its way to a program. */
export function asSecret(value: unknown): unknown {
    return { [signatureKey]: secretSignature, value };
}

function inputsOf(args: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
    return args.inputs as Record<string, unknown>;
}

function kindOf(args: pulumi.runtime.MockResourceArgs): Registration["kind"] {
    if (args.custom !== true) {
        return "component";
    }
    return isRead(args) ? "read" : "custom";
}

/** A read has the id that it looks for; a registration has none yet. */
function isRead(args: pulumi.runtime.MockResourceArgs): boolean {
    return args.id !== undefined && args.id !== "";
}

/** `urn:pulumi:<stack>::<project>::<type>::<name>`, after which a reference to a provider has its id. */
function nameOf(urn: string | undefined): string | undefined {
    return urn === undefined || urn === "" ? undefined : urn.split("::")[3];
}

function join(path: string, key: string): string {
    return path === "" ? key : `${path}.${key}`;
}

function compare(a: string, b: string): number {
    return a < b ? -1 : Number(a > b);
}
