//go:build tools

// Package tools names the two programs that the tests build, so that go.mod keeps what they need.
package tools

import (
	_ "helm.sh/helm/v3/cmd/helm"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
