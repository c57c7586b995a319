// Package shim opens the random provider, which its module keeps internal: an import path below that module may.
package shim

import (
	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// NewProvider returns the provider as upstream has it.
func NewProvider() framework.Provider {
	return provider.New()
}
