import type { CheckReport, CheckResult } from "./result";
import { formatTable } from "./table";

const marks = { passed: "ok", failed: "FAILED", skipped: "skipped" } as const;

/** A report for people: one line per result, below a failure what was seen, what should be, and what to do. */
export function formatCheckReport({ results }: CheckReport): string {
    const lines = formatTable(
        results.map((result) => [
            marks[result.status],
            result.id,
            result.subject,
            result.title,
            result.status === "failed" ? "" : (result.seen ?? ""),
        ]),
    );
    const count = (status: CheckResult["status"]) =>
        results.filter((result) => result.status === status).length;
    return [
        ...results.flatMap((result, index) => [lines[index] ?? "", ...detailsOf(result)]),
        "",
        `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`,
    ].join("\n");
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
