import { CERT_MANAGER_PROVIDER, KUBERNETES_PROVIDER, RANDOM_PROVIDER } from "../versions";
import { BATCHES } from "./batches";
import type { GoBatch } from "./go-build";
import { installedPlugin, kubectlOnPath, languageHostOnPath, pulumiOnPath } from "./tools-on-path";
import type { ProgramName } from "./types";

/** Where a program comes from: the distribution, or one of our Go batches unless it is here already. */
export type ProgramOrigin =
    | { readonly kind: "system" }
    | {
          readonly kind: "go";
          readonly batch: GoBatch;
          readonly present?: () => Promise<string | undefined>;
      };

const SYSTEM: ProgramOrigin = { kind: "system" };
const CLUSTERS: ProgramOrigin = { kind: "go", batch: BATCHES.clusters };

/** The origin of every program. */
export const PROGRAM_ORIGINS: Readonly<Record<ProgramName, ProgramOrigin>> = {
    etcd: SYSTEM,
    containerd: SYSTEM,
    ctr: SYSTEM,
    runc: SYSTEM,
    "containerd-shim-runc-v2": SYSTEM,
    "kube-apiserver": CLUSTERS,
    "kube-controller-manager": CLUSTERS,
    "kube-scheduler": CLUSTERS,
    kubelet: CLUSTERS,
    "kube-proxy": CLUSTERS,
    "load-balancer": CLUSTERS,
    kubectl: { kind: "go", batch: BATCHES.kubectl, present: kubectlOnPath },
    pulumi: { kind: "go", batch: BATCHES.pulumi, present: pulumiOnPath },
    "pulumi-language-nodejs": {
        kind: "go",
        batch: BATCHES.languageHost,
        present: languageHostOnPath,
    },
    "pulumi-resource-kubernetes": {
        kind: "go",
        batch: BATCHES.kubernetesProvider,
        present: () => installedPlugin("kubernetes", KUBERNETES_PROVIDER.version),
    },
    "pulumi-resource-random": {
        kind: "go",
        batch: BATCHES.randomProvider,
        present: () => installedPlugin("random", RANDOM_PROVIDER.version),
    },
    "pulumi-resource-kubernetes-cert-manager": {
        kind: "go",
        batch: BATCHES.certManagerProvider,
        present: () => installedPlugin("kubernetes-cert-manager", CERT_MANAGER_PROVIDER.version),
    },
};

/** Every program, those that a cluster needs first. */
export const PROGRAM_NAMES = Object.keys(PROGRAM_ORIGINS) as readonly ProgramName[];

/** What `pulumi` must find on PATH. */
export const ENGINE_PROGRAMS = PROGRAM_NAMES.filter((name) => name.startsWith("pulumi"));
