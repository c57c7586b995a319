// Package v2 takes the place of the one file of Pulumi's Go SDK (kubernetes/yaml/v2/kinds.go) through which the
// provider pulls in the types of every kind of Kubernetes, 63 packages that are most of its compilation. Charts and
// YAML files register their objects through it; upstream's file names each kind's Go type, and neither the provider nor
// the engine looks at it: what is sent is the token and the properties, and those are the same here.
package v2

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// RegisterResource registers an object under the token that every SDK of Pulumi has for its kind.
func RegisterResource(ctx *pulumi.Context, apiVersion, kind, name string, props pulumi.Input,
	opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	group := apiVersion
	if apiVersion == "v1" {
		group = "core/v1"
	}
	resource := &pulumi.CustomResourceState{}
	err := ctx.RegisterResource(fmt.Sprintf("kubernetes:%s:%s", group, kind), name, props, resource, opts...)
	if err != nil {
		return nil, err
	}
	return resource, nil
}
