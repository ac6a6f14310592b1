package main

import (
	"os"
	"path/filepath"
	"testing"

	"argocd-atlas-plugin/conformance/internal/fixture"
)

func TestTheTableIsCurrent(t *testing.T) {
	expected, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(fixture.Repository(t), "src", "spec", "atlas", "generated.rs"))
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != expected {
		t.Error("src/spec/atlas/generated.rs is stale: go run ./cmd/atlas-shapes ../../src/spec/atlas/generated.rs")
	}
}
