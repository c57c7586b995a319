//go:build programs

// Package programs names what the lab builds from this module, so that go.mod and go.sum lock all of it.
package programs

import (
	_ "github.com/cert-manager/cert-manager/cmd/cainjector"
	_ "github.com/cert-manager/cert-manager/cmd/controller"
	_ "github.com/cert-manager/cert-manager/cmd/webhook"
)
