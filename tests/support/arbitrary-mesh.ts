import * as fc from "fast-check";

import type { MeshInput } from "../../components/topology/schema";

type ClusterInput = MeshInput["clusters"][string];

const labelCharacters = "abcdefghijklmnopqrstuvwxyz0123456789".split("");

/** A DNS-1123 label. */
const labelText = fc
    .tuple(
        fc.string({ unit: fc.constantFrom(...labelCharacters), minLength: 1, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom(...labelCharacters, "-"), maxLength: 5 }),
    )
    .map(([head, tail]) => `${head}${tail}`.replace(/-+$/, ""));

const address = fc.constantFrom(
    { type: "loadBalancer" } as const,
    { type: "static", addresses: ["192.0.2.7"] } as const,
    { type: "nodePort", addresses: ["192.0.2.9"], nodeSelector: { zone: "a" } } as const,
);

/** What is drawn for one cluster, before it is made to agree with the rest. */
const draft = fc.record({
    isPrimary: fc.boolean(),
    primary: fc.nat(),
    network: fc.nat(),
    gateway: fc.option(fc.option(address, { nil: false as const }), { nil: undefined }),
});
type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never;

/** Mesh values that the program accepts, of `minClusters` to `maxClusters` clusters. */
export function arbitraryMesh({
    minClusters = 1,
    maxClusters = 50,
}: { readonly minClusters?: number; readonly maxClusters?: number } = {}): fc.Arbitrary<MeshInput> {
    return fc
        .record({
            names: fc.uniqueArray(labelText, {
                minLength: minClusters,
                maxLength: maxClusters,
                size: "max",
            }),
            drafts: fc.array(draft, { minLength: maxClusters, maxLength: maxClusters }),
            networks: fc.uniqueArray(labelText, { minLength: 1, maxLength: 4 }),
            holder: fc.option(fc.nat(), { nil: undefined }),
            meshId: labelText,
        })
        .map(({ names, drafts, networks, holder, meshId }) => {
            const rows = names.map((name, i) => ({ name, draft: at(drafts, i) }));
            const primaries = rows
                .filter(({ draft: { isPrimary } }, i) => i === 0 || isPrimary)
                .map(({ name }) => name);
            const clusters = rows.map(({ name, draft: drawn }): [string, ClusterInput] => {
                const network = at(networks, drawn.network);
                return [
                    name,
                    primaries.includes(name)
                        ? { role: "primary", network, ...gateway(drawn) }
                        : {
                              role: "remote",
                              primary: at(primaries, drawn.primary),
                              network,
                              ...gateway(drawn),
                          },
                ];
            });
            return {
                meshId,
                trust: holder === undefined ? "provided" : { heldBy: at(primaries, holder) },
                clusters: withNeededGateways(Object.fromEntries(clusters)),
            };
        });
}

function gateway({ gateway: drawn }: Draft): Pick<ClusterInput, "gateway"> {
    if (drawn === undefined || drawn === false) {
        return drawn === undefined ? {} : { gateway: false };
    }
    return {
        gateway: {
            address:
                drawn.type === "loadBalancer"
                    ? drawn
                    : { ...drawn, addresses: [...drawn.addresses] },
        },
    };
}

/** Takes `gateway: false` away where a primary serves remotes, and from the first cluster of each network. */
function withNeededGateways(clusters: MeshInput["clusters"]): MeshInput["clusters"] {
    const withGateway = new Set<string>();
    return Object.fromEntries(
        Object.entries(clusters).map(([name, cluster]) => {
            const servesRemotes = Object.values(clusters).some(
                (other) => other.role === "remote" && other.primary === name,
            );
            const isNeeded = servesRemotes || !withGateway.has(cluster.network);
            if (cluster.gateway !== false || isNeeded) {
                withGateway.add(cluster.network);
            }
            const { gateway: drawn, ...rest } = cluster;
            const kept = drawn === false && isNeeded ? undefined : drawn;
            return [name, { ...rest, ...(kept === undefined ? {} : { gateway: kept }) }];
        }),
    );
}

function at<T>(values: readonly T[], index: number): T {
    const value = values[index % values.length];
    if (value === undefined) {
        throw new Error("nothing to choose from");
    }
    return value;
}
