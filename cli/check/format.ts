import type { CheckReport, CheckResult } from "./result";
import { formatTable } from "./table";

const marks = { passed: "ok", failed: "FAILED", skipped: "skipped" } as const;

/** A report for people: one line per result, below a failure what was seen, what should be, and what to do. */
export function formatCheckReport({ results }: CheckReport): string {
    const rows = results.filter((result) => !isRepeated(results, result));
    const lines = formatTable(
        rows.map((result) => {
            const alike = skippedAlike(results, result).length;
            return [
                marks[result.status],
                alike > 1 ? "-" : result.id,
                result.subject,
                alike > 1 ? `${alike} checks` : result.title,
                result.status === "failed" ? "" : (result.seen ?? ""),
            ];
        }),
    );
    const count = (status: CheckResult["status"]) =>
        results.filter((result) => result.status === status).length;
    return [
        ...rows.flatMap((result, index) => [lines[index] ?? "", ...detailsOf(result)]),
        "",
        `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`,
    ].join("\n");
}

/** Skipped for the same reason, of which there is one line for all. */
function skippedAlike(
    results: readonly CheckResult[],
    result: CheckResult,
): readonly CheckResult[] {
    return result.status === "skipped"
        ? results.filter(
              ({ status, subject, seen }) =>
                  status === "skipped" && subject === result.subject && seen === result.seen,
          )
        : [];
}

function isRepeated(results: readonly CheckResult[], result: CheckResult): boolean {
    return skippedAlike(results, result).indexOf(result) > 0;
}

function detailsOf(result: CheckResult): readonly string[] {
    if (result.status !== "failed") {
        return [];
    }
    const details = [
        ["seen:", result.seen],
        ["expected:", result.expected],
        ["do:", result.remedy],
    ] as const;
    return details.flatMap(([label, text]) =>
        text === undefined ? [] : [`    ${label.padEnd(9)} ${text}`],
    );
}
