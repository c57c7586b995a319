/**
 * Settings that make the engine cheaper and change nothing else; what the caller's environment says already is
 * kept. `npm run bench` measures what they save.
 *
 * @param compileCache folder in which Node.js keeps compiled modules between runs.
 */
export function engineTuning(
    compileCache: string,
    environment: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
    const settings = {
        // A run lasts seconds, and a quarter of the engine's CPU goes into collecting garbage of so short a life.
        GOGC: "400",
        // The program loads about 900 modules, the same ones every time.
        NODE_COMPILE_CACHE: compileCache,
    };
    return Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [name, environment[name] ?? value]),
    );
}
