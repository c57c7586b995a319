import { readFile } from "node:fs/promises";
import { join } from "node:path";

import {
    CERT_MANAGER,
    CERT_MANAGER_PROVIDER,
    ISTIO,
    KUBERNETES,
    KUBERNETES_PROVIDER,
    PULUMI,
    RANDOM_PROVIDER,
} from "../versions";
import { goModuleFolder, type GoBatch } from "./go-build";
import type { PatchedModule } from "./go-overlay";

const KUBERNETES_COMMANDS = "k8s.io/kubernetes/cmd";

/** Without these `kubectl version` and Helm cannot read the server's version. */
const KUBERNETES_VARIABLES = {
    "k8s.io/component-base/version.gitVersion": `v${KUBERNETES.version}`,
    "k8s.io/component-base/version.gitMajor": KUBERNETES.major,
    "k8s.io/component-base/version.gitMinor": KUBERNETES.minor,
} as const;

const PULUMI_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * Pulumi's Go SDK for Kubernetes without the Go types of every kind. Compiling them took most of the
 * provider's time and nearly half of the program's size, and nothing in either plugin looks at them: see
 * lab/go/providers/untyped. The typed Chart of helm/v3 draws them in too, and no plugin serves it.
 */
const LIGHT_SDK: PatchedModule = {
    module: KUBERNETES_PROVIDER.sdkModule,
    files: {
        "go/kubernetes/yaml/v2/kinds.go": "untyped/kinds.go",
        "go/kubernetes/helm/v3/chart.go": null,
        "go/kubernetes/helm/v3/chartPulumiTypes.go": null,
    },
};

/**
 * What is compiled together, in the order in which the lab can use it: the clusters, the Pulumi engine,
 * then what runs in pods.
 */
export const BATCHES = {
    clusters: {
        name: "kubernetes",
        module: "kubernetes",
        programs: {
            "kube-apiserver": `${KUBERNETES_COMMANDS}/kube-apiserver`,
            "kube-controller-manager": `${KUBERNETES_COMMANDS}/kube-controller-manager`,
            "kube-scheduler": `${KUBERNETES_COMMANDS}/kube-scheduler`,
            kubelet: `${KUBERNETES_COMMANDS}/kubelet`,
            "kube-proxy": `${KUBERNETES_COMMANDS}/kube-proxy`,
            pause: "./pause",
            coredns: "./coredns",
            "load-balancer": "./load-balancer",
        },
        variables: KUBERNETES_VARIABLES,
        order: 1,
    },
    kubectl: {
        name: "kubectl",
        module: "kubernetes",
        programs: { kubectl: `${KUBERNETES_COMMANDS}/kubectl` },
        variables: KUBERNETES_VARIABLES,
        order: 2,
    },
    pulumi: {
        name: "pulumi",
        module: "pulumi",
        programs: { pulumi: `${PULUMI.module}/cmd/pulumi` },
        variables: { [PULUMI_VERSION_VARIABLE]: `v${PULUMI.version}` },
        order: 3,
    },
    languageHost: {
        name: "pulumi-language-nodejs",
        module: "language-nodejs",
        programs: {
            "pulumi-language-nodejs": `${PULUMI.languageHostModule}/nodejs/cmd/pulumi-language-nodejs`,
        },
        variables: { [PULUMI_VERSION_VARIABLE]: `v${PULUMI.languageHostVersion}` },
        order: 3,
    },
    randomProvider: {
        name: "pulumi-resource-random",
        module: "random",
        programs: { "pulumi-resource-random": "." },
        variables: { "main.version": RANDOM_PROVIDER.version },
        order: 4,
    },
    kubernetesProvider: {
        name: "pulumi-resource-kubernetes",
        module: "providers",
        programs: { "pulumi-resource-kubernetes": "./kubernetes" },
        variables: {
            [`${KUBERNETES_PROVIDER.module}/pkg/version.Version`]: KUBERNETES_PROVIDER.version,
        },
        generated: kubernetesProviderFiles,
        patched: LIGHT_SDK,
        order: 5,
    },
    certManagerProvider: {
        name: "pulumi-resource-kubernetes-cert-manager",
        module: "providers",
        programs: { "pulumi-resource-kubernetes-cert-manager": "./cert-manager" },
        variables: { "main.version": CERT_MANAGER_PROVIDER.version },
        patched: LIGHT_SDK,
        order: 6,
    },
    istio: {
        name: "istio",
        module: "kubernetes",
        programs: {
            "pilot-discovery": `${ISTIO.module}/pilot/cmd/pilot-discovery`,
            "pilot-agent": `${ISTIO.module}/pilot/cmd/pilot-agent`,
            agnhost: "k8s.io/kubernetes/test/images/agnhost",
            wget: "./wget",
        },
        variables: {
            [`${ISTIO.module}/pkg/version.buildVersion`]: ISTIO.version,
            [`${ISTIO.module}/pkg/version.buildTag`]: ISTIO.version,
            [`${ISTIO.module}/pkg/version.buildStatus`]: "Clean",
        },
        order: 7,
    },
    certManager: {
        name: "cert-manager",
        module: "cert-manager",
        programs: {
            controller: `${CERT_MANAGER.module}/cmd/controller`,
            cainjector: `${CERT_MANAGER.module}/cmd/cainjector`,
            webhook: `${CERT_MANAGER.module}/cmd/webhook`,
        },
        variables: {
            [`${CERT_MANAGER.module}/pkg/util.AppVersion`]: `v${CERT_MANAGER.version}`,
        },
        order: 8,
    },
} as const satisfies Readonly<Record<string, GoBatch>>;

/** The files that the provider's program embeds: its own module's, with the released version set. */
async function kubernetesProviderFiles(): Promise<Readonly<Record<string, string>>> {
    const folder = join(
        await goModuleFolder("providers", KUBERNETES_PROVIDER.module),
        "cmd/pulumi-resource-kubernetes",
    );
    const schema = JSON.parse(await readFile(join(folder, "schema.json"), "utf8")) as object;
    const mapping = await readFile(join(folder, "terraform-mapping.json"), "utf8");
    return {
        "kubernetes/schema.json": JSON.stringify({
            ...schema,
            version: KUBERNETES_PROVIDER.version,
        }),
        "kubernetes/terraform-mapping.json": mapping,
    };
}
