import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import { clustersUp, importImages, kubeconfigPath } from "../clusters";
import { ensureAuthority } from "../clusters/certificates";
import { prepareEngine, writeStackFiles } from "../environment";
import { printProgress } from "../progress";
import { imageReference, openToolchain } from "../toolchain";
import { type Figure, measure, median, runCommand } from "./measure";
import { type Batches, batchesOf, type Manifest } from "./objects";

/** The bench's own cluster and stack, so that a mesh in the lab is left alone. */
const cluster = "bench";
const repeats = 5;

type Environment = Readonly<Record<string, string>>;

/** Measures a stack against kubectl with the same objects, in one run, and prints ratios. */
async function main(): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "isthmus-bench-"));
    try {
        const env = await prepare(folder);
        report(await compare(env, folder));
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

/** A cluster with nothing in it, and the stack of a lone primary whose CA is given, so that all is objects. */
async function prepare(folder: string): Promise<Environment> {
    const progress = printProgress();
    const toolchain = await openToolchain(progress);
    await clustersUp([cluster], toolchain, progress);
    await importImages(toolchain, [cluster], await toolchain.images(), progress);
    const env = await prepareEngine(toolchain);
    const mesh = {
        meshId: "bench",
        trust: "provided",
        // A second network makes the primary have its gateway.
        clusters: {
            [cluster]: { role: "primary", network: "network1" },
            elsewhere: { role: "remote", primary: cluster, network: "network2" },
        },
    };
    const charts = await toolchain.charts();
    await writeStackFiles(folder, { clusters: [cluster], charts, imageReference, mesh });
    await addAuthority(folder);
    // In the bench's folder, since the engine writes its encryption salt into the stack file that it finds.
    await copyFile("Pulumi.yaml", join(folder, "Pulumi.yaml"));
    await stack(env, "init", "--no-select", "--cwd", folder).catch(() => undefined);
    await pulumi(env, folder, "destroy", "--yes", "--skip-preview");
    return env;
}

async function addAuthority(folder: string): Promise<void> {
    const { certificate, key } = await ensureAuthority(folder, "ca", "bench");
    const path = join(folder, `Pulumi.${cluster}.yaml`);
    const file = parse(await readFile(path, "utf8")) as { config: Record<string, unknown> };
    file.config["isthmus:cacerts"] = {
        rootCert: certificate,
        caCert: certificate,
        caKey: key,
        certChain: certificate,
    };
    await writeFile(path, stringify(file));
}

interface Comparison {
    readonly objects: number;
    readonly pairs: readonly { readonly ours: Figure; readonly theirs: Figure }[];
    /** The same no-op without the settings that the lab gives the engine. */
    readonly untuned: Figure;
}

async function compare(env: Environment, folder: string): Promise<Comparison> {
    const up = () => pulumi(env, folder, "up", "--yes", "--skip-preview");
    const destroy = () => pulumi(env, folder, "destroy", "--yes", "--skip-preview");
    // Once unmeasured: a first run of all also compiles the program and fills caches on both sides.
    await up();
    await destroy();
    const firstUp = await measure("first up", 1, up);
    const noopUp = await measure("no-op up", repeats, up);
    const preview = await measure("preview", repeats, () => pulumi(env, folder, "preview"));
    const plain = await untune(env, folder);
    const untuned = await measure("no-op up, engine as it comes", repeats, () =>
        pulumi(plain, folder, "up", "--yes", "--skip-preview"),
    );
    const batches = batchesOf(await stack(env, "export", "--show-secrets"));
    await destroy();
    const firstApply = await measure("first kubectl apply, until ready", 1, () =>
        applyAll(env, batches),
    );
    const all = [...batches.first, ...batches.workloads, ...batches.customResources];
    const noopApply = await measure("no-op kubectl apply", repeats, () => apply(env, all));
    const dryRun = await measure("kubectl apply --dry-run=server", repeats, () =>
        apply(env, all, "--dry-run=server"),
    );
    await kubectl(env, ["delete", "--ignore-not-found", "-f", "-"], removable(all));
    return {
        objects: all.length,
        pairs: [
            { ours: firstUp, theirs: firstApply },
            { ours: noopUp, theirs: noopApply },
            { ours: preview, theirs: dryRun },
        ],
        untuned,
    };
}

/** The engine with its automatic log, and Go's and Node's own defaults. */
async function untune(
    env: Environment,
    folder: string,
): Promise<Record<string, string | undefined>> {
    const home = join(folder, "home");
    await mkdir(home);
    await symlink(join(env["PULUMI_HOME"] ?? "", "plugins"), join(home, "plugins"));
    return { ...env, PULUMI_HOME: home, GOGC: undefined, NODE_COMPILE_CACHE: undefined };
}

/** What `pulumi up` does in one go: the types first, then what serves them, then their objects. */
async function applyAll(env: Environment, batches: Batches): Promise<void> {
    await apply(env, batches.first);
    await kubectl(env, ["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
    await apply(env, batches.workloads);
    for (const { kind, metadata } of batches.workloads) {
        if (kind === "Deployment") {
            const of = [`deployment/${metadata.name}`, "--namespace", metadata.namespace ?? ""];
            await kubectl(env, ["rollout", "status", ...of, "--timeout=300s"]);
        }
    }
    await apply(env, batches.customResources);
}

function apply(
    env: Environment,
    manifests: readonly Manifest[],
    ...more: readonly string[]
): Promise<string> {
    const args = ["apply", "--server-side", "--force-conflicts", ...more, "-f", "-"];
    return kubectl(env, args, list(manifests));
}

function list(items: readonly Manifest[]): string {
    return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

function removable(manifests: readonly Manifest[]): string {
    return list(manifests.filter(({ kind }) => kind !== "CustomResourceDefinition").reverse());
}

function kubectl(env: Environment, args: readonly string[], input?: string): Promise<string> {
    const command = ["kubectl", "--kubeconfig", kubeconfigPath(), "--context", cluster, ...args];
    return runCommand(command, env, input);
}

function pulumi(
    env: Readonly<Record<string, string | undefined>>,
    folder: string,
    ...args: readonly string[]
): Promise<string> {
    const file = join(folder, `Pulumi.${cluster}.yaml`);
    return runCommand(
        ["pulumi", ...args, "--non-interactive", "--stack", cluster, "--config-file", file],
        env,
    );
}

function stack(env: Environment, ...args: readonly string[]): Promise<string> {
    return runCommand(["pulumi", "stack", ...args, "--stack", cluster], env);
}

function report({ objects, pairs, untuned }: Comparison): void {
    const line = (figure: Figure) =>
        `  ${figure.name.padEnd(36)} ${median(figure).toFixed(1).padStart(6)} s  ` +
        `(${Math.min(...figure.seconds).toFixed(1)} to ${Math.max(...figure.seconds).toFixed(1)})`;
    process.stdout.write(
        `one primary with its gateway, ${objects} objects; medians of ${repeats}\n`,
    );
    for (const { ours, theirs } of pairs) {
        const ratio = (median(ours) / median(theirs)).toFixed(1);
        process.stdout.write(`${line(ours)}\n${line(theirs)}\n  ratio ${ratio}\n`);
    }
    const noop = pairs[1]?.ours;
    if (noop !== undefined) {
        const gain = (median(untuned) / median(noop)).toFixed(1);
        process.stdout.write(`${line(untuned)}\n  ratio to the tuned engine ${gain}\n`);
    }
}

void main();
