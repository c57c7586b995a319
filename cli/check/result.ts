/**
 * Which acceptance check a result belongs to. E1 to E14 are numbered as in Istio's own guide to verifying a
 * multi-cluster mesh; E0 is that this machine can look at all, and mTLS is that plain text is refused.
 */
export type CheckId =
    "E0" | "E1" | "E2" | "E3" | "E4" | "E5" | "E6" | "E7" | "E8" | "E9" | "E14" | "mTLS";

/** What one check says of one cluster or one link. */
export interface CheckResult {
    readonly id: CheckId;
    readonly title: string;
    /** `cluster1`, `cluster1 -> cluster2`, or the mesh's ID. */
    readonly subject: string;
    readonly status: "passed" | "failed" | "skipped";
    /** What was found; for a skipped check, why it was. */
    readonly seen?: string;
    readonly expected?: string;
    /** What to do about it. */
    readonly remedy?: string;
}

/** Every result of one run. */
export interface CheckReport {
    /** True where no check failed. */
    readonly ok: boolean;
    readonly results: readonly CheckResult[];
}

/** A check and whom it is about: what all of its outcomes have in common. */
export type About = Pick<CheckResult, "id" | "title" | "subject">;

/** What a failure has to say. */
export interface Finding {
    readonly seen: string;
    readonly expected: string;
    readonly remedy: string;
}

export function passed(about: About, seen?: string): CheckResult {
    return { ...about, status: "passed", ...(seen === undefined ? {} : { seen }) };
}

export function failed(about: About, finding: Finding): CheckResult {
    return { ...about, status: "failed", ...finding };
}

export function skipped(about: About, why: string): CheckResult {
    return { ...about, status: "skipped", seen: why };
}

/** Failed with everything that was found, passed where nothing was. */
export function judge(about: About, findings: readonly Finding[], seen?: string): CheckResult {
    if (findings.length === 0) {
        return passed(about, seen);
    }
    const distinct = (part: keyof Finding) => [...new Set(findings.map((f) => f[part]))].join("; ");
    return failed(about, {
        seen: distinct("seen"),
        expected: distinct("expected"),
        remedy: distinct("remedy"),
    });
}

/** Puts results together; ok where none failed. */
export function report(results: readonly CheckResult[]): CheckReport {
    return { ok: results.every(({ status }) => status !== "failed"), results };
}
