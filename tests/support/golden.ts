import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { expect } from "chai";

import type { Registration } from "./recorder";
import type { Run } from "./world";

/** Folder of the golden files of the program: one folder per topology, one file per stack. */
export const goldenFolder = join(__dirname, "..", "golden");

/**
 * Compares a value with its golden file, which `npm run golden` writes anew.
 *
 * @param path below the folder of golden files.
 */
export function expectGolden(path: string, value: object): void {
    const file = join(goldenFolder, path);
    const text = `${JSON.stringify(sortKeys(value), null, 4)}\n`;
    if (process.env["UPDATE_GOLDEN"] === "1") {
        if (process.env["CI"] !== undefined) {
            throw new Error(
                "golden files are not updated in CI: run npm run golden and commit them",
            );
        }
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
        return;
    }
    if (!existsSync(file)) {
        throw new Error(
            `there is no tests/golden/${path}: run npm run golden and read what it wrote`,
        );
    }
    const kept = JSON.parse(readFileSync(file, "utf8")) as Golden;
    const now = JSON.parse(text) as Golden;
    const difference = firstDifference(kept, now);
    // One resource at a time: a difference of whole files is more than mocha shows.
    expect(difference?.now, `tests/golden/${path}, which npm run golden updates`).to.deep.equal(
        difference?.kept,
    );
    expect(now).to.deep.equal(kept);
}

interface Golden {
    readonly registrations?: readonly { readonly type: string; readonly name: string }[];
}

function firstDifference(kept: Golden, now: Golden): { kept: unknown; now: unknown } | undefined {
    const [before, after] = [byName(kept), byName(now)];
    const name = [...new Set([...before.keys(), ...after.keys()])].find(
        (key) => !isDeepStrictEqual(before.get(key), after.get(key)),
    );
    return name === undefined ? undefined : { kept: before.get(name), now: after.get(name) };
}

function byName({ registrations = [] }: Golden): Map<string, unknown> {
    return new Map(registrations.map((row) => [`${row.type} ${row.name}`, row]));
}

/** What a golden file holds of a stack's run: every registration, and the outputs that are no secrets. */
export function goldenOf({ registrations, outputs, secretOutputNames }: Run): object {
    return {
        registrations: registrations.map(goldenRegistration),
        outputs: Object.fromEntries(
            Object.entries(outputs).map(([name, value]) => [
                name,
                secretOutputNames.includes(name) ? "[secret]" : (value as unknown),
            ]),
        ),
    };
}

/** Of this program's own components, the inputs are left out: their children show what they come to. */
function goldenRegistration(registration: Registration): unknown {
    const { type, name, kind, parent, provider, dependsOn, inputs } = registration;
    return {
        type,
        name,
        kind,
        ...(parent === undefined ? {} : { parent }),
        ...(provider === undefined ? {} : { provider }),
        ...(dependsOn.length === 0 ? {} : { dependsOn }),
        ...(type.startsWith("isthmus:") ? {} : { inputs }),
    };
}

function sortKeys(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(sortKeys);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    return Object.fromEntries(
        Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, sortKeys(inner)]),
    );
}
