import { access, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import { engineTuning } from "../cli/engine/tuning";
import { kubeconfigPath, stateDir } from "./clusters/state";
import { labFolder } from "./paths";
import { labStackFiles, type LabStackArgs } from "./stacks";
import { imageReference, type Toolchain } from "./toolchain";
import { CERT_MANAGER_PROVIDER, KUBERNETES_PROVIDER, PULUMI, RANDOM_PROVIDER } from "./versions";

/** How the engine is run against the lab. */
export interface LabEnvironment {
    /** Environment of the Pulumi CLI, and of kubectl. */
    readonly env: Readonly<Record<string, string>>;
    /** Folder with the stack files of the lab's clusters. */
    readonly configDir: string;
}

const paths = () => ({
    pulumiHome: join(stateDir(), "pulumi", "home"),
    backend: join(stateDir(), "pulumi", "backend"),
    configDir: join(stateDir(), "stacks"),
    bin: join(stateDir(), "pulumi", "bin"),
});

/**
 * The environment of a lab that is up.
 *
 * @throws Error where there is none, saying how to start it.
 */
export async function labEnvironment(): Promise<LabEnvironment> {
    try {
        await access(join(paths().bin, "pulumi"));
    } catch {
        throw new Error("the lab is not up; start it with npm start, or with npx isthmus lab up");
    }
    return environment();
}

/** Makes what {@link labEnvironment} describes: the engine and the stack files of the clusters. */
export async function prepareEnvironment(
    toolchain: Toolchain,
    stacks: Omit<LabStackArgs, "kubeconfig">,
): Promise<LabEnvironment> {
    await prepareEngine(toolchain);
    await writeStackFiles(paths().configDir, stacks);
    return environment();
}

/** Makes the engine's home with its plugins, and a backend. */
export async function prepareEngine(toolchain: Toolchain): Promise<LabEnvironment["env"]> {
    const { pulumiHome, backend, bin } = paths();
    for (const folder of [pulumiHome, backend, bin]) {
        await mkdir(folder, { recursive: true });
    }
    // The engine's automatic log costs about half of its CPU; with a file where its folder would be it does without.
    await writeFile(join(pulumiHome, "logs"), "", { flag: "a" });
    await installPlugins(toolchain, pulumiHome);
    await installLanguageHost(toolchain, pulumiHome);
    await link(process.execPath, join(bin, "node"));
    for (const program of ["pulumi", "kubectl"] as const) {
        await link(await toolchain.program(program), join(bin, program));
    }
    return environment().env;
}

function environment(): LabEnvironment {
    const { pulumiHome, backend, bin, configDir } = paths();
    return {
        configDir,
        env: {
            PATH: `${bin}:${process.env["PATH"] ?? ""}`,
            PULUMI_HOME: pulumiHome,
            PULUMI_BACKEND_URL: `file://${backend}`,
            // Protects nothing: the lab's secrets are worth as much as the lab.
            PULUMI_CONFIG_PASSPHRASE: "isthmus-lab",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            KUBECONFIG: kubeconfigPath(),
            ISTHMUS_PROBE_IMAGE: imageReference("agnhost"),
            ...engineTuning(join(stateDir(), "pulumi", "compile-cache")),
        },
    };
}

const plugins = {
    "pulumi-resource-kubernetes": KUBERNETES_PROVIDER.version,
    "pulumi-resource-random": RANDOM_PROVIDER.version,
    "pulumi-resource-kubernetes-cert-manager": CERT_MANAGER_PROVIDER.version,
} as const;

/**
 * The language host is of an older release than the engine, and knows the options of the runtime as flags alone:
 * without them it would compile the program with ts-node in every run.
 */
async function installLanguageHost(toolchain: Toolchain, pulumiHome: string): Promise<void> {
    const name = "pulumi-language-nodejs";
    const folder = join(pulumiHome, "plugins", `language-nodejs-v${PULUMI.version}`);
    await mkdir(folder, { recursive: true });
    const { typescript, nodeargs } = await runtimeOptions();
    const flags = [`-typescript=${String(typescript)}`, `-nodeargs=${nodeargs}`];
    const quoted = [await toolchain.program(name), ...flags].map((word) => `'${word}'`).join(" ");
    const path = join(folder, name);
    await rm(path, { force: true });
    await writeFile(path, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
}

async function runtimeOptions(): Promise<{ typescript: boolean; nodeargs: string }> {
    const project = parse(await readFile(join(labFolder, "..", "Pulumi.yaml"), "utf8")) as {
        runtime: { options: { typescript: boolean; nodeargs: string } };
    };
    return project.runtime.options;
}

/** Under PULUMI_HOME, where the engine takes plugins from without a warning about each. */
async function installPlugins(toolchain: Toolchain, pulumiHome: string): Promise<void> {
    for (const [program, version] of Object.entries(plugins)) {
        const name = program.replace(/^pulumi-/, "");
        const folder = join(pulumiHome, "plugins", `${name}-v${version}`);
        await mkdir(folder, { recursive: true });
        await link(await toolchain.program(program as keyof typeof plugins), join(folder, program));
    }
}

async function link(target: string, path: string): Promise<void> {
    await rm(path, { force: true });
    await symlink(target, path);
}

/** Writes stack files into a folder, and keeps what the engine has added to one, its encryption salt. */
export async function writeStackFiles(
    configDir: string,
    stacks: Omit<LabStackArgs, "kubeconfig">,
): Promise<void> {
    await mkdir(configDir, { recursive: true });
    for (const [cluster, content] of labStackFiles({ ...stacks, kubeconfig: kubeconfigPath() })) {
        const path = join(configDir, `Pulumi.${cluster}.yaml`);
        const earlier = await readFile(path, "utf8").catch(() => "");
        const { encryptionsalt } = (parse(earlier) ?? {}) as { encryptionsalt?: string };
        await writeFile(
            path,
            stringify(
                { ...content, ...(encryptionsalt === undefined ? {} : { encryptionsalt }) },
                { aliasDuplicateObjects: false },
            ),
        );
    }
}
