import { expect } from "chai";
import * as fc from "fast-check";

import { splitCertManagerValues } from "../../components/control-plane/cert-manager-values";
import { isHostname, mergeValues } from "../../components/control-plane/values";
import type { ChartValues } from "../../components/topology/schema";

describe("mergeValues", () => {
    const key = fc.constantFrom("a", "b", "c", "d");
    const leaf = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.array(fc.integer()));
    const { mapping: values } = fc.letrec<{ mapping: ChartValues; value: unknown }>((tie) => ({
        mapping: fc.dictionary(key, tie("value"), { maxKeys: 4 }),
        value: fc.oneof({ maxDepth: 3 }, leaf, tie("mapping")),
    }));

    it("keeps values when the other side is empty or absent", () => {
        fc.assert(
            fc.property(values, (a) => {
                expect(mergeValues(a, {})).to.deep.equal(a);
                expect(mergeValues({}, a)).to.deep.equal(a);
                expect(mergeValues(undefined, a, undefined)).to.deep.equal(a);
            }),
        );
    });

    it("changes nothing when values are merged over themselves", () => {
        fc.assert(
            fc.property(values, values, (a, b) => {
                const merged = mergeValues(a, b);
                expect(mergeValues(a, a)).to.deep.equal(a);
                expect(mergeValues(merged, b)).to.deep.equal(merged);
            }),
        );
    });

    it("has every value of the later side and every key of both", () => {
        fc.assert(
            fc.property(values, values, (a, b) => {
                const merged = mergeValues(a, b);
                expect(Object.keys(merged).sort()).to.deep.equal(
                    [...new Set([...Object.keys(a), ...Object.keys(b)])].sort(),
                );
                for (const [path, value] of leavesOf(b)) {
                    expect(at(merged, path)).to.deep.equal(value);
                }
            }),
        );
    });

    it("is the same in one step and in two", () => {
        fc.assert(
            fc.property(values, values, values, (a, b, c) => {
                expect(mergeValues(a, b, c)).to.deep.equal(mergeValues(mergeValues(a, b), c));
            }),
        );
    });

    it("leaves its arguments as they are", () => {
        fc.assert(
            fc.property(values, values, (a, b) => {
                const before = JSON.stringify([a, b]);
                mergeValues(a, b);
                expect(JSON.stringify([a, b])).to.equal(before);
            }),
        );
    });

    it("replaces lists whole and puts a null in, as Helm does", () => {
        expect(mergeValues({ a: [1, 2], b: { c: 1 } }, { a: [3], b: null })).to.deep.equal({
            a: [3],
            b: null,
        });
    });
});

describe("isHostname", () => {
    for (const address of ["lb.example", "localhost", "a1b2.elb.amazonaws.com", "1a.example"]) {
        it(`is true when the address is ${address}`, () => {
            expect(isHostname(address)).to.equal(true);
        });
    }
    for (const address of ["192.0.2.1", "2001:db8::1", "::1", "fd00:0:0:0::"]) {
        it(`is false when the address is ${address}`, () => {
            expect(isHostname(address)).to.equal(false);
        });
    }
});

describe("splitCertManagerValues", () => {
    it("loses no value and doubles none", () => {
        const values = { webhook: { replicaCount: 2 }, crds: { keep: true }, image: { tag: "a" } };
        expect(splitCertManagerValues(values)).to.deep.equal({
            componentArgs: { webhook: { replicaCount: 2 }, image: { tag: "a" } },
            values: { crds: { keep: true } },
        });
    });
});

/** Paths and values of everything that is no mapping with keys. */
function leavesOf(values: ChartValues, path: readonly string[] = []): [string[], unknown][] {
    return Object.entries(values).flatMap(([key, value]): [string[], unknown][] =>
        isMapping(value) && Object.keys(value).length > 0
            ? leavesOf(value, [...path, key])
            : isMapping(value)
              ? []
              : [[[...path, key], value]],
    );
}

function at(values: unknown, path: readonly string[]): unknown {
    return path.reduce<unknown>(
        (inner, key) => (isMapping(inner) ? inner[key] : undefined),
        values,
    );
}

function isMapping(value: unknown): value is ChartValues {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
