import { formatElapsed, printProgress } from "../progress";
import { checkPrerequisites, IMAGE_NAMES, openToolchain, PROGRAM_NAMES } from "./index";

/**
 * The toolchain on its own, for people who work on it: `tsx lab/toolchain/main.ts [check|all]`.
 * Prints the path of everything, and how long it took to have it.
 */
async function main(command: string | undefined): Promise<void> {
    if (command === "check") {
        const problems = await checkPrerequisites();
        process.stdout.write(`${problems.join("\n") || "nothing is missing"}\n`);
        return;
    }
    const started = Date.now();
    const toolchain = await openToolchain(printProgress());
    const show = async (what: string, path: Promise<string>): Promise<void> => {
        const value = await path;
        process.stdout.write(`${formatElapsed(Date.now() - started)}\t${what}\t${value}\n`);
    };
    await Promise.all([
        ...PROGRAM_NAMES.map((name) => show(name, toolchain.program(name))),
        show("network plugins", toolchain.networkPlugins()),
        show("engine", toolchain.engineBin()),
        ...IMAGE_NAMES.map((name) =>
            show(
                `image ${name}`,
                toolchain.image(name).then(({ tar }) => tar),
            ),
        ),
        show("charts", toolchain.charts()),
        show("CRDs", toolchain.istioCrds()),
    ]);
}

main(process.argv[2]).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
