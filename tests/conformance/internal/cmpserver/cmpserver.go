// Package cmpserver runs the real argocd-cmp-server with the plugin installed in
// it, as the sidecar does.
package cmpserver

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"github.com/argoproj/argo-cd/v3/cmpserver/plugin"
	"github.com/argoproj/argo-cd/v3/common"
)

// Options say what is started.
type Options struct {
	// Binary is the server's.
	Binary string
	// Generate is the plugin's binary.
	Generate string
	// Config is the path of plugin.yaml.
	Config string
	// Env is added to the server's environment, which is otherwise all but empty.
	Env []string
	// LogLevel is the server's `--loglevel`.
	LogLevel string
}

// Server is a running argocd-cmp-server.
type Server struct {
	// Name is the plugin's, as an Application names it.
	Name string
	// Sockets is the directory that the repo server shares with the sidecar.
	Sockets string

	dir     string
	command *exec.Cmd
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

// Start runs the server with plugin.yaml as it is and the binary on its PATH, as
// the image has both, and waits for its socket.
func Start(o Options) (*Server, error) {
	config, err := readConfig(o.Config)
	if err != nil {
		return nil, err
	}
	// A unix socket's path holds at most 108 bytes, which a test's own temporary
	// directory can exceed.
	dir, err := os.MkdirTemp("", "cmp")
	if err != nil {
		return nil, err
	}
	s := &Server{Name: config.Metadata.Name, Sockets: filepath.Join(dir, "plugins"), dir: dir, log: &log{}}
	if config.Spec.Version != "" {
		s.Name += "-" + config.Spec.Version
	}
	if err := s.start(o); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(o Options) error {
	bin, configDir, work := filepath.Join(s.dir, "bin"), filepath.Join(s.dir, "config"), filepath.Join(s.dir, "tmp")
	for _, d := range []string{s.Sockets, work, bin, configDir} {
		if err := os.Mkdir(d, 0o700); err != nil {
			return err
		}
	}
	if err := os.Symlink(o.Generate, filepath.Join(bin, "generate")); err != nil {
		return err
	}
	text, err := os.ReadFile(o.Config)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(configDir, common.PluginConfigFileName), text, 0o600); err != nil {
		return err
	}

	command := exec.Command(o.Binary, "--config-dir-path", configDir, "--loglevel", o.LogLevel)
	command.Env = append([]string{
		// The rest of PATH is for a plugin binary that is a script.
		"PATH=" + bin + ":/usr/bin:/bin",
		"HOME=" + s.dir,
		common.EnvPluginSockFilePath + "=" + s.Sockets,
		common.EnvCMPWorkDir + "=" + work,
	}, o.Env...)
	command.Stdout, command.Stderr = s.log, s.log
	if err := command.Start(); err != nil {
		return err
	}
	s.command = command
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(s.socket()); err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("no socket %s; the server wrote\n%s", filepath.Base(s.socket()), s.Log())
		}
	}
}

// Stop ends the server and removes what it left.
func (s *Server) Stop() {
	if s.command != nil {
		// Asked to stop, it removes its socket and runs on: see cmpserver.Run.
		_ = s.command.Process.Kill()
		_ = s.command.Wait()
	}
	_ = os.RemoveAll(s.dir)
}

// Log is what the server wrote so far.
func (s *Server) Log() string {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.log.text.String()
}

// PID is the server's process.
func (s *Server) PID() int {
	return s.command.Process.Pid
}

// Connect opens a connection of its own, as the repo server does for each call.
func (s *Server) Connect() (io.Closer, apiclient.ConfigManagementPluginServiceClient, error) {
	return apiclient.NewConfigManagementPluginClientSet(s.socket()).NewConfigManagementPluginClient()
}

// Left waits until the server has cleaned up behind every call and returns what
// it has not.
func (s *Server) Left() ([]string, error) {
	var names []string
	for deadline := time.Now().Add(8 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		paths, err := filepath.Glob(filepath.Join(s.dir, "tmp", common.DefaultCMPWorkDirName, "*"))
		if err != nil {
			return nil, err
		}
		if names = paths; len(names) == 0 {
			return nil, nil
		}
	}
	return names, nil
}

func (s *Server) socket() string {
	return filepath.Join(s.Sockets, s.Name+".sock")
}

// readConfig reads plugin.yaml with Argo CD's own type, strictly, and checks that
// what it starts is what the image has on its PATH.
func readConfig(path string) (plugin.PluginConfig, error) {
	var config plugin.PluginConfig
	text, err := os.ReadFile(path)
	if err != nil {
		return config, err
	}
	if err := yaml.UnmarshalStrict(text, &config); err != nil {
		return config, fmt.Errorf("%s: %w", path, err)
	}
	if err := plugin.ValidatePluginConfig(config); err != nil {
		return config, fmt.Errorf("%s: %w", path, err)
	}
	for _, command := range [][]string{config.Spec.Generate.Command, config.Spec.Parameters.Dynamic.Command} {
		if len(command) > 0 && command[0] != "generate" {
			return config, fmt.Errorf("plugin.yaml runs %q, want `generate` from PATH", command)
		}
	}
	return config, nil
}
