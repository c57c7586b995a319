// Runs on the machine's own Node, before anything is installed: no dependencies, no TypeScript.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");

/**
 * True where node_modules holds what package-lock.json says, whoever installed it: npm keeps there what it
 * installed, and writes that last.
 */
export function isInstalled() {
    const installed = readPackages(join(modules, ".package-lock.json"));
    if (installed === undefined) {
        return false;
    }
    const locked = Object.entries(readPackages(join(root, "package-lock.json")));
    return locked
        .filter(([path]) => path !== "")
        .every(([path, { version, integrity, optional }]) => {
            const found = installed[path];
            return found === undefined
                ? optional === true
                : found.version === version && found.integrity === integrity;
        });
}

/** Installs the packages where they are missing or not those of package-lock.json, and the command itself. */
export function install() {
    if (!isInstalled()) {
        console.error("isthmus: installing the npm packages of package-lock.json");
        runNpm();
    }
    linkCommand();
}

function readPackages(path) {
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : undefined;
}

function runNpm() {
    // The install scripts of the provider packages download plugins, which not every machine can reach.
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const result = spawnSync("npm", args, {
        cwd: root,
        stdio: ["ignore", "ignore", "pipe"],
        encoding: "utf8",
    });
    if (result.error !== undefined) {
        fail(
            `npm could not be started (${result.error.code}); install Node.js 20.19 or later with npm`,
        );
    }
    if (result.status !== 0) {
        const said = result.stderr.trim().split("\n").slice(-8).join("\n");
        fail(
            `npm ci failed${said === "" ? "" : `:\n${said}`}\n` +
                `isthmus: see that the npm registry can be reached and run it again in ${root}`,
        );
    }
}

/** npm links the commands of dependencies only; this one makes `npx isthmus` work in the project. */
function linkCommand() {
    const link = join(modules, ".bin", "isthmus");
    if (!existsSync(link)) {
        mkdirSync(dirname(link), { recursive: true });
        rmSync(link, { force: true });
        symlinkSync(join("..", "..", "cli", "isthmus.mjs"), link);
    }
}

function fail(sentence) {
    console.error(`isthmus: ${sentence}`);
    process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    install();
}
