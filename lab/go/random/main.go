// Command pulumi-resource-random serves Pulumi's random provider: HashiCorp's, over Pulumi's bridge.
package main

import (
	"context"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
	bridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/terraform-providers/terraform-provider-random/shim"
)

// The build sets this with -X.
var version = "0.0.0-dev"

func main() {
	ctx := context.Background()
	info := bridge.ProviderInfo{
		P:           tfbridge.ShimProviderWithContext(ctx, shim.NewProvider()),
		Name:        "random",
		DisplayName: "Random",
		Publisher:   "Pulumi",
		License:     "Apache-2.0",
		Homepage:    "https://pulumi.io",
		Repository:  "https://github.com/pulumi/pulumi-random",
		Version:     version,
		// Nothing was renamed over time, so there is no history to keep between builds.
		MetadataInfo: &bridge.MetadataInfo{Data: bridge.ProviderMetadata(nil)},
	}
	// An empty prefix keeps the words of the type: random_password becomes RandomPassword.
	info.MustComputeTokens(tokens.SingleModule("", "index", tokens.MakeStandard("random")))
	tfbridge.Main(ctx, "random", info, tfbridge.ProviderMetadata{
		// Only tools ask for the schema, never an update, so it is made when it is asked for.
		XGetSchema: func(ctx context.Context, _ plugin.GetSchemaRequest) ([]byte, error) {
			made, err := tfgen.GenerateSchema(ctx, tfgen.GenerateSchemaOptions{ProviderInfo: info, XInMemoryDocs: true})
			if err != nil {
				return nil, err
			}
			return made.ProviderMetadata.PackageSchema, nil
		},
	})
}
