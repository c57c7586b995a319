import { request } from "node:https";

/** How one user reaches one API server. */
export interface ApiAccess {
    readonly server: string;
    readonly authority: string;
    readonly certificate: string;
    readonly key: string;
}

/** An answer of the API server. */
export interface ApiAnswer {
    readonly status: number;
    readonly body: string;
}

/** What the lab itself applies: any object, named. */
export interface KubernetesObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
    };
    readonly [field: string]: unknown;
}

/** Reads a path of the API; where nothing answers, the status is 0 and the body says why. */
export async function get(access: ApiAccess, path: string): Promise<ApiAnswer> {
    try {
        return await send(access, "GET", path);
    } catch (error) {
        return { status: 0, body: error instanceof Error ? error.message : String(error) };
    }
}

/** Applies an object on the server's side, as `kubectl apply --server-side` does. */
export async function apply(access: ApiAccess, object: KubernetesObject): Promise<void> {
    const path = `${objectPath(object)}?fieldManager=isthmus-lab&force=true`;
    const { status, body } = await send(access, "PATCH", path, JSON.stringify(object));
    if (status >= 300) {
        const said = body.slice(0, 500);
        throw new Error(
            `${access.server}: ${object.kind} ${object.metadata.name}: ${status} ${said}`,
        );
    }
}

/** The path of an object in the API. */
export function objectPath({ apiVersion, kind, metadata }: KubernetesObject): string {
    const api = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const namespace = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
    return `${api}${namespace}/${kind.toLowerCase()}s/${metadata.name}`;
}

function send(access: ApiAccess, method: string, path: string, body?: string): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
        const outgoing = request(
            `${access.server}${path}`,
            {
                method,
                ca: access.authority,
                cert: access.certificate,
                key: access.key,
                // One connection per request: nothing is kept open that would outlive a restart.
                agent: false,
                timeout: 15_000,
                headers:
                    body === undefined ? {} : { "Content-Type": "application/apply-patch+yaml" },
            },
            (answer) => {
                let text = "";
                answer.setEncoding("utf8");
                answer.on("data", (part: string) => (text += part));
                answer.on("error", reject);
                answer.on("end", () => {
                    resolve({ status: answer.statusCode ?? 0, body: text });
                });
            },
        );
        outgoing.on("timeout", () =>
            outgoing.destroy(new Error(`${access.server}${path}: no answer`)),
        );
        outgoing.on("error", reject);
        outgoing.end(body);
    });
}
