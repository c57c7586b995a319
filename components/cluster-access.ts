import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

import type { ApiServer } from "./topology/kubeconfig";

/**
 * Texts of the kubeconfigs in which a context may be, in the order in which kubectl reads them.
 *
 * @param configured a path or the content itself; the files of KUBECONFIG or `~/.kube/config` when absent.
 */
export function readKubeconfigs(configured: string | undefined): readonly string[] {
    if (configured?.includes("\n")) {
        return [configured];
    }
    const usual = process.env["KUBECONFIG"] ?? join(homedir(), ".kube", "config");
    const paths = configured === undefined ? usual.split(delimiter) : [configured];
    return paths.filter((path) => existsSync(path)).map((path) => readFileSync(path, "utf8"));
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
