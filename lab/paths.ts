import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The lab's folder in the work tree. */
export const labFolder = resolve(__dirname);

/** The Go modules that lock what the lab builds. */
export const goFolder = join(labFolder, "go");

/**
 * Where built and downloaded things are kept between runs: `$XDG_CACHE_HOME/isthmus`, or
 * `~/.cache/isthmus`. It may be removed at any time; the next run makes it anew.
 */
export function cacheRoot(): string {
    return join(xdg("XDG_CACHE_HOME", ".cache"), "isthmus");
}

/** An XDG base folder; relative values are ignored, as the specification asks. */
function xdg(variable: string, fallback: string): string {
    const value = process.env[variable];
    return value?.startsWith("/") === true ? value : join(homedir(), fallback);
}
