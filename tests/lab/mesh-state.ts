import { kubectl } from "./lab";

/** Kinds of which something could be left behind, or be missing. */
const clusterKinds = [
    "namespaces",
    "mutatingwebhookconfigurations",
    "validatingwebhookconfigurations",
    "clusterroles",
    "clusterrolebindings",
];
const namespacedKinds = [
    "deployments",
    "services",
    "serviceaccounts",
    "configmaps",
    "secrets",
    "roles",
    "rolebindings",
    "certificates.cert-manager.io",
    "issuers.cert-manager.io",
    "gateways.networking.istio.io",
    "virtualservices.networking.istio.io",
    "peerauthentications.security.istio.io",
];

/** Names that a run does not decide. */
const passing = [
    // cert-manager names requests and their keys as it goes.
    /certificaterequest/,
    /^secret\/.*-[a-z0-9]{5}$/,
    // The probe has asked for its namespace to be deleted, and does not wait for the end of it.
    /\/isthmus-probe-/,
    // istiod gives every namespace of the cluster the root, and takes it back from none.
    /^ConfigMap\/(default|kube-[a-z-]+)\/istio-ca-(root-cert|crl)$/,
];

/** Every object of a cluster by kind and name, sorted. */
export async function objectsOf(cluster: string): Promise<readonly string[]> {
    const all = await Promise.all([
        namesOf(cluster, clusterKinds.join(",")),
        ...namespacedKinds.map((kind) => namesOf(cluster, kind, "--all-namespaces")),
    ]);
    return all
        .flat()
        .filter((name) => !passing.some((pattern) => pattern.test(name)))
        .sort();
}

async function namesOf(cluster: string, ...what: readonly string[]): Promise<readonly string[]> {
    const format =
        'jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}{"\\n"}{end}';
    try {
        const text = await kubectl(cluster, "get", ...what, "--output", format);
        return text.split("\n").filter((line) => line !== "");
    } catch (error) {
        // A kind of an operator that is not installed.
        if (String(error).includes("the server doesn't have a resource type")) {
            return [];
        }
        throw error;
    }
}
