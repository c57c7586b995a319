import { names } from "../../../components/topology/names";
import { cacertsFacts, fingerprintsOf } from "../certificates";
import type { KubeClient } from "../client/kube-client";
import type { CacertsFacts, DistributedRootFacts } from "../observation";

/** The certificates of Secret cacerts; its key goes no further than here. */
export async function observeCacerts(client: KubeClient): Promise<CacertsFacts | null> {
    const secret = await client.get("secrets", names.cacerts, names.istioNamespace);
    return secret === undefined
        ? null
        : cacertsFacts(
              Object.fromEntries(
                  Object.entries(secret.data ?? {}).map(([key, value]) => [
                      key,
                      key === "ca-key.pem"
                          ? value && "present"
                          : Buffer.from(value, "base64").toString("utf8"),
                  ]),
              ),
          );
}

/** The root as given out to istio-system and to the namespaces whose pods get a sidecar. */
export async function observeDistributedRoots(
    client: KubeClient,
    injectedNamespaces: readonly string[],
): Promise<readonly DistributedRootFacts[]> {
    const wanted = new Set([names.istioNamespace, ...injectedNamespaces]);
    const configMaps = await client.list("configmaps", {
        fieldSelector: `metadata.name=${names.rootCertConfigMap}`,
    });
    return configMaps
        .map(({ metadata, data }) => ({
            namespace: metadata?.namespace ?? "",
            fingerprints: fingerprintsOf(data?.["root-cert.pem"] ?? ""),
        }))
        .filter(({ namespace }) => wanted.has(namespace));
}
