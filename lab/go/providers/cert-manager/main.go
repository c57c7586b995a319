// Command pulumi-resource-kubernetes-cert-manager serves the component CertManager of Pulumi's package
// kubernetes-cert-manager: cert-manager's chart as one Helm release, with the chart's values as inputs.
//
// Its own Go module is not to be had from a module proxy; the library that it is made of is.
package main

import (
	_ "embed"

	helmbase "github.com/pulumi/pulumi-go-helmbase"
	helmv3 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3"
	"github.com/pulumi/pulumi/pkg/v3/resource/provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	sdk "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
)

const (
	packageName   = "kubernetes-cert-manager"
	componentType = packageName + ":index:CertManager"
)

// The build sets this with -X.
var version = "0.0.0-dev"

// What tools see of the component; its inputs are typed in the npm package.
//
//go:embed schema.json
var schema []byte

func main() {
	if err := provider.ComponentMain(packageName, version, schema, construct); err != nil {
		cmdutil.ExitError(err.Error())
	}
}

func construct(ctx *pulumi.Context, typ, name string, inputs sdk.ConstructInputs,
	options pulumi.ResourceOption) (*sdk.ConstructResult, error) {
	return helmbase.Construct(ctx, &certManager{}, typ, name, &arguments{}, inputs, options)
}

// certManager is the component; its one output is the status of the release.
type certManager struct {
	pulumi.ResourceState
	Status helmv3.ReleaseStatusOutput `pulumi:"status"`
}

func (c *certManager) Type() string                              { return componentType }
func (c *certManager) DefaultChartName() string                  { return "cert-manager" }
func (c *certManager) DefaultRepoURL() string                    { return "https://charts.jetstack.io" }
func (c *certManager) SetOutputs(out helmv3.ReleaseStatusOutput) { c.Status = out }

// arguments are the inputs of @pulumi/kubernetes-cert-manager: top-level values of the chart, handed on
// as they are, and helmOptions, which are the release's own.
type arguments struct {
	Affinity                 pulumi.MapInput         `pulumi:"affinity"`
	CAInjector               pulumi.MapInput         `pulumi:"cainjector"`
	ClusterResourceNamespace pulumi.StringPtrInput   `pulumi:"clusterResourceNamespace"`
	ContainerSecurityContext pulumi.MapInput         `pulumi:"containerSecurityContext"`
	DeploymentAnnotations    pulumi.StringMapInput   `pulumi:"deploymentAnnotations"`
	ExtraArgs                pulumi.StringArrayInput `pulumi:"extraArgs"`
	ExtraEnv                 pulumi.ArrayInput       `pulumi:"extraEnv"`
	ExtraVolumeMounts        pulumi.ArrayInput       `pulumi:"extraVolumeMounts"`
	ExtraVolumes             pulumi.ArrayInput       `pulumi:"extraVolumes"`
	FeatureGates             pulumi.StringPtrInput   `pulumi:"featureGates"`
	Global                   pulumi.MapInput         `pulumi:"global"`
	HTTPProxy                pulumi.StringPtrInput   `pulumi:"http_proxy"`
	HTTPSProxy               pulumi.StringPtrInput   `pulumi:"https_proxy"`
	Image                    pulumi.MapInput         `pulumi:"image"`
	IngressShim              pulumi.MapInput         `pulumi:"ingressShim"`
	InstallCRDs              pulumi.BoolPtrInput     `pulumi:"installCRDs"`
	NoProxy                  pulumi.StringArrayInput `pulumi:"no_proxy"`
	NodeSelector             pulumi.MapInput         `pulumi:"nodeSelector"`
	PodAnnotations           pulumi.StringMapInput   `pulumi:"podAnnotations"`
	PodDNSConfig             pulumi.MapInput         `pulumi:"podDnsConfig"`
	PodDNSPolicy             pulumi.StringPtrInput   `pulumi:"podDnsPolicy"`
	PodLabels                pulumi.StringMapInput   `pulumi:"podLabels"`
	Prometheus               pulumi.MapInput         `pulumi:"prometheus"`
	ReplicaCount             pulumi.IntPtrInput      `pulumi:"replicaCount"`
	Resources                pulumi.MapInput         `pulumi:"resources"`
	SecurityContext          pulumi.MapInput         `pulumi:"securityContext"`
	ServiceAccount           pulumi.MapInput         `pulumi:"serviceAccount"`
	ServiceAnnotations       pulumi.StringMapInput   `pulumi:"serviceAnnotations"`
	ServiceLabels            pulumi.StringMapInput   `pulumi:"serviceLabels"`
	StartupAPICheck          pulumi.MapInput         `pulumi:"startupapicheck"`
	Strategy                 pulumi.MapInput         `pulumi:"strategy"`
	Tolerations              pulumi.ArrayInput       `pulumi:"tolerations"`
	Webhook                  pulumi.MapInput         `pulumi:"webhook"`

	HelmOptions *helmbase.ReleaseType `pulumi:"helmOptions"`
}

func (a *arguments) R() **helmbase.ReleaseType { return &a.HelmOptions }
