// Command pulumi-resource-kubernetes serves Pulumi's Kubernetes provider as its own module has it.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

// The build copies both files here from the provider's module, with the version set in the schema.
var (
	//go:embed schema.json
	schema []byte
	//go:embed terraform-mapping.json
	terraformMapping []byte
)

func main() {
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}
