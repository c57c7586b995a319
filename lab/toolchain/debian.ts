import { existsSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Progress } from "../progress";
import { run, tryRun } from "./run";
import { findProgram } from "./search-path";

/** What a distribution brings: the programs that are looked for, and Debian's package that has them. */
interface SystemPackage {
    readonly package: string;
    readonly programs: readonly string[];
    /** Service units that the package would start at the next boot. */
    readonly units?: readonly string[];
}

const SYSTEM_PACKAGES: readonly SystemPackage[] = [
    { package: "etcd-server", programs: ["etcd"], units: ["etcd"] },
    {
        package: "containerd",
        programs: ["containerd", "ctr", "containerd-shim-runc-v2"],
        units: ["containerd"],
    },
    { package: "runc", programs: ["runc"] },
    { package: "iptables", programs: ["iptables", "xtables-nft-multi"] },
    { package: "nftables", programs: ["nft"], units: ["nftables"] },
    { package: "conntrack", programs: ["conntrack"] },
    { package: "busybox-static", programs: ["busybox"] },
    { package: "iproute2", programs: ["ip"] },
    { package: "util-linux", programs: ["nsenter", "unshare", "flock"] },
    { package: "mount", programs: ["mount", "umount"] },
    { package: "procps", programs: ["sysctl"] },
];

const NETWORK_PLUGINS_PACKAGE = "containernetworking-plugins";
const NETWORK_PLUGIN_FOLDERS = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];
const NETWORK_PLUGINS = ["bridge", "host-local", "portmap", "loopback"];

/** Asked by Debian's packages before they start a service; 101 says no. */
const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

/** The folder that holds all the container network plugins that the lab uses. */
export function networkPluginsFolder(): string | undefined {
    return NETWORK_PLUGIN_FOLDERS.find((folder) =>
        NETWORK_PLUGINS.every((plugin) => existsSync(join(folder, plugin))),
    );
}

/** Programs and plugins of the distribution that are not on this machine. */
export function missingSystemPrograms(): readonly string[] {
    const programs = SYSTEM_PACKAGES.flatMap((entry) => entry.programs).filter(
        (program) => findProgram(program) === undefined,
    );
    return networkPluginsFolder() === undefined
        ? [...programs, `container network plugins (${NETWORK_PLUGINS.join(", ")})`]
        : programs;
}

/** Installs what is missing with apt-get, starting no service. */
export async function installSystemPrograms(progress: Progress): Promise<void> {
    if (missingSystemPrograms().length === 0) {
        return;
    }
    const wanted = SYSTEM_PACKAGES.filter((entry) =>
        entry.programs.some((program) => findProgram(program) === undefined),
    );
    const packages = wanted.map((entry) => entry.package);
    if (networkPluginsFolder() === undefined) {
        packages.push(NETWORK_PLUGINS_PACKAGE);
    }
    const step = progress.step("system packages");
    step.update(packages.join(", "));
    try {
        await install(packages);
        await keepFromStarting(wanted.flatMap((entry) => entry.units ?? []));
    } catch (error) {
        step.fail("apt-get failed");
        throw error;
    }
    const missing = missingSystemPrograms();
    if (missing.length > 0) {
        step.fail("not complete");
        throw new Error(`system packages: still missing after apt-get: ${missing.join(", ")}`);
    }
    step.done(packages.join(", "));
}

/** Installs Debian packages by name, without what they merely recommend. */
export async function install(packages: readonly string[]): Promise<void> {
    const ownPolicy = !existsSync(SERVICE_POLICY);
    if (ownPolicy) {
        await writeFile(SERVICE_POLICY, "#!/bin/sh\nexit 101\n");
        await chmod(SERVICE_POLICY, 0o755);
    }
    try {
        const args = ["install", "--yes", "--no-install-recommends", ...packages];
        // The lists of a fresh machine are empty or old: only then they are fetched.
        if (
            (await tryRun("apt-get", [...APT_FLAGS, ...args], { env: APT_ENVIRONMENT })) ===
            undefined
        ) {
            await apt(["update"]);
            await apt(args);
        }
    } finally {
        if (ownPolicy) {
            await rm(SERVICE_POLICY, { force: true });
        }
    }
}

const APT_FLAGS = ["--quiet", "-o", "DPkg::Lock::Timeout=600"] as const;
const APT_ENVIRONMENT = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" } as const;

function apt(args: readonly string[]): Promise<string> {
    return run("system packages", "apt-get", [...APT_FLAGS, ...args], {
        env: APT_ENVIRONMENT,
        remedy: `see that apt-get ${args[0] ?? ""} works on this machine, then run it again`,
    });
}

/** The lab starts its own copies; the machine's services stay as they were before. */
async function keepFromStarting(units: readonly string[]): Promise<void> {
    if (units.length > 0 && existsSync("/run/systemd/system")) {
        await tryRun("systemctl", ["disable", "--quiet", ...units]);
    }
}
