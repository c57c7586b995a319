import type { CertManagerArgs } from "@pulumi/kubernetes-cert-manager";

import type { ChartValues } from "../topology/schema";

/** Values of the chart that the component has as arguments of its own. */
const componentArguments = new Set<string>([
    "affinity",
    "cainjector",
    "clusterResourceNamespace",
    "containerSecurityContext",
    "deploymentAnnotations",
    "extraArgs",
    "extraEnv",
    "extraVolumeMounts",
    "extraVolumes",
    "featureGates",
    "global",
    "http_proxy",
    "https_proxy",
    "image",
    "ingressShim",
    "installCRDs",
    "no_proxy",
    "nodeSelector",
    "podAnnotations",
    "podDnsConfig",
    "podDnsPolicy",
    "podLabels",
    "prometheus",
    "replicaCount",
    "resources",
    "securityContext",
    "serviceAccount",
    "serviceAnnotations",
    "serviceLabels",
    "startupapicheck",
    "strategy",
    "tolerations",
    "webhook",
] satisfies (keyof CertManagerArgs)[]);

/**
 * Parts the chart's values between the component's own arguments and its `helmOptions.values`: what it has an
 * argument for it sets itself, to nothing when the argument is absent, over the same key of the latter
 * (pulumi-go-helmbase, InitDefaults).
 */
export function splitCertManagerValues(values: ChartValues): {
    readonly componentArgs: CertManagerArgs;
    readonly values: ChartValues;
} {
    const entries = Object.entries(values);
    return {
        componentArgs: Object.fromEntries(entries.filter(([key]) => componentArguments.has(key))),
        values: Object.fromEntries(entries.filter(([key]) => !componentArguments.has(key))),
    };
}
