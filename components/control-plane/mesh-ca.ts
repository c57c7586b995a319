import * as k8s from "@pulumi/kubernetes";
import { CertManager } from "@pulumi/kubernetes-cert-manager";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { MeshComponent } from "../mesh-component";
import type { Intermediate } from "../topology/contract";
import { defaults } from "../topology/defaults";
import type { ClusterName } from "../topology/model";
import { intermediateName, names } from "../topology/names";
import type { ChartValues } from "../topology/schema";
import { splitCertManagerValues } from "./cert-manager-values";
import { intermediateSpec, rootSpec } from "./certificates";

/** Arguments of {@link MeshCa}. */
export interface MeshCaArgs {
    /** Clusters that run an istiod; each gets an intermediate. A remote has no use for a CA key. */
    readonly primaries: readonly ClusterName[];
    /** cert-manager's chart: its version, or a folder or OCI reference instead of the official repository. */
    readonly chart: { readonly version: string; readonly chart?: string };
    /** Helm values of cert-manager, merged last. */
    readonly values: ChartValues;
}

/** The root of the mesh, kept by this cluster's cert-manager, and one intermediate CA per primary. */
export class MeshCa extends MeshComponent {
    /** Secret: what each primary's `cacerts` is made of, by cluster. */
    readonly intermediates: Readonly<Record<string, pulumi.Output<Intermediate>>>;

    constructor(name: string, args: MeshCaArgs, opts?: pulumi.ComponentResourceOptions) {
        super("MeshCa", name, opts);
        const certManager = this.createCertManager(name, args);
        const trust = new k8s.core.v1.Namespace(
            `${name}-namespace`,
            { metadata: { name: names.trustNamespace } },
            { parent: this },
        );
        const issuer = this.createRoot(name, [trust, ...this.awaitWebhooks(name, certManager)]);
        this.intermediates = Object.fromEntries(
            args.primaries.map((cluster) => [
                cluster,
                this.createIntermediate(`${name}-${cluster}`, cluster, issuer),
            ]),
        );
        this.registerOutputs({ intermediates: this.intermediates });
    }

    private createCertManager(name: string, args: MeshCaArgs): pulumi.Resource {
        const { chart } = args;
        const { componentArgs, values } = splitCertManagerValues(args.values);
        const namespace = new k8s.core.v1.Namespace(
            `${name}-cert-manager-namespace`,
            { metadata: { name: names.certManagerNamespace } },
            { parent: this },
        );
        return new CertManager(
            `${name}-cert-manager`,
            {
                installCRDs: true,
                ...componentArgs,
                helmOptions: {
                    // A fixed release name, since the names of cert-manager's objects follow from it.
                    name: "cert-manager",
                    namespace: namespace.metadata.name,
                    values,
                    ...(chart.chart === undefined
                        ? {
                              chart: "cert-manager",
                              version: chart.version,
                              repositoryOpts: { repo: defaults.certManagerRepository },
                          }
                        : // Without the empty repository the component would look in the official one.
                          { chart: chart.chart, repositoryOpts: { repo: "" } }),
                },
            },
            { parent: this },
        );
    }

    /**
     * Waits until cert-manager's webhooks can be called: its cainjector gives them their CA some time after all pods
     * are ready, up to a minute where an earlier one still holds the lease.
     */
    private awaitWebhooks(name: string, certManager: pulumi.Resource): pulumi.Resource[] {
        const patch = {
            metadata: {
                name: "cert-manager-webhook",
                annotations: {
                    "pulumi.com/waitFor": "jsonpath={.webhooks[0].clientConfig.caBundle}",
                },
            },
        };
        const opts = { parent: this, dependsOn: [certManager] };
        const { MutatingWebhookConfigurationPatch, ValidatingWebhookConfigurationPatch } =
            k8s.admissionregistration.v1;
        return [
            new MutatingWebhookConfigurationPatch(`${name}-mutating-webhook`, patch, opts),
            new ValidatingWebhookConfigurationPatch(`${name}-validating-webhook`, patch, opts),
        ];
    }

    private createRoot(name: string, dependsOn: pulumi.Resource[]): pulumi.Resource {
        const selfSigned = this.createIssuer(
            `${name}-self-signed`,
            "self-signed",
            { selfSigned: {} },
            dependsOn,
        );
        // Two roots of one name, after a mesh was made anew, would be taken for each other by what checks a chain.
        const id = new random.RandomId(`${name}-root-id`, { byteLength: 4 }, { parent: this });
        const root = this.createCertificate(
            `${name}-root`,
            rootName,
            rootSpec(rootName, pulumi.interpolate`Root CA ${id.hex}`),
            selfSigned,
        );
        return this.createIssuer(`${name}-issuer`, rootName, { ca: { secretName: rootName } }, [
            root,
        ]);
    }

    private createIntermediate(
        name: string,
        cluster: ClusterName,
        issuer: pulumi.Resource,
    ): pulumi.Output<Intermediate> {
        const secretName = intermediateName(cluster);
        const certificate = this.createCertificate(
            name,
            secretName,
            intermediateSpec(cluster, rootName),
            issuer,
        );
        const secret = k8s.core.v1.Secret.get(
            `${name}-secret`,
            // Through the certificate's id, so that a preview before it exists does not look for its secret.
            certificate.id.apply(() => `${names.trustNamespace}/${secretName}`),
            { parent: this },
        );
        return pulumi.secret(
            secret.data.apply((data) => ({
                certificate: decode(data["tls.crt"]),
                key: decode(data["tls.key"]),
                root: decode(data["ca.crt"]),
            })),
        );
    }

    private createIssuer(
        name: string,
        metadataName: string,
        spec: Record<string, pulumi.Input<unknown>>,
        dependsOn: pulumi.Resource[],
    ): pulumi.Resource {
        return this.createObject(name, "Issuer", metadataName, spec, dependsOn);
    }

    private createCertificate(
        name: string,
        metadataName: string,
        spec: Record<string, pulumi.Input<unknown>>,
        issuer: pulumi.Resource,
    ): k8s.apiextensions.CustomResource {
        return this.createObject(name, "Certificate", metadataName, spec, [issuer]);
    }

    private createObject(
        name: string,
        kind: "Issuer" | "Certificate",
        metadataName: string,
        spec: Record<string, pulumi.Input<unknown>>,
        dependsOn: pulumi.Resource[],
    ): k8s.apiextensions.CustomResource {
        return new k8s.apiextensions.CustomResource(
            name,
            {
                apiVersion: "cert-manager.io/v1",
                kind,
                metadata: {
                    name: metadataName,
                    namespace: names.trustNamespace,
                    annotations: { "pulumi.com/waitFor": "condition=Ready" },
                },
                spec,
            },
            { parent: this, dependsOn },
        );
    }
}

const rootName = "mesh-root";

function decode(base64: string | undefined): string {
    return Buffer.from(base64 ?? "", "base64").toString("utf8");
}
