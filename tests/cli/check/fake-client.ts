import {
    type ExecResult,
    type ExecTarget,
    type KubeClient,
    KubeError,
    type ListQuery,
} from "../../../cli/check/client/kube-client";
import type { Kind, Kinds, KubeObject, Pod } from "../../../cli/check/client/objects";
import type { ClusterName } from "../../../components/topology/model";

/** Answers a command in a container; an Error breaks the connection. */
export type ExecHandler = (target: ExecTarget, command: readonly string[]) => ExecResult | Error;

/** A cluster in memory, as far as the checks use one. */
export class FakeClient implements KubeClient {
    readonly server: string;
    /** Every creation, deletion and command, in order. */
    readonly calls: string[] = [];
    readonly #objects = new Map<string, KubeObject>();
    /** What fails, by call, for instance `create pods/x`. */
    readonly failures = new Map<string, KubeError>();
    /** Applied to every object that is created. */
    admit: (kind: Kind, object: KubeObject) => KubeObject = (_kind, object) => object;
    exec_: ExecHandler = () => ({ ok: true, stdout: "", stderr: "" });

    constructor(readonly cluster: ClusterName) {
        this.server = `https://${cluster}.example:6443`;
    }

    put<K extends Kind>(kind: K, object: Kinds[K]): this {
        const { name = "", namespace } = object.metadata ?? {};
        this.#objects.set(keyOf(kind, name, namespace), object);
        return this;
    }

    has(kind: Kind, name: string, namespace?: string): boolean {
        return this.#objects.has(keyOf(kind, name, namespace));
    }

    version(): Promise<string> {
        return this.#answer("version", () => "v1.36.3");
    }

    get(kind: Kind, name: string, namespace?: string): Promise<never> {
        return this.#answer(`get ${keyOf(kind, name, namespace)}`, () =>
            this.#objects.get(keyOf(kind, name, namespace)),
        ) as Promise<never>;
    }

    list(kind: Kind, query: ListQuery = {}): Promise<never> {
        return this.#answer(`list ${kind}`, () =>
            [...this.#objects]
                .filter(([key]) => key.startsWith(`${kind}/`))
                .map(([, object]) => object)
                .filter((object) => matches(object, query))
                .slice(0, query.limit),
        ) as Promise<never>;
    }

    create(kind: Kind, object: KubeObject): Promise<void> {
        const { name = "", namespace } = object.metadata ?? {};
        return this.#answer(`create ${keyOf(kind, name, namespace)}`, () => {
            this.put(kind, this.admit(kind, object));
        });
    }

    remove(kind: Kind, name: string, namespace?: string): Promise<void> {
        return this.#answer(`remove ${keyOf(kind, name, namespace)}`, () => {
            this.#objects.delete(keyOf(kind, name, namespace));
        });
    }

    exec(target: ExecTarget, command: readonly string[]): Promise<ExecResult> {
        return this.#answer(`exec ${target.pod}`, () => {
            const result = this.exec_(target, command);
            if (result instanceof Error) {
                throw result;
            }
            return result;
        });
    }

    async #answer<T>(call: string, answer: () => T): Promise<T> {
        this.calls.push(call);
        await Promise.resolve();
        const failure = this.failures.get(call);
        if (failure !== undefined) {
            throw failure;
        }
        return answer();
    }
}

function keyOf(kind: Kind, name: string, namespace?: string): string {
    return [kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

function matches({ metadata }: KubeObject, query: ListQuery): boolean {
    const [key = "", value] = query.labelSelector?.split("=") ?? [];
    const name = /^metadata\.name=(.*)$/.exec(query.fieldSelector ?? "")?.[1];
    return (
        (query.namespace === undefined || metadata?.namespace === query.namespace) &&
        (query.labelSelector === undefined || metadata?.labels?.[key] === value) &&
        (name === undefined || metadata?.name === name)
    );
}

/** A pod as it is once it runs: ready, with an address, and with a sidecar where one is injected. */
export function running(pod: Pod, podIP = "10.1.0.5"): Pod {
    const outside = pod.metadata?.labels?.["sidecar.istio.io/inject"] === "false";
    return {
        ...pod,
        spec: {
            ...pod.spec,
            ...(outside ? {} : { initContainers: [{ name: "istio-proxy" }] }),
        },
        status: { podIP, phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    };
}
