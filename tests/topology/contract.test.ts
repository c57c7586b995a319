import { expect } from "chai";
import * as fc from "fast-check";

import { parsePeer, type PeerOutputs } from "../../components/topology/contract";
import { access, facts } from "../support/published";
import { named, topology } from "../support/topologies";

const mesh = topology("primary-remote-two-networks");
const peer = named("cluster2");
const good = { mesh: facts(mesh, peer), remoteAccess: access(mesh, peer) };

describe("parsePeer", () => {
    it("is ready when both outputs are whole", () => {
        expect(parsePeer(mesh, peer, good)).to.deep.equal({
            state: "ready",
            facts: good.mesh,
            access: good.remoteAccess,
        });
    });

    it("is pending when the stack does not exist", () => {
        expect(parsePeer(mesh, peer, undefined)).to.deep.equal({
            state: "pending",
            why: "its stack does not exist",
        });
    });

    it("is pending when the stack has no outputs", () => {
        expect(parsePeer(mesh, peer, {})).to.deep.equal({
            state: "pending",
            why: "its stack has not been brought up",
        });
    });

    const unusable: Record<string, { outputs: PeerOutputs; lines: string[] }> = {
        "belong to another mesh": {
            outputs: { ...good, mesh: { ...good.mesh, meshId: "mesh2" } },
            lines: [
                'stack cluster2: output mesh.meshId: belongs to another mesh, got "mesh2"; ' +
                    'expected "mesh1"; run pulumi up in stack cluster2 with this project',
            ],
        },
        "belong to another cluster and trust domain": {
            outputs: {
                ...good,
                mesh: { ...good.mesh, clusterName: "cluster3", trustDomain: "example.org" },
            },
            lines: [
                'stack cluster2: output mesh.clusterName: belongs to another mesh, got "cluster3"; ' +
                    'expected "cluster2"; run pulumi up in stack cluster2 with this project',
                'stack cluster2: output mesh.trustDomain: belongs to another mesh, got "example.org"; ' +
                    'expected "cluster.local"; run pulumi up in stack cluster2 with this project',
            ],
        },
        "could not be decrypted": {
            outputs: { mesh: good.mesh },
            lines: [
                "stack cluster2: output remoteAccess: cannot be read; expected a secret that this " +
                    "stack can decrypt; give both stacks the same secrets provider and passphrase",
            ],
        },
    };
    for (const [what, { outputs, lines }] of Object.entries(unusable)) {
        it(`is unusable when the outputs ${what}`, () => {
            expect(parsePeer(mesh, peer, outputs)).to.deep.equal({
                state: "unusable",
                problems: lines,
            });
        });
    }

    it("is unusable when the outputs are of another version of the contract", () => {
        const parsed = parsePeer(mesh, peer, {
            ...good,
            mesh: { ...good.mesh, contractVersion: 99 },
        });
        expect(parsed.state).to.equal("unusable");
        expect(JSON.stringify(parsed)).to.contain(
            "output mesh.contractVersion: unknown value, got 99",
        );
    });

    it("ignores facts that a later program adds when the contract is the same", () => {
        const later = { ...good, mesh: { ...good.mesh, addedLater: true } };
        expect(parsePeer(mesh, peer, later).state).to.equal("ready");
    });

    const secretText = "a secret that must not be shown";
    const leaky: Record<string, unknown> = {
        "is text": secretText,
        "is a list": [secretText],
        "has a list of kubeconfigs": { ...good.remoteAccess, readerKubeconfigs: [secretText] },
        "has an intermediate that is text": {
            ...good.remoteAccess,
            intermediates: { cluster1: secretText },
        },
        "has an intermediate without a key": {
            ...good.remoteAccess,
            intermediates: { cluster1: { certificate: secretText, root: [secretText] } },
        },
    };
    for (const [what, remoteAccess] of Object.entries(leaky)) {
        it(`shows nothing of remoteAccess when it ${what}`, () => {
            const parsed = parsePeer(mesh, peer, { mesh: good.mesh, remoteAccess });
            expect(parsed.state).to.equal("unusable");
            expect(JSON.stringify(parsed)).to.not.contain(secretText);
        });
    }

    it("never throws when the outputs are any JSON", () => {
        const scrap = fc.jsonValue({ maxDepth: 3 });
        const outputs = fc.record(
            {
                mesh: fc.oneof(scrap, overwriting(good.mesh, scrap)),
                remoteAccess: fc.oneof(scrap, overwriting(good.remoteAccess, scrap)),
            },
            { requiredKeys: [] },
        );
        fc.assert(
            fc.property(fc.option(outputs, { nil: undefined }), (value) => {
                const parsed = parsePeer(mesh, peer, value);
                expect(parsed.state).to.be.oneOf(["ready", "pending", "unusable"]);
                for (const line of parsed.state === "unusable" ? parsed.problems : []) {
                    expect(line).to.match(
                        /^stack cluster2: output (mesh|remoteAccess)[^\n]*: [^\n]+; expected [^\n]+; [^\n]+$/,
                    );
                }
            }),
            { numRuns: 300 },
        );
    });
});

/** A good output with some of its values replaced. */
function overwriting(output: object, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
    return fc
        .dictionary(fc.constantFrom(...Object.keys(output)), value, { maxKeys: 2 })
        .map((over) => ({ ...output, ...over }));
}
