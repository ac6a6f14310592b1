package rig

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// install does what docs/install.md says, by its own words: the kustomization and the commands are cut out of the page, and
// only its two kinds of addresses are replaced by local ones.
func (r *Rig) install(ctx context.Context) error {
	page, err := os.ReadFile(filepath.Join(r.Root, "docs", "install.md"))
	if err != nil {
		return err
	}
	for _, f := range []string{"db.atlasgo.io_atlasschemas.yaml", "db.atlasgo.io_atlasmigrations.yaml"} {
		if _, err := r.Kubectl(ctx, "", "apply", "--server-side", "-f", filepath.Join(r.Operator, "config", "crd", "bases", f)); err != nil {
			return err
		}
	}
	if _, err := r.Kubectl(ctx, "", "create", "namespace", "argocd"); err != nil {
		return err
	}
	kustomization, err := r.kustomization(string(page))
	if err != nil {
		return err
	}
	dir := r.file("install")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := copyFile(filepath.Join(r.ArgoCD, "manifests", "install.yaml"), filepath.Join(dir, "install.yaml"), 0o600); err != nil {
		return err
	}
	// Kustomize reads nothing outside of the directory that it is given.
	if err := os.CopyFS(filepath.Join(dir, "deploy"), os.DirFS(filepath.Join(r.Root, "deploy"))); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(kustomization), 0o600); err != nil {
		return err
	}
	command, err := Command(string(page), "kubectl apply --server-side --force-conflicts -k .")
	if err != nil {
		return err
	}
	if _, err := r.Run(ctx, dir, "", "sh", "-c", command); err != nil {
		return err
	}
	// What Argo CD's server makes at its first start, which does not run here.
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	patch, err := json.Marshal(map[string]any{"stringData": map[string]any{"server.secretkey": hex.EncodeToString(key)}})
	if err != nil {
		return err
	}
	if _, err := r.Kubectl(ctx, "", "-n", "argocd", "patch", "secret", "argocd-secret", "-p", string(patch)); err != nil {
		return err
	}
	project := `{"apiVersion":"argoproj.io/v1alpha1","kind":"AppProject","metadata":{"name":"default","namespace":"argocd"},"spec":{
		"sourceRepos":["*"],"destinations":[{"namespace":"*","server":"*"}],"clusterResourceWhitelist":[{"group":"*","kind":"*"}]}}`
	if _, err = r.Kubectl(ctx, project, "apply", "-f", "-"); err != nil {
		return err
	}
	_, err = r.Kubectl(ctx, "", "create", "namespace", "atlas-operator")
	return err
}

var block = regexp.MustCompile("(?ms)^```yaml\\n(.*?)^```$")

// kustomization is the page's, with the paths of this checkout.
func (r *Rig) kustomization(page string) (string, error) {
	_, section, ok := strings.Cut(page, "\n### Kustomize\n")
	m := block.FindStringSubmatch(section)
	if !ok || m == nil || !strings.Contains(m[1], "kind: Kustomization") {
		return "", fmt.Errorf("docs/install.md: no kustomization under \"### Kustomize\"")
	}
	text := regexp.MustCompile(`https://raw\.githubusercontent\.com/argoproj/argo-cd/\S+/install\.yaml`).ReplaceAllString(m[1], "install.yaml")
	text = regexp.MustCompile(`https://github\.com/argocd-atlas-plugin/argocd-atlas-plugin//(deploy/\S+)\?ref=\S+`).ReplaceAllString(text, "$1")
	if strings.Contains(text, "https://") {
		return "", fmt.Errorf("docs/install.md: the kustomization names an address that this suite does not know:\n%s", text)
	}
	return text, nil
}

// Command is a command of a page: it has to stand there, on a line of its own in a block.
func Command(page, command string) (string, error) {
	for _, line := range strings.Split(page, "\n") {
		if line == command {
			return command, nil
		}
	}
	return "", fmt.Errorf("docs/install.md no longer has the command `%s`", command)
}
