// Package rig runs Argo CD, the Atlas Operator and the plugin on a real control plane, without containers: etcd,
// kube-apiserver, the controllers that matter, real database servers. Only the kubelet is made up (kubelet.go).
package rig

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

const (
	// advertised is an address of the loopback that is not 127.0.0.1, which kube-apiserver refuses.
	advertised = "10.99.0.1"
	token      = "cluster-admin-token"
)

// Paths is where things are.
type Paths struct {
	// Root is the checkout, Bin holds what was built, State is this run's own directory, Results keeps the logs.
	Root, Bin, State, Results string
	// Generate is the plugin's binary. ArgoCD and Operator are their modules' directories.
	Generate, ArgoCD, Operator string
}

// Rig is the running whole.
type Rig struct {
	Paths
	Kube    kubernetes.Interface
	Dynamic dynamic.Interface
	Kubelet *Kubelet
	Watcher *Watcher

	mu       sync.Mutex
	programs map[string]*program
	running  map[string]*running
	say      func(string, ...any)
	stopping bool
	fallen   []string
	forgiven int
}

type program struct {
	command []string
	env     []string
}

type running struct {
	command *exec.Cmd
	done    chan struct{}
	wanted  bool
}

func (r *Rig) file(parts ...string) string {
	return filepath.Join(append([]string{r.State}, parts...)...)
}

// New prepares a rig. Nothing runs yet.
func New(p Paths, say func(string, ...any)) (*Rig, error) {
	r := &Rig{Paths: p, running: map[string]*running{}, say: say}
	for _, d := range []string{"logs", "home", "pki", "cmp", "cmp-work", "repo-work", "plugins", "opbin", "operator-data", "operator-tmp",
		"git", "db", "claims", "plugin-bin", "tmp"} {
		if err := os.MkdirAll(r.file(d), 0o700); err != nil {
			return nil, err
		}
	}
	if err := settle(r.file("hosts"), r.file("resolv.conf")); err != nil {
		return nil, err
	}
	if n := len(r.file("plugins", "argocd-atlas-plugin.sock")); n > 100 {
		return nil, fmt.Errorf("%s is %d bytes too long for a socket's path: check out at a shorter one", r.State, n-100)
	}
	if err := r.credentials(); err != nil {
		return nil, err
	}
	links := map[string]string{r.file("opbin", "atlas"): filepath.Join(r.Bin, "atlas"), r.file("plugin-bin", "generate"): r.Generate}
	for _, n := range []string{"application-controller", "repo-server", "cmp-server"} {
		links[r.file("plugin-bin", "argocd-"+n)] = filepath.Join(r.Bin, "argocd")
	}
	for link, target := range links {
		if err := os.Symlink(target, link); err != nil {
			return nil, err
		}
	}
	// Beside the repo server in Argo CD's image.
	for _, n := range []string{"git-verify-wrapper.sh", "gpg-wrapper.sh", "git-ask-pass.sh"} {
		if err := copyFile(filepath.Join(r.ArgoCD, "hack", n), r.file("plugin-bin", n), 0o700); err != nil {
			return nil, err
		}
	}
	if err := copyFile(filepath.Join(r.Root, "plugin.yaml"), r.file("cmp", "plugin.yaml"), 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(r.file("home", ".gitconfig"), []byte("[user]\n\tname = cluster\n\temail = cluster@example.com\n[safe]\n\tdirectory = *\n"), 0o600); err != nil {
		return nil, err
	}
	r.programs = r.define()
	config := &rest.Config{Host: "https://127.0.0.1:6443", BearerToken: token, TLSClientConfig: rest.TLSClientConfig{Insecure: true}, QPS: 200, Burst: 400,
		WarningHandler: rest.NoWarnings{}}
	var err error
	if r.Kube, err = kubernetes.NewForConfig(config); err != nil {
		return nil, err
	}
	if r.Dynamic, err = dynamic.NewForConfig(config); err != nil {
		return nil, err
	}
	r.Kubelet = newKubelet(r)
	r.Watcher = newWatcher(r)
	return r, nil
}

func copyFile(from, to string, mode os.FileMode) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, mode)
}

// credentials writes the key of service accounts, the administrator's token and a kubeconfig.
func (r *Rig) credentials() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(r.file("pki", "sa.key"), text, 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(r.file("pki", "tokens.csv"), []byte(token+`,admin,admin,"system:masters"`+"\n"), 0o600); err != nil {
		return err
	}
	config, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "Config", "current-context": "cluster",
		"clusters": []any{map[string]any{"name": "cluster", "cluster": map[string]any{"server": "https://127.0.0.1:6443", "insecure-skip-tls-verify": true}}},
		"users":    []any{map[string]any{"name": "admin", "user": map[string]any{"token": token}}},
		"contexts": []any{map[string]any{"name": "cluster", "context": map[string]any{"cluster": "cluster", "user": "admin"}}}})
	if err != nil {
		return err
	}
	return os.WriteFile(r.file("kubeconfig"), config, 0o600)
}

