import { performance } from "node:perf_hooks";

import type { Lab } from "../../lab/lab";
import { formatElapsed } from "../../lab/progress";
import { formatCheckReport, runCheck } from "../check";
import { type CliContext, openContext } from "../context";
import { exitCodes } from "../errors";
import { checkWaitSeconds, up } from "../up/command";
import { bringLabUp } from "./commands";
import type { LabStartOptions } from "./index";

/** Starts the lab, brings its mesh up, proves it with requests between the clusters, and sums up. */
export async function startLab(options: LabStartOptions): Promise<void> {
    const start = performance.now();
    const lab = await bringLabUp(options);
    const context = await openContext({ lab: true });
    const upCode = await up(context, { yes: true, skipCheck: true });
    if (upCode !== exitCodes.ok) {
        process.exitCode = upCode;
        return;
    }
    const report = await runCheck({
        context,
        traffic: true,
        waitSeconds: checkWaitSeconds,
        report: (line) => process.stderr.write(`${line}\n`),
    });
    process.stdout.write(`\n${formatCheckReport(report)}\n`);
    if (!report.ok) {
        process.exitCode = exitCodes.failed;
        return;
    }
    const elapsed = formatElapsed(performance.now() - start);
    process.stdout.write(`\n${summarize(lab, context, elapsed)}\n`);
}

function summarize(lab: Lab, { mesh }: CliContext, elapsed: string): string {
    const clusters = mesh.clusters.map(({ name, role, network }) => {
        const info = lab.clusters.find((cluster) => cluster.name === name);
        const as = role.kind === "primary" ? "primary" : `remote of ${role.primary}`;
        return `  ${name}  ${as}, ${network}  API server ${info?.apiServer ?? "?"}  gateway ${
            info?.gatewayAddress ?? "?"
        }`;
    });
    return [
        `${mesh.meshId} is up after ${elapsed}: every cluster answers every other under STRICT mutual TLS.`,
        "",
        ...clusters,
        "",
        `  kubeconfig  ${lab.environment.env["KUBECONFIG"] ?? ""} (a context per cluster)`,
        "",
        "Try next:",
        '  eval "$(npx isthmus lab env)"         pulumi and kubectl of this shell on the lab',
        "  kubectl --context cluster2 get pods -A",
        "  npx isthmus status --lab              clusters and links as they are",
        "  npx isthmus preview --lab             after a change of Pulumi.yaml: what it would do",
        "  npx isthmus destroy --lab --cluster cluster2",
        "  npm run lab:down                      remove the lab",
    ].join("\n");
}
