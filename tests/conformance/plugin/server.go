// Package plugin talks to the real argocd-cmp-server, with the plugin installed
// in it, through the real repo server: Argo CD's own service, which clones a Git
// repository, packs it, sends it over the unix socket with the environment, and
// reads the manifests back.
package plugin

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/cmpserver/plugin"
	"github.com/argoproj/argo-cd/v3/common"

	"argocd-atlas-plugin/conformance/internal/fixture"
)

// sidecarSecret stands for what a sidecar's environment holds and no manifest or
// message may show.
const sidecarSecret = "value-of-the-sidecar"

// server is a running argocd-cmp-server.
type server struct {
	// name is the plugin's, as an Application names it.
	name string
	// sockets is the directory that the repo server shares with the sidecar.
	sockets string
	// work is where the server unpacks what it is sent.
	work    string
	process *os.Process
	log     *log
}

// log collects what the server writes.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is what was written so far.
func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start runs the server with plugin.yaml as it is and the binary on its PATH, as
// the image has both, and nothing else in its environment.
func start(t testing.TB) *server {
	t.Helper()
	binary := fixture.Generate(t)
	config := readConfig(t)
	name := config.Metadata.Name
	if config.Spec.Version != "" {
		name += "-" + config.Spec.Version
	}

	// A unix socket's path holds at most 108 bytes, which a test's own temporary
	// directory can exceed.
	dir, err := os.MkdirTemp("", "cmp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &server{name: name, sockets: filepath.Join(dir, "plugins"), work: filepath.Join(dir, "tmp"), log: &log{}}
	bin, configDir := filepath.Join(dir, "bin"), filepath.Join(dir, "config")
	for _, d := range []string{s.sockets, s.work, bin, configDir} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(binary, filepath.Join(bin, "generate")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(fixture.PluginConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(configDir, common.PluginConfigFileName), text, 0o600); err != nil {
		t.Fatal(err)
	}

	command := exec.Command(serverBinary(t), "--config-dir-path", configDir, "--loglevel", "debug")
	command.Env = []string{
		// The rest of PATH is for a plugin binary that is a script.
		"PATH=" + bin + ":/usr/bin:/bin",
		"HOME=" + dir,
		"SIDECAR_SECRET=" + sidecarSecret,
		common.EnvPluginSockFilePath + "=" + s.sockets,
		common.EnvCMPWorkDir + "=" + s.work,
	}
	command.Stdout, command.Stderr = s.log, s.log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	s.process = command.Process
	t.Cleanup(func() {
		// Asked to stop, it removes its socket and runs on: see cmpserver.Run.
		_ = s.process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("argocd-cmp-server wrote\n%s", tail(s.log.String(), 8000))
		}
	})
	socket := filepath.Join(s.sockets, name+".sock")
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(socket); err == nil {
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("no socket %s; the server wrote\n%s", filepath.Base(socket), s.log)
		}
	}
}

// readConfig reads plugin.yaml with Argo CD's own type, strictly, and checks that
// what it starts is what the image has on its PATH.
func readConfig(t testing.TB) plugin.PluginConfig {
	t.Helper()
	path := fixture.PluginConfig(t)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var config plugin.PluginConfig
	if err := yaml.UnmarshalStrict(text, &config); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if err := plugin.ValidatePluginConfig(config); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{config.Spec.Generate.Command, config.Spec.Parameters.Dynamic.Command} {
		if len(command) > 0 && command[0] != "generate" {
			t.Fatalf("plugin.yaml runs %q, want `generate` from PATH", command)
		}
	}
	return config
}

// left waits until the server has cleaned up behind every call and returns what
// it has not.
func (s *server) left(t testing.TB) []string {
	t.Helper()
	var names []string
	for deadline := time.Now().Add(8 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		paths, err := filepath.Glob(filepath.Join(s.work, common.DefaultCMPWorkDirName, "*"))
		if err != nil {
			t.Fatal(err)
		}
		if names = paths; len(names) == 0 {
			return nil
		}
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