// environment is every program's.
func (r *Rig) environment(more ...string) []string {
	return append([]string{"HOME=" + r.file("home"), "KUBECONFIG=" + r.file("kubeconfig"), "LANG=C.UTF-8", "GOMAXPROCS=2", "TMPDIR=" + r.file("tmp"),
		"PATH=" + r.file("plugin-bin") + ":" + r.Bin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, more...)
}

// Names of the programs, in the order in which they are started.
var order = []string{"etcd", "kube-apiserver", "controllers", "redis", "cmp-server", "repo-server", "application-controller", "operator"}

func (r *Rig) define() map[string]*program {
	bin := func(name string) string { return filepath.Join(r.Bin, name) }
	plugin := func(name string) string { return r.file("plugin-bin", name) }
	return map[string]*program{
		"etcd": {command: []string{"etcd", "--data-dir", r.file("etcd"), "--listen-client-urls", "http://127.0.0.1:2379",
			"--advertise-client-urls", "http://127.0.0.1:2379", "--listen-peer-urls", "http://127.0.0.1:2380"}},
		"kube-apiserver": {command: []string{bin("kube-apiserver"), "--etcd-servers=http://127.0.0.1:2379", "--cert-dir=" + r.file("apiserver"),
			"--bind-address=127.0.0.1", "--secure-port=6443", "--advertise-address=" + advertised, "--endpoint-reconciler-type=none",
			"--service-cluster-ip-range=10.98.0.0/16", "--authorization-mode=RBAC", "--token-auth-file=" + r.file("pki", "tokens.csv"),
			"--service-account-issuer=https://cluster", "--service-account-key-file=" + r.file("pki", "sa.key"),
			"--service-account-signing-key-file=" + r.file("pki", "sa.key")}},
		"controllers": {command: []string{bin("controllers"), "--kubeconfig=" + r.file("kubeconfig")}},
		"redis":       {command: []string{"redis-server", "--bind", "127.0.0.1", "--port", "6379", "--save", "", "--appendonly", "no", "--dir", r.file("home")}},
		"cmp-server": {command: []string{plugin("argocd-cmp-server"), "--config-dir-path", r.file("cmp"), "--loglevel", "info"},
			env: []string{"ARGOCD_PLUGINSOCKFILEPATH=" + r.file("plugins"), "ARGOCD_CMP_WORKDIR=" + r.file("cmp-work"), "TMPDIR=" + r.file("cmp-work")}},
		"repo-server": {command: []string{plugin("argocd-repo-server"), "--redis", "127.0.0.1:6379", "--port", "8081", "--metrics-port", "8084",
			"--disable-tls", "--client-ca-path=", "--loglevel", "info"},
			env: []string{"ARGOCD_PLUGINSOCKFILEPATH=" + r.file("plugins"), "ARGOCD_ASK_PASS_SOCK=" + r.file("home", "ask-pass.sock"), "ARGOCD_GPG_ENABLED=false", "TMPDIR=" + r.file("repo-work"),
				"ARGOCD_TLS_DATA_PATH=" + r.file("home"), "ARGOCD_SSH_DATA_PATH=" + r.file("home")}},
		"application-controller": {command: []string{plugin("argocd-application-controller"), "--redis", "127.0.0.1:6379", "--repo-server", "127.0.0.1:8081",
			"--repo-server-plaintext", "--namespace", "argocd", "--kubeconfig", r.file("kubeconfig"), "--loglevel", "info"},
			env: []string{"ARGOCD_FAKE_IN_CLUSTER=true", "ARGOCD_GPG_ENABLED=false", "ARGOCD_CONTROLLER_SHARD=0", "ARGOCD_CONTROLLER_REPLICAS=1",
				// So that `status.resources` has the health, as before Argo CD 3.0 and in the guide.
				"ARGOCD_APPLICATION_CONTROLLER_PERSIST_RESOURCE_HEALTH=true"}},
		"operator": {command: []string{bin("atlas-operator"), "--health-probe-bind-address", "127.0.0.1:8181", "--metrics-bind-address", "127.0.0.1:8180"},
			env: []string{"PATH=" + r.file("opbin") + ":/usr/bin:/bin", "ATLAS_CALLS=" + r.file("logs", "atlas-calls.log"), "SKIP_VERCHECK=true",
				"DATA_DIR=" + r.file("operator-data"), "TMPDIR=" + r.file("operator-tmp")}},
	}
}

// Start starts a program that does not run.
func (r *Rig) Start(name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopping || r.running[name] != nil {
		return nil
	}
	p := r.programs[name]
	log, err := os.OpenFile(r.file("logs", name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c := exec.Command(p.command[0], p.command[1:]...)
	c.Env, c.Stdout, c.Stderr, c.Dir = r.environment(p.env...), log, log, r.file("home")
	// A Ctrl-C is for us alone: we end the programs one after the other.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		return err
	}
	run := &running{command: c, done: make(chan struct{}), wanted: true}
	r.running[name] = run
	go func() {
		err := c.Wait()
		r.mu.Lock()
		if run.wanted {
			r.say("PROGRAM %s ended by itself (%v): %s", name, err, r.file("logs", name+".log"))
			delete(r.running, name)
			if r.forgiven == 0 {
				r.fallen = append(r.fallen, name)
			} else {
				// As a kubelet does with a container that ends.
				time.AfterFunc(3*time.Second, func() {
					if err := r.Start(name); err != nil {
						r.say("PROGRAM %s does not start again: %v", name, err)
					}
				})
			}
		}
		r.mu.Unlock()
		close(run.done)
	}()
	return nil
}

// SlowPlugin makes every call of the plugin take longer; 0 ends that.
func (r *Rig) SlowPlugin(d time.Duration) error {
	link := r.file("plugin-bin", "generate")
	if err := os.Remove(link); err != nil {
		return err
	}
	if d == 0 {
		return os.Symlink(r.Generate, link)
	}
	script := fmt.Sprintf("#!/bin/sh\nsleep %.1f\nexec '%s' \"$@\"\n", d.Seconds(), r.Generate)
	return os.WriteFile(link, []byte(script), 0o700)
}

// Forgive begins or ends a time in which programs may end by themselves, because what they need is away. They are started
// again.
func (r *Rig) Forgive(begin bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if begin {
		r.forgiven++
	} else {
		r.forgiven--
	}
}

// Fallen are the programs that ended by themselves: nothing that was seen after that counts.
func (r *Rig) Fallen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.fallen...)
}

