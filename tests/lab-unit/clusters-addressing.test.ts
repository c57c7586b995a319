import { expect } from "chai";
import fc from "fast-check";

import {
    addressesOf,
    assignIndexes,
    checkClusterName,
    chooseWan,
    MAX_CLUSTER_INDEX,
    overlaps,
} from "../../lab/clusters/addressing";

const index = fc.integer({ min: 1, max: MAX_CLUSTER_INDEX });
const byte = fc.integer({ min: 0, max: 255 });

describe("the addresses of the lab's clusters", () => {
    it("never overlap between two clusters", () => {
        fc.assert(
            fc.property(index, index, (a, b) => {
                fc.pre(a !== b);
                const first = addressesOf({ name: "a", index: a }, "172.31.250");
                const second = addressesOf({ name: "b", index: b }, "172.31.250");
                const ofFirst = [first.node, first.gateway, first.podCidr, first.serviceCidr];
                const ofSecond = [second.node, second.gateway, second.podCidr, second.serviceCidr];
                for (const one of ofFirst) {
                    for (const other of [...ofSecond, second.host]) {
                        expect(overlaps(one, other), `${one} and ${other}`).to.equal(false);
                    }
                }
            }),
        );
    });

    it("put the cluster's own Services into its Service range", () => {
        fc.assert(
            fc.property(index, (number) => {
                const addresses = addressesOf({ name: "a", index: number }, "10.213.250");
                expect(overlaps(addresses.kubernetesService, addresses.serviceCidr)).to.equal(true);
                expect(overlaps(addresses.dnsService, addresses.serviceCidr)).to.equal(true);
                expect(overlaps(addresses.podCidr, addresses.serviceCidr)).to.equal(false);
            }),
        );
    });
});

describe("overlaps", () => {
    const cases = [
        ["10.0.0.0/8", "10.213.250.0/24", true],
        ["172.31.250.7", "172.31.250.0/24", true],
        ["172.31.251.0/24", "172.31.250.0/24", false],
        ["172.31.240.0/20", "172.31.250.0/24", true],
        ["0.0.0.0/0", "198.18.250.0/24", true],
        ["192.168.213.0/24", "192.168.213.0/24", true],
        ["255.255.255.255", "172.31.250.0/24", false],
        ["default", "172.31.250.0/24", false],
        ["fd00::/8", "172.31.250.0/24", false],
    ] as const;
    for (const [a, b, expected] of cases) {
        it(`is ${String(expected)} for ${a} and ${b}, either way round`, () => {
            expect(overlaps(a, b)).to.equal(expected);
            expect(overlaps(b, a)).to.equal(expected);
        });
    }

    it("is true for a range and every address in it", () => {
        fc.assert(
            fc.property(
                byte,
                byte,
                byte,
                byte,
                fc.integer({ min: 0, max: 32 }),
                (a, b, c, d, n) => {
                    const address = `${a}.${b}.${c}.${d}`;
                    expect(overlaps(address, `${address}/${n}`)).to.equal(true);
                },
            ),
        );
    });
});

describe("chooseWan", () => {
    it("takes the first candidate when nothing is in the way", () => {
        expect(chooseWan(["default", "192.0.2.0/24"], undefined)).to.equal("172.31.250");
    });

    it("takes another candidate when the machine has a route into the first", () => {
        const routes = ["default", "172.16.0.0/12", "10.0.0.0/8"];
        expect(chooseWan(routes, undefined)).to.equal("192.168.213");
    });

    it("takes what the user chose", () => {
        expect(chooseWan(["10.0.0.0/24"], "10.99.99.0/24")).to.equal("10.99.99");
    });

    it("rejects a network that the machine has a route into, naming the route", () => {
        expect(() => chooseWan(["10.99.0.0/16"], "10.99.99.0/24")).to.throw(
            /ISTHMUS_LAB_NETWORK.*10\.99\.0\.0\/16/,
        );
    });

    for (const wrong of ["10.99.99.0", "10.99.99.1/24", "10.99.999.0/24", "nonsense"]) {
        it(`rejects ${wrong} as a network`, () => {
            expect(() => chooseWan([], wrong)).to.throw(`got "${wrong}"; expected such as`);
        });
    }

    it("says what to do when every candidate is taken", () => {
        const routes = ["172.16.0.0/12", "10.0.0.0/8", "192.168.0.0/16", "198.18.0.0/15"];
        expect(() => chooseWan(routes, undefined)).to.throw(/set ISTHMUS_LAB_NETWORK/);
    });
});

describe("assignIndexes", () => {
    it("gives cluster1 and cluster2 the numbers in their names", () => {
        expect(assignIndexes(["cluster2", "cluster1"], [])).to.deep.equal([
            { name: "cluster2", index: 2 },
            { name: "cluster1", index: 1 },
        ]);
    });

    it("keeps the numbers that clusters have", () => {
        const existing = [{ name: "west", index: 1 }];
        expect(assignIndexes(["cluster1", "west"], existing)).to.deep.equal([
            { name: "cluster1", index: 2 },
            { name: "west", index: 1 },
        ]);
    });

    it("gives every name a number of its own, whatever the names", () => {
        const name = fc.stringMatching(/^[a-c]{1,2}[0-9]{0,3}$/);
        fc.assert(
            fc.property(fc.uniqueArray(name, { maxLength: MAX_CLUSTER_INDEX }), (names) => {
                const indexes = assignIndexes(names, []).map((spec) => spec.index);
                expect(new Set(indexes).size).to.equal(names.length);
                for (const assigned of indexes) {
                    expect(assigned).to.be.within(1, MAX_CLUSTER_INDEX);
                }
            }),
        );
    });

    it("rejects more clusters than there are numbers", () => {
        const names = Array.from({ length: MAX_CLUSTER_INDEX + 1 }, (_, number) => `c${number}`);
        expect(() => assignIndexes(names, [])).to.throw(`at most ${MAX_CLUSTER_INDEX} clusters`);
    });
});

describe("checkClusterName", () => {
    for (const name of ["cluster1", "a", "eu-west-1", "7"]) {
        it(`accepts ${name}`, () => {
            checkClusterName(name);
        });
    }
    for (const name of ["", "Cluster1", "a_b", "-a", "a-", "a/b", "..", "a".repeat(41)]) {
        it(`rejects "${name}"`, () => {
            expect(() => {
                checkClusterName(name);
            }).to.throw(`cluster name: got "${name}"`);
        });
    }
});
