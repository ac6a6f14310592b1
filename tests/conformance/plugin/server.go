// Package plugin talks to the real argocd-cmp-server, with the plugin installed
// in it, through the real repo server: Argo CD's own service, which clones a Git
// repository, packs it, sends it over the unix socket with the environment, and
// reads the manifests back.
package plugin

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"argocd-atlas-plugin/conformance/internal/cmpserver"
	"argocd-atlas-plugin/conformance/internal/fixture"
)

// sidecarSecret stands for what a sidecar's environment holds and no manifest or
// message may show.
const sidecarSecret = "value-of-the-sidecar"

// start runs the server until the test is over.
func start(t testing.TB) *cmpserver.Server {
	t.Helper()
	s, err := cmpserver.Start(cmpserver.Options{
		Binary:   serverBinary(t),
		Generate: fixture.Generate(t),
		Config:   fixture.PluginConfig(t),
		Env:      []string{"SIDECAR_SECRET=" + sidecarSecret},
		LogLevel: "debug",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Logf("argocd-cmp-server wrote\n%s", tail(s.Log(), 8000))
		}
	})
	return s
}

// left is what the server has not cleaned up behind its calls.
func left(t testing.TB, s *cmpserver.Server) []string {
	t.Helper()
	names, err := s.Left()
	if err != nil {
		t.Fatal(err)
	}
	return names
}

var built struct {
	once sync.Once
	path string
	err  error
}

// serverBinary is the server built from cmd/argocd-cmp-server. `run` builds it
// once and sets ARGOCD_CMP_SERVER; without that it is built here.
func serverBinary(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("ARGOCD_CMP_SERVER"); path != "" {
		return path
	}
	built.once.Do(func() {
		dir, err := os.MkdirTemp("", "cmp-server")
		if err != nil {
			built.err = err
			return
		}
		built.path = filepath.Join(dir, "argocd-cmp-server")
		out, err := exec.Command("go", "build", "-o", built.path, "argocd-atlas-plugin/conformance/cmd/argocd-cmp-server").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

func tail(text string, n int) string {
	if len(text) > n {
		return "..." + text[len(text)-n:]
	}
	return text
}
