import { request, type RequestOptions } from "node:https";

import type { KubeConfig } from "@kubernetes/client-node";

import { callTimeoutMs, describeKubeFailure } from "./failures";
import { KubeError } from "./kube-client";

/** One request to an API server. */
export interface ApiRequest {
    readonly method: "GET" | "POST" | "DELETE";
    readonly path: string;
    readonly query?: Readonly<Record<string, string | undefined>>;
    readonly body?: object;
}

/**
 * Sends a request with the credentials of the current context.
 *
 * @returns the parsed body; `undefined` for 404 on anything but a creation.
 * @throws KubeError for every other status than success, and where no answer came in time.
 */
export async function callApi(config: KubeConfig, call: ApiRequest): Promise<unknown> {
    const url = new URL(urlOf(config, call));
    const options: RequestOptions = { method: call.method, headers: {} };
    await config.applyToHTTPSOptions(options);
    const { status, text } = await send(url, options, call.body);
    if (status === 404 && call.method !== "POST") {
        return undefined;
    }
    if (status < 200 || status > 299) {
        throw new KubeError(describeKubeFailure(status, text), status);
    }
    return text === "" ? undefined : parseJson(text, url.host);
}

function urlOf(config: KubeConfig, { path, query = {} }: ApiRequest): string {
    const server = config.getCurrentCluster()?.server.replace(/\/+$/, "") ?? "";
    const search = new URLSearchParams(
        Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ).toString();
    return `${server}${path}${search === "" ? "" : `?${search}`}`;
}

function send(
    url: URL,
    options: RequestOptions,
    body: object | undefined,
): Promise<{ status: number; text: string }> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
        ...(options.headers as Record<string, string>),
        accept: "application/json",
        ...(payload === undefined ? {} : { "content-type": "application/json" }),
    };
    const signal = AbortSignal.timeout(callTimeoutMs);
    return new Promise((resolve, reject) => {
        const fail = (error: Error) => {
            const why = signal.aborted ? `no answer in ${callTimeoutMs / 1000} s` : error.message;
            reject(new KubeError(`${url.host}: ${why}`));
        };
        const sent = request(url, { ...options, headers, signal }, (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", fail);
            response.on("end", () => {
                resolve({
                    status: response.statusCode ?? 0,
                    text: Buffer.concat(chunks).toString("utf8"),
                });
            });
        });
        sent.on("error", fail);
        sent.end(payload);
    });
}

function parseJson(text: string, host: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        throw new KubeError(`${host}: the answer is not JSON`);
    }
}
