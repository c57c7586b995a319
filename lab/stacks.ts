import type { ChartValues } from "../components/topology/schema";
import type { ImageName } from "./toolchain/types";

/** What the stack files of the lab are made of. */
export interface LabStackArgs {
    readonly clusters: readonly string[];
    readonly kubeconfig: string;
    /** Folder with the charts. */
    readonly charts: string;
    /** Name of an image as pods give it. */
    readonly imageReference: (name: ImageName) => string;
    /** Replaces the mesh of Pulumi.yaml where the lab runs another one. */
    readonly mesh?: unknown;
}

/**
 * The stack files of the lab, by cluster: `Pulumi.<cluster>.yaml` as a user would write it for clusters that
 * take their charts from a folder and their images from their nodes.
 */
export function labStackFiles(args: LabStackArgs): ReadonlyMap<string, { config: ChartValues }> {
    const { kubeconfig, charts, mesh, imageReference } = args;
    const values = labValues(imageReference);
    return new Map(
        args.clusters.map((cluster) => [
            cluster,
            {
                config: {
                    ...(mesh === undefined ? {} : { "isthmus:mesh": mesh }),
                    "isthmus:kubeconfig": kubeconfig,
                    "isthmus:context": cluster,
                    "isthmus:charts": {
                        istio: { folder: charts },
                        certManager: `${charts}/cert-manager`,
                    },
                    "isthmus:values": values,
                },
            },
        ]),
    );
}

/** Small requests, so that two clusters fit beside each other on two cores. */
const smallRequests = { requests: { cpu: "10m", memory: "64Mi" } };

/**
 * Values for images that only the nodes have, and for an upstream Envoy, which lacks the filters of Istio's own
 * build: without them there are no `istio_requests_total` and the like.
 */
function labValues(
    imageReference: (name: ImageName) => string,
): Readonly<Record<string, ChartValues>> {
    const { hub, tag } = splitReference(imageReference("pilot"));
    return {
        istiod: {
            global: {
                hub,
                tag,
                imagePullPolicy: "IfNotPresent",
                proxy: { resources: smallRequests },
            },
            pilot: {
                autoscaleEnabled: false,
                resources: smallRequests,
                env: {
                    PILOT_ENABLE_METADATA_EXCHANGE: "false",
                    PILOT_ENABLE_ALPN_FILTER: "false",
                    PILOT_ENABLE_PEER_METADATA_DISCOVERY: "false",
                },
            },
            telemetry: { enabled: false },
            meshConfig: { defaultProviders: { metrics: [] } },
        },
        // The gateway's `image: auto` would be pulled always: its policy is fixed before the injector sees it.
        gateway: {
            imagePullPolicy: "IfNotPresent",
            autoscaling: { enabled: false },
            resources: smallRequests,
        },
        certManager: {
            image: imageValues(imageReference("cert-manager-controller")),
            cainjector: { image: imageValues(imageReference("cert-manager-cainjector")) },
            webhook: { image: imageValues(imageReference("cert-manager-webhook")) },
            // A stack that is destroyed and brought up again waits for the lease of the one before.
            global: {
                leaderElection: { leaseDuration: "15s", renewDeadline: "10s", retryPeriod: "2s" },
            },
            // Its job runs an image that the lab does not make, and Pulumi waits for cert-manager anyway.
            startupapicheck: { enabled: false },
        },
    };
}

function imageValues(reference: string): ChartValues {
    const [repository, tag] = splitTag(reference);
    return { repository, tag, pullPolicy: "IfNotPresent" };
}

function splitReference(reference: string): { readonly hub: string; readonly tag: string } {
    const [repository, tag] = splitTag(reference);
    return { hub: repository.slice(0, repository.lastIndexOf("/")), tag };
}

function splitTag(reference: string): readonly [repository: string, tag: string] {
    const colon = reference.lastIndexOf(":");
    return [reference.slice(0, colon), reference.slice(colon + 1)];
}
