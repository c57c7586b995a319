import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";

import type { ApiServer } from "./topology/kubeconfig";

/**
 * Text of a kubeconfig.
 *
 * @param configured a path or the content itself; KUBECONFIG or `~/.kube/config` when absent.
 * @returns `undefined` where there is no such file.
 */
export function readKubeconfig(configured: string | undefined): string | undefined {
    if (configured?.includes("\n")) {
        return configured;
    }
    const fallback = process.env["KUBECONFIG"]?.split(":")[0] ?? join(homedir(), ".kube", "config");
    const path = configured ?? fallback;
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** How long a preview waits for an API server to take a connection. */
const connectTimeoutMs = 5_000;

/** True where something takes a connection at the API server's address, or a proxy would have to. */
export async function isReachable(apiServer: ApiServer | undefined): Promise<boolean> {
    if (apiServer === undefined) {
        return false;
    }
    if (process.env["HTTPS_PROXY"] ?? process.env["https_proxy"]) {
        return true;
    }
    const { hostname, port } = new URL(apiServer.server);
    return new Promise((resolve) => {
        const socket = connect({
            // A URL keeps the brackets of an IPv6 address.
            host: hostname.replace(/^\[|\]$/g, ""),
            port: port === "" ? 443 : Number(port),
            timeout: connectTimeoutMs,
        });
        const answer = (reachable: boolean) => {
            socket.destroy();
            resolve(reachable);
        };
        socket.once("connect", () => {
            answer(true);
        });
        socket.once("timeout", () => {
            answer(false);
        });
        socket.once("error", () => {
            answer(false);
        });
    });
}
