import type { ClusterName } from "../../../components/topology/model";
import { describeError, type ExecResult } from "../client/kube-client";
import { podName, probePort } from "./objects";
import type { ProbeRun, ProbeSite } from "./setup";

const maximalTries = 40;
const askLimitMs = 120_000;
const pauseMs = 1_000;

/** What the requests of one cluster's client brought. */
export interface Answers {
    readonly requests: number;
    /** How often each cluster answered. */
    readonly answered: ReadonlyMap<ClusterName, number>;
    /** Identity that the client proved to each cluster's probe, as the probe was told it. */
    readonly identities: ReadonlyMap<ClusterName, string>;
    readonly failures: number;
    readonly lastError?: string;
}

/** Asks until every expected cluster has answered and has seen the client's certificate, or it is too late. */
export async function askFrom(
    site: ProbeSite,
    expected: readonly ClusterName[],
    run: ProbeRun,
): Promise<Answers> {
    const answered = new Map<ClusterName, number>();
    const identities = new Map<ClusterName, string>();
    let [requests, failures] = [0, 0];
    let lastError: string | undefined;
    const began = run.clock.now();
    const missing = () =>
        expected.filter((cluster) => !answered.has(cluster) || !identities.has(cluster)).length;
    while (missing() > 0 && requests < maximalTries && run.clock.now() - began < askLimitMs) {
        run.signal.throwIfAborted();
        const before = missing();
        requests += 1;
        const answer = await request(site, run, "client", probeUrl(run, "/hostname"));
        const by = expected.find((cluster) => answer.stdout.trim() === podName("probe", cluster));
        if (by !== undefined) {
            answered.set(by, (answered.get(by) ?? 0) + 1);
        } else if (!answer.ok) {
            failures += 1;
            lastError = describeError(answer.stderr);
        }
        const certificate = await request(site, run, "client", probeUrl(run, certificatePath));
        const proof = parseProof(certificate.stdout);
        const to = expected.find((cluster) =>
            proof?.by.endsWith(`/sa/${podName("probe", cluster)}`),
        );
        if (to !== undefined && proof !== undefined) {
            identities.set(to, proof.identity);
        }
        if (missing() === before) {
            await run.clock.sleep(pauseMs, run.signal);
        }
    }
    return {
        requests,
        answered,
        identities,
        failures,
        ...(lastError === undefined ? {} : { lastError }),
    };
}

/** The sidecar of the probe writes the client's certificate into this header, and only after mutual TLS. */
const certificatePath = "/header?key=X-Forwarded-Client-Cert";

function probeUrl({ namespace }: ProbeRun, path: string): string {
    return `http://probe.${namespace}:${probePort}${path}`;
}

/** Both ends of the last connection, from `By=<server>;Hash=<...>;Subject="<...>";URI=<client>`. */
export function parseProof(header: string): { by: string; identity: string } | undefined {
    const last = (key: string) =>
        [...header.matchAll(new RegExp(`(?:^|[;,])${key}=([^;,\\s]+)`, "g"))].at(-1)?.[1];
    const [by, identity] = [last("By"), last("URI")];
    return by === undefined || identity === undefined ? undefined : { by, identity };
}

/** What became of a request that is in plain text and goes to the probe's own address. */
export type PlainOutcome =
    | { readonly kind: "refused" }
    | { readonly kind: "answered"; readonly body: string }
    | { readonly kind: "unclear"; readonly why: string };

/**
 * Sends plain text from a pod outside of the mesh to a probe. Refused is only what could connect: a probe that
 * cannot be reached at all proves nothing.
 */
export async function askInPlainText(
    site: ProbeSite,
    podIp: string,
    run: ProbeRun,
): Promise<PlainOutcome> {
    const address = `${podIp.includes(":") ? `[${podIp}]` : podIp}:${probePort}`;
    const connection = await execIn(site, run, "plain", [
        "/agnhost",
        "connect",
        address,
        "--timeout=5s",
    ]);
    if (!connection.ok) {
        return { kind: "unclear", why: describeError(connection.stderr) };
    }
    const answer = await request(site, run, "plain", `http://${address}/hostname`);
    return answer.ok ? { kind: "answered", body: answer.stdout.trim() } : { kind: "refused" };
}

function request(
    site: ProbeSite,
    run: ProbeRun,
    role: "client" | "plain",
    url: string,
): Promise<ExecResult> {
    return execIn(site, run, role, ["wget", "-q", "-T", "5", "-O", "-", url]);
}

/** A broken connection to the API server counts as a failed request: the next one may do better. */
async function execIn(
    { cluster, client }: ProbeSite,
    { namespace }: ProbeRun,
    role: "client" | "plain",
    command: readonly string[],
): Promise<ExecResult> {
    try {
        return await client.exec(
            { namespace, pod: podName(role, cluster), container: role },
            command,
        );
    } catch (error) {
        return { ok: false, stdout: "", stderr: describeError(error) };
    }
}
