/** The machine's architecture under the names that different worlds have for it. */
export interface Architecture {
    readonly node: "x64" | "arm64";
    /** As Go and OCI images say it. */
    readonly go: "amd64" | "arm64";
}

/** The architecture of this machine; the prerequisites refuse any other before this is asked. */
export function architecture(): Architecture {
    return process.arch === "arm64" ? { node: "arm64", go: "arm64" } : { node: "x64", go: "amd64" };
}
