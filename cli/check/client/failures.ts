/** A call that has not ended after this is given up. */
export const callTimeoutMs = 10_000;

/** What an API server said about a refusal: the message of its Status object, else the HTTP status. */
export function describeKubeFailure(status: number, body: string): string {
    try {
        const { message } = JSON.parse(body) as { message?: unknown };
        if (typeof message === "string" && message !== "") {
            return message;
        }
    } catch {
        // A proxy in between answers with a page of its own.
    }
    return `HTTP status ${status}`;
}
