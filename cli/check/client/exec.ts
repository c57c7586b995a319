import { Writable } from "node:stream";

import type { KubeConfig, V1Status } from "@kubernetes/client-node";

import { callTimeoutMs } from "./failures";
import { type ExecResult, type ExecTarget, KubeError } from "./kube-client";

/** Longer than a plain call: a command may dump all of istiod's endpoints. */
const execTimeoutMs = 3 * callTimeoutMs;

/** Runs a command in a container and gathers what it prints. */
export async function execInPod(
    config: KubeConfig,
    target: ExecTarget,
    command: readonly string[],
): Promise<ExecResult> {
    const { Exec } = await import("@kubernetes/client-node");
    const { namespace, pod, container } = target;
    const [stdout, stderr] = [new Collector(), new Collector()];
    const where = `command in ${namespace}/${pod}`;
    return new Promise((resolve, reject) => {
        let close = () => {};
        const end = (settle: () => void) => {
            clearTimeout(timer);
            close();
            settle();
        };
        const fail = (why: string) => {
            end(() => {
                reject(new KubeError(`${where}: ${why}`));
            });
        };
        const timer = setTimeout(() => {
            fail(`not done after ${execTimeoutMs / 1000} s`);
        }, execTimeoutMs);
        const finish = (status: V1Status) => {
            end(() => {
                resolve({
                    ok: status.status === "Success",
                    stdout: stdout.text(),
                    stderr: stderr.text() || (status.message ?? ""),
                });
            });
        };
        new Exec(config)
            .exec(namespace, pod, container, [...command], stdout, stderr, null, false, finish)
            .then((connection) => {
                const socket = connection as unknown as ClosableSocket;
                close = () => {
                    socket.close();
                };
                // An ended promise ignores this; without a status first the connection broke.
                socket.onclose = () => {
                    fail("the connection was closed");
                };
            })
            .catch((error: unknown) => {
                // A web socket fails with an event that carries the message.
                const { message } = (error ?? {}) as { readonly message?: unknown };
                fail(typeof message === "string" ? message : "could not be started");
            });
    });
}

/** What is used of a web socket, whose own types are not among the packages. */
interface ClosableSocket {
    close(): void;
    onclose: (() => void) | null;
}

class Collector extends Writable {
    readonly #chunks: Buffer[] = [];

    override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
        this.#chunks.push(Buffer.from(chunk));
        done();
    }

    text(): string {
        return Buffer.concat(this.#chunks).toString("utf8");
    }
}