// Stop ends a program, in order or, with kill, at once.
func (r *Rig) Stop(name string, kill bool) {
	r.mu.Lock()
	run := r.running[name]
	if run != nil {
		run.wanted = false
		delete(r.running, name)
	}
	r.mu.Unlock()
	if run == nil {
		return
	}
	signal := syscall.SIGTERM
	// Asked to stop, argocd-cmp-server removes its socket and runs on.
	if kill || name == "cmp-server" {
		signal = syscall.SIGKILL
	}
	_ = run.command.Process.Signal(signal)
	select {
	case <-run.done:
	case <-time.After(10 * time.Second):
		_ = run.command.Process.Kill()
		<-run.done
	}
}

// Up starts everything and installs Argo CD, the plugin and the operator's kinds.
func (r *Rig) Up(ctx context.Context) error {
	begun := time.Now()
	for _, name := range []string{"etcd", "kube-apiserver"} {
		if err := r.Start(name); err != nil {
			return err
		}
	}
	if err := wait(ctx, 3*time.Minute, func() error {
		out, err := r.Kubectl(ctx, "", "get", "--raw", "/readyz")
		if err == nil && out != "ok" {
			err = fmt.Errorf("it says %q", out)
		}
		return err
	}); err != nil {
		return fmt.Errorf("kube-apiserver is not ready: %w", err)
	}
	r.say("kube-apiserver is ready after %.0f s", time.Since(begun).Seconds())
	if err := r.Start("controllers"); err != nil {
		return err
	}
	if err := r.install(ctx); err != nil {
		return err
	}
	if err := r.Kubelet.start(ctx); err != nil {
		return err
	}
	for _, name := range order[3:] {
		if err := r.Start(name); err != nil {
			return err
		}
	}
	if err := r.Watcher.start(ctx); err != nil {
		return err
	}
	r.say("everything runs after %.0f s", time.Since(begun).Seconds())
	return nil
}

// Down ends everything that Up and the kubelet have started.
func (r *Rig) Down() {
	r.mu.Lock()
	r.stopping = true
	r.mu.Unlock()
	r.Kubelet.stop()
	for i := len(order) - 1; i >= 0; i-- {
		r.Stop(order[i], order[i] == "etcd")
	}
}

// Kubectl runs kubectl and returns what it prints.
func (r *Rig) Kubectl(ctx context.Context, stdin string, args ...string) (string, error) {
	return r.Run(ctx, "", stdin, append([]string{filepath.Join(r.Bin, "kubectl")}, args...)...)
}

// Run runs a command inside and returns what it prints to standard output.
func (r *Rig) Run(ctx context.Context, dir, stdin string, command ...string) (string, error) {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Env, c.Dir, c.Stdin = r.environment(), dir, strings.NewReader(stdin)
	var out, errs strings.Builder
	c.Stdout, c.Stderr = &out, &errs
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Run(); err != nil {
		return out.String(), fmt.Errorf("%s: %w: %s", strings.Join(command, " "), err, strings.TrimSpace(errs.String()+out.String()))
	}
	return out.String(), nil
}

// wait repeats a test until it is passed or the time is over.
func wait(ctx context.Context, limit time.Duration, test func() error) error {
	for deadline := time.Now().Add(limit); ; {
		err := test()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
}
