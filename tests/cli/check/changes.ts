import { type CheckInput, runChecks } from "../../../cli/check/checks";
import { type ClusterFacts, type IstiodFacts, known } from "../../../cli/check/observation";
import { havingIstiod } from "./observations";

export const peer = "cluster1 -> cluster2";
export const secretEntry = {
    key: "cluster2",
    clusterName: "cluster2",
    server: "https://10.0.0.2:6443",
};

export function havingSync(syncStatus: string) {
    return havingIstiod({
        clusters: known([
            ownCluster("cluster1"),
            { id: "cluster2", secretName: "istio-system/b", syncStatus },
        ]),
    });
}

export function addingIstiod(pod: string, change: Partial<IstiodFacts>) {
    return (facts: ClusterFacts): ClusterFacts => {
        const istiods = facts.istiods.known ? facts.istiods.value : [];
        return {
            ...facts,
            istiods: known([
                ...istiods,
                ...istiods.map((istiod) => ({ ...istiod, ...change, pod })),
            ]),
        };
    };
}

export function ownCluster(id: string) {
    return { id, secretName: "", syncStatus: "synced" };
}

export function addingSecret(name: string, cluster: string) {
    return (facts: ClusterFacts): ClusterFacts => ({
        ...facts,
        remoteSecrets: known([
            ...(facts.remoteSecrets.known ? facts.remoteSecrets.value : []),
            {
                name,
                labelled: true,
                created: "2029-01-01T00:00:00Z",
                entries: [{ key: cluster, clusterName: cluster, server: "https://10.0.0.9" }],
            },
        ]),
    });
}

export function havingCacerts(change: object) {
    return (facts: ClusterFacts): ClusterFacts => ({
        ...facts,
        cacerts:
            facts.cacerts.known && facts.cacerts.value !== null
                ? known({ ...facts.cacerts.value, ...change })
                : facts.cacerts,
    });
}

export function havingCa(notAfter: string) {
    return havingCacerts({ ca: { fingerprint: "01:02", subject: "CN=intermediate", notAfter } });
}

export function failuresOf(input: CheckInput) {
    return runChecks(input).filter(({ status }) => status === "failed");
}
