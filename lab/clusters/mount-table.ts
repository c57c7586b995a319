import { readFile } from "node:fs/promises";

/** One line of a mount table. */
export interface Mount {
    readonly path: string;
    readonly type: string;
    /** The file system's own options, such as the controllers of a cgroup hierarchy. */
    readonly superOptions: readonly string[];
}

/** The mounts of this process's mount namespace, in the order they were made. */
export async function readMounts(): Promise<readonly Mount[]> {
    return parseMounts(await readFile("/proc/self/mountinfo", "utf8"));
}

/** Reads the format of `/proc/<pid>/mountinfo`, see proc_pid_mountinfo(5). */
export function parseMounts(text: string): readonly Mount[] {
    return text
        .split("\n")
        .filter((line) => line !== "")
        .flatMap((line) => {
            const fields = line.split(" ");
            const separator = fields.indexOf("-");
            const path = fields[4];
            const type = fields[separator + 1];
            if (separator < 0 || path === undefined || type === undefined) {
                return [];
            }
            const superOptions = (fields[separator + 3] ?? "").split(",");
            return [{ path: unescapePath(path), type, superOptions }];
        });
}

/** Whether a path is a folder or something inside it. */
export function isInside(path: string, folder: string): boolean {
    return path === folder || path.startsWith(`${folder}/`);
}

/** The kernel writes space, tab, newline and backslash as octal numbers. */
function unescapePath(path: string): string {
    return path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
        String.fromCharCode(parseInt(digits, 8)),
    );
}
