import type { Link } from "../../components/topology/links";
import type { Cluster, ClusterName } from "../../components/topology/model";
import { remoteSecretName } from "../../components/topology/names";
import { shortFingerprint } from "./certificates";
import { type CheckInput, factsOf } from "./checks/input";
import { daysLeft } from "./checks/trust";
import type { ClusterFacts, Fact } from "./observation";
import { formatTable } from "./table";

/** What the mesh looks like now, without judging it. */
export interface MeshStatus {
    readonly meshId: string;
    readonly clusters: readonly ClusterStatus[];
    readonly links: readonly LinkStatus[];
}

/** One cluster; what is not known is absent. */
export interface ClusterStatus {
    readonly name: ClusterName;
    readonly role: string;
    readonly network: string;
    readonly reachable: boolean;
    /** Why the API server did not answer. */
    readonly why?: string;
    readonly kubernetesVersion?: string;
    readonly istiod: {
        readonly ready: number;
        readonly total: number;
        readonly versions: readonly string[];
    };
    readonly gatewayAddresses: readonly string[];
    /** SHA-256 of the roots that workloads are given. */
    readonly rootFingerprints: readonly string[];
    /** ISO 8601: when the intermediate of a primary ends. */
    readonly caExpires?: string;
    readonly caDaysLeft?: number;
    /** Clusters that this one should read, without a remote secret yet. */
    readonly pendingPeers: readonly ClusterName[];
}

/** One link of the topology. */
export interface LinkStatus {
    readonly reader: ClusterName;
    readonly cluster: ClusterName;
    readonly kind: Link["kind"];
    readonly crossNetwork: boolean;
    /** As every istiod of the reader says; `pending` without a remote secret. */
    readonly state: string;
    /** ISO 8601. */
    readonly secretCreated?: string;
    readonly secretAgeDays?: number;
}

/** Puts together what was seen; pure. */
export function buildStatus(input: CheckInput): MeshStatus {
    const seen = input.mesh.clusters.filter(({ name }) =>
        input.observations.some(({ cluster }) => cluster === name),
    );
    return {
        meshId: input.mesh.meshId,
        clusters: seen.map((cluster) => clusterStatus(input, cluster)),
        links: input.links
            .filter(({ reader }) => seen.some(({ name }) => name === reader))
            .map((link) => linkStatus(input, link)),
    };
}

function clusterStatus(input: CheckInput, { name, role, network }: Cluster): ClusterStatus {
    const facts = factsOf(input, name);
    const observation = input.observations.find(({ cluster }) => cluster === name);
    const identity = {
        name,
        role: role.kind === "primary" ? "primary" : `remote of ${role.primary}`,
        network,
    };
    if (facts === undefined) {
        return {
            ...identity,
            reachable: false,
            ...(observation?.reachable === false ? { why: observation.why } : {}),
            istiod: { ready: 0, total: 0, versions: [] },
            gatewayAddresses: [],
            rootFingerprints: [],
            pendingPeers: [],
        };
    }
    const istiods = valueOf(facts.istiods) ?? [];
    const caExpires = valueOf(facts.cacerts)?.ca?.notAfter;
    return {
        ...identity,
        reachable: true,
        kubernetesVersion: facts.kubernetesVersion,
        istiod: {
            ready: istiods.filter(({ ready }) => ready).length,
            total: istiods.length,
            versions: [...new Set(istiods.flatMap(({ version }) => version ?? []))].sort(),
        },
        gatewayAddresses: valueOf(facts.gateway)?.addresses ?? [],
        rootFingerprints: rootsOf(facts),
        ...(caExpires === undefined
            ? {}
            : { caExpires, caDaysLeft: daysLeft({ notAfter: caExpires }, input.now) }),
        pendingPeers: input.links
            .filter(({ reader }) => reader === name)
            .filter((link) => secretOf(facts, link.cluster) === undefined)
            .map(({ cluster }) => cluster),
    };
}

function rootsOf(facts: ClusterFacts): readonly string[] {
    const distributed = valueOf(facts.distributedRoots)?.flatMap((root) => root.fingerprints) ?? [];
    const own = valueOf(facts.cacerts)?.roots.map(({ fingerprint }) => fingerprint) ?? [];
    return [...new Set([...own, ...distributed])].sort();
}

function secretOf(facts: ClusterFacts, cluster: ClusterName) {
    return valueOf(facts.remoteSecrets)?.find(
        ({ name, labelled }) => labelled && name === remoteSecretName(cluster),
    );
}

function linkStatus(input: CheckInput, link: Link): LinkStatus {
    const { reader, cluster, kind, crossNetwork } = link;
    const facts = factsOf(input, reader);
    const secret = facts === undefined ? undefined : secretOf(facts, cluster);
    const created = secret?.created;
    return {
        reader,
        cluster,
        kind,
        crossNetwork,
        state: facts === undefined ? "unknown" : linkState(facts, cluster, secret !== undefined),
        ...(created === undefined
            ? {}
            : {
                  secretCreated: created,
                  secretAgeDays: Math.floor(
                      (input.now.getTime() - new Date(created).getTime()) / 86_400_000,
                  ),
              }),
    };
}

function linkState(facts: ClusterFacts, cluster: ClusterName, hasSecret: boolean): string {
    const states = (valueOf(facts.istiods) ?? []).map(({ clusters }) =>
        clusters.known
            ? (clusters.value.find(({ id }) => id === cluster)?.syncStatus ?? "not read")
            : "unknown",
    );
    if (!hasSecret && states.every((state) => state === "not read")) {
        return "pending";
    }
    return [...new Set(states)].sort().join(", ") || "unknown";
}

function valueOf<T>(fact: Fact<T>): T | undefined {
    return fact.known ? fact.value : undefined;
}

/** The status for people: a table of clusters and a table of links. */
export function formatStatus(status: MeshStatus): string {
    const clusters = formatTable([
        ["CLUSTER", "ROLE", "NETWORK", "KUBERNETES", "ISTIOD", "GATEWAY", "ROOT", "CA", "PENDING"],
        ...status.clusters.map(clusterRow),
    ]);
    const links = formatTable([
        ["LINK", "KIND", "PATH", "STATE", "SECRET"],
        ...status.links.map((link) => [
            `${link.reader} -> ${link.cluster}`,
            link.kind,
            link.crossNetwork ? "gateways" : "direct",
            link.state,
            link.secretAgeDays === undefined ? "none" : `${link.secretAgeDays} days old`,
        ]),
    ]);
    const silent = status.clusters.filter(({ reachable }) => !reachable);
    return [
        `mesh ${status.meshId}`,
        "",
        ...clusters,
        ...(status.links.length === 0 ? [] : ["", ...links]),
        ...(silent.length === 0 ? [] : [""]),
        ...silent.map(({ name, why }) => `${name} did not answer: ${why ?? "not looked at"}`),
    ].join("\n");
}

function clusterRow(cluster: ClusterStatus): readonly string[] {
    const { istiod } = cluster;
    return [
        cluster.name,
        cluster.role,
        cluster.network,
        cluster.reachable ? (cluster.kubernetesVersion ?? "") : "not reached",
        istiod.total === 0
            ? "-"
            : [...istiod.versions, `${istiod.ready}/${istiod.total} ready`].join(" "),
        cluster.gatewayAddresses.join(",") || "-",
        cluster.rootFingerprints.map(shortFingerprint).join(",") || "-",
        cluster.caDaysLeft === undefined ? "-" : `${cluster.caDaysLeft} days`,
        cluster.pendingPeers.join(",") || "-",
    ];
}
