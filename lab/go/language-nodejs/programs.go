//go:build programs

// Package programs names what the lab builds from this module, so that go.mod and go.sum lock all of it.
package programs

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
