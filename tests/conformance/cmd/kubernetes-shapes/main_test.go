package main

import (
	"os"
	"path/filepath"
	"testing"

	"argocd-atlas-plugin/conformance/internal/fixture"
)

// The table is that of the pinned Kubernetes.
func TestTableIsCurrent(t *testing.T) {
	want, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(fixture.Repository(t), "src", "spec", "kubernetes", "generated.rs")
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("src/spec/kubernetes/generated.rs is stale: go run ./cmd/kubernetes-shapes ../../src/spec/kubernetes/generated.rs")
	}
}
