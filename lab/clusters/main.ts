import { printProgress } from "../progress";
import { openToolchain } from "../toolchain";
import { clustersDown, clustersStatus, clustersUp, kubeconfigPath, leftovers } from "./index";

/** `tsx lab/clusters/main.ts up [NAME…] | down | status`: the clusters by themselves. */
async function main([command, ...names]: readonly string[]): Promise<void> {
    const progress = printProgress();
    switch (command) {
        case "up": {
            const toolchain = await openToolchain(progress);
            const wanted = names.length === 0 ? ["cluster1", "cluster2"] : names;
            print(await clustersUp(wanted, toolchain, progress));
            print({ kubeconfig: kubeconfigPath() });
            return;
        }
        case "down":
            await clustersDown(progress);
            return;
        case "status":
            print({ clusters: await clustersStatus(), onThisMachine: await leftovers() });
            return;
        default:
            throw new Error(`got "${command ?? ""}"; expected up, down or status`);
    }
}

function print(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value, undefined, 4)}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
