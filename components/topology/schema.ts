import { z } from "zod";

import { defaults } from "./defaults";

const dns1123Label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const trustDomainPattern = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const versionPattern = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const ipOrHostname = /^(\[?[0-9A-Fa-f:.]+\]?|[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?)$/;

const label = (what: string) =>
    z.string().regex(dns1123Label, {
        error: `${what}: 1 to 63 of a-z, 0-9 and "-", beginning and ending with a letter or digit`,
    });

const chartValues = z
    .record(z.string(), z.unknown())
    .describe("Helm values, merged last over what the topology gives; shown in the preview.");

export const valuesSchema = z
    .strictObject({
        base: chartValues.optional(),
        istiod: chartValues.optional(),
        gateway: chartValues.optional(),
        certManager: chartValues.optional(),
    })
    .describe("Values passed through to a chart of this cluster, merged last.");

export const chartSourceSchema = z
    .union([
        z.strictObject({
            repository: z
                .url({ protocol: /^https?$/, error: "an http or https URL" })
                .describe("URL of a Helm repository."),
        }),
        z.strictObject({
            folder: z
                .string()
                .min(1)
                .describe("Folder with one folder per chart: base, istiod, gateway."),
        }),
        z.strictObject({
            oci: z
                .string()
                .regex(/^oci:\/\/.+/, { error: "oci://<registry>/<path>" })
                .describe("OCI registry path."),
        }),
    ])
    .describe("Where the charts base, istiod and gateway come from.");

const gatewayAddressSchema = z
    .discriminatedUnion("type", [
        z.strictObject({ type: z.literal("loadBalancer") }),
        z.strictObject({
            type: z.literal("nodePort"),
            nodeSelector: z
                .record(z.string(), z.string())
                .default({})
                .describe(
                    "Labels of the nodes whose addresses peers dial; empty means every node.",
                ),
            addresses: z
                .array(z.string().regex(ipOrHostname, { error: "an IP address or a host name" }))
                .default([])
                .describe(
                    "Addresses at which remotes reach istiod; needed where this primary serves remotes.",
                ),
        }),
        z.strictObject({
            type: z.literal("static"),
            addresses: z
                .array(
                    z.union([
                        z.ipv4({ error: "an IPv4 address" }),
                        z.ipv6({ error: "an IPv6 address" }),
                    ]),
                )
                .min(1)
                .describe(
                    "IP addresses that are routed to the cluster's nodes: the Service's externalIPs.",
                ),
        }),
    ])
    .describe("How peers reach this gateway.");

const gatewaySchema = z
    .strictObject({
        address: gatewayAddressSchema.default({ type: "loadBalancer" }),
        serviceAnnotations: z
            .record(z.string(), z.string())
            .default({})
            .describe(
                "Annotations of the gateway's Service, for instance to ask a cloud for a network load balancer.",
            ),
        sourceRanges: z
            .array(
                z.union([
                    z.cidrv4({ error: "a CIDR such as 10.0.0.0/8" }),
                    z.cidrv6({ error: "one such as fd00::/8" }),
                ]),
            )
            .default([])
            .describe("CIDRs that may reach the gateway; empty means all."),
        externalTrafficPolicy: z.enum(["Cluster", "Local"]).optional(),
        loadBalancerClass: z.string().min(1).optional(),
    })
    .describe(
        "The east-west gateway. Its exposed ports follow from the topology and are not configured.",
    );

const localitySchema = z
    .strictObject({
        region: z.string().min(1),
        zone: z.string().min(1).optional(),
        subzone: z.string().min(1).optional(),
    })
    .describe("Locality of the gateway's endpoints; workloads take theirs from their nodes.");

const clusterCommon = {
    network: label("a network name").describe(
        "Clusters on one network reach each other's pods directly.",
    ),
    gateway: z
        .union([z.literal(false), gatewaySchema])
        .optional()
        .describe("false: no gateway here, another cluster of the network has one."),
    locality: localitySchema.optional(),
    values: valuesSchema.default({}),
};

const clusterSchema = z.discriminatedUnion("role", [
    z.strictObject({
        role: z.literal("primary").describe("Runs its own istiod."),
        ...clusterCommon,
    }),
    z.strictObject({
        role: z.literal("remote").describe("Is served by the istiod of its primary."),
        primary: label("a cluster name").describe("The primary whose istiod serves this cluster."),
        ...clusterCommon,
    }),
]);

const trustSchema = z
    .union([
        z.strictObject({
            heldBy: label("a cluster name").describe(
                "The primary whose cert-manager holds the root of the mesh.",
            ),
        }),
        z
            .literal("provided")
            .describe("Every stack is given its cacerts in its own configuration."),
    ])
    .describe("Who holds the root CA.");

export const meshSchema = z
    .strictObject({
        meshId: label("a mesh ID").describe("global.meshID of every cluster."),
        trustDomain: z
            .string()
            .regex(trustDomainPattern, { error: "a DNS name such as cluster.local" })
            .default(defaults.trustDomain)
            .describe("SPIFFE trust domain of every cluster."),
        trust: trustSchema,
        istio: z
            .strictObject({
                version: z
                    .string()
                    .regex(versionPattern, { error: "a version such as 1.31.0" })
                    .default(defaults.istioVersion),
                charts: chartSourceSchema.default({ repository: defaults.istioRepository }),
            })
            .prefault({}),
        certManager: z
            .strictObject({
                version: z.string().min(1).default(defaults.certManagerVersion),
                chart: z
                    .string()
                    .min(1)
                    .optional()
                    .describe(
                        "A folder or an oci:// reference instead of the chart of the official repository.",
                    ),
            })
            .prefault({}),
        clusters: z
            .record(label("a cluster name"), clusterSchema)
            .refine((clusters) => Object.keys(clusters).length > 0, {
                error: "at least one cluster",
            })
            .describe("The clusters by name; a stack has the name of its cluster."),
    })
    .describe("One mesh over all clusters.");

/** The mesh as written, with defaults filled in. */
export type MeshValue = z.output<typeof meshSchema>;
/** The mesh as a user writes it. */
export type MeshInput = z.input<typeof meshSchema>;
export type ClusterValue = z.output<typeof clusterSchema>;
export type GatewayValue = z.output<typeof gatewaySchema>;
export type GatewayAddress = z.output<typeof gatewayAddressSchema>;
export type ChartSource = z.output<typeof chartSourceSchema>;
export type Locality = z.output<typeof localitySchema>;
export type ChartValues = Readonly<Record<string, unknown>>;
export type ValuesByChart = z.output<typeof valuesSchema>;
