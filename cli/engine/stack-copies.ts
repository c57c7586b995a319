import {
    copyFileSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseDocument } from "yaml";

import type { ClusterName } from "../../components/topology/model";
import type { CliContext } from "../context";

/**
 * Copies of the stack files, in a folder that only this user can read. The engine is given the copies, because it
 * writes encryption settings into the file that it is given.
 */
export interface StackCopies {
    /** The copy of a stack's file; with `detached`, its links to these clusters are taken away as well. */
    fileOf(stack: ClusterName, detached?: readonly ClusterName[]): string;
    /** A folder with the project file and the stack's file, for creating the stack in. */
    folderFor(stack: ClusterName): string;
    /** Removes everything. */
    remove(): void;
}

/** Opens a folder for copies of the stack files of a project. */
export function createStackCopies(context: CliContext): StackCopies {
    const folder = mkdtempSync(join(tmpdir(), "isthmus-"));
    const remove = () => {
        rmSync(folder, { recursive: true, force: true });
    };
    // Also where a second signal ends the process at once.
    process.once("exit", remove);
    let next = 0;
    const newFolder = () => {
        const path = join(folder, String(next++));
        mkdirSync(path);
        return path;
    };
    const copyTo = (target: string, stack: ClusterName, detached: readonly ClusterName[]) => {
        const path = join(target, `Pulumi.${stack}.yaml`);
        const original = context.stackFile(stack).path;
        const text = existsSync(original) ? readFileSync(original, "utf8") : "";
        const key = `${context.projectName}:detached`;
        const already = context.stackFile(stack).detached;
        writeFileSync(
            path,
            detached.length === 0 ? text : withList(text, key, [...already, ...detached]),
        );
        return path;
    };
    return {
        fileOf: (stack, detached = []) => copyTo(newFolder(), stack, detached),
        folderFor: (stack) => {
            const target = newFolder();
            copyFileSync(join(context.projectDir, "Pulumi.yaml"), join(target, "Pulumi.yaml"));
            copyTo(target, stack, []);
            return target;
        },
        remove: () => {
            process.removeListener("exit", remove);
            remove();
        },
    };
}

/** The text of a stack file with a list in its configuration, everything else as it was. */
export function withList(text: string, key: string, values: readonly string[]): string {
    const document = parseDocument(text);
    document.setIn(["config", key], [...new Set(values)].sort());
    return document.toString();
}
