import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Folders that programs for the administrator are in, which a user's PATH may lack. */
const ADMINISTRATOR_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/** The folders that programs are looked for in: PATH, then the administrator's. */
export function searchFolders(): readonly string[] {
    const path = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
    return [...new Set([...path, ...ADMINISTRATOR_FOLDERS])];
}

/** The path of a program on the machine, or undefined. */
export function findProgram(name: string): string | undefined {
    for (const folder of searchFolders()) {
        const candidate = join(folder, name);
        if (isExecutableFile(candidate)) {
            return candidate;
        }
    }
    return undefined;
}

function isExecutableFile(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
    } catch {
        return false;
    }
}
