package syncing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/hook"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"argocd-atlas-plugin/conformance/internal/fixture"
)

// absent is an annotation that is not there.
const absent = "absent"

// ownWords and helmWords are what the two annotations that make a hook may hold:
// every word that Argo CD or Helm knows, others, and some of them together.
var (
	ownWords = []string{
		absent, "", "PreSync", "Sync", "PostSync", "SyncFail", "Skip", "PreDelete", "PostDelete", "Other", "presync",
		"PreSync,Sync", "PostSync,SyncFail", "Skip,PreSync", "Skip,Other", "Sync,Other", "Sync,PostDelete", " Sync ", ",Sync,", "Sync;PostSync", "Sync\n",
	}
	helmWords = []string{
		absent, "", "pre-install", "pre-upgrade", "post-install", "post-upgrade", "crd-install", "test", "test-success", "test-failure", "pre-delete",
		"post-delete", "pre-rollback", "post-rollback", "other", "Crd-Install", " crd-install", "crd-install,crd-install", "pre-install,crd-install",
		"crd-install,post-install", "pre-install,post-install", "post-install,post-delete", "test,pre-upgrade", "Sync",
	}
)

// TestHooks has the binary print a definition, a namespace, a Job and a ConfigMap
// with every pair of these annotations, beside what needs them earlier. Argo CD's
// `hook` package says which are in the waves, and its engine in which order all
// are applied.
func TestHooks(t *testing.T) {
	t.Parallel()
	binary := fixture.Generate(t)
	seen := map[string]int{}
	number := 0
	for _, own := range ownWords {
		for _, helm := range helmWords {
			number++
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "a.yaml"), hooked(own, helm, number), 0o600); err != nil {
				t.Fatal(err)
			}
			role, err := checkHooks(t, binary, dir)
			if err != nil {
				t.Errorf("hook %q, Helm's %q: %v", own, helm, err)
			}
			seen[role]++
		}
	}
	// The table has some of each kind.
	for _, role := range []string{"resource", "hook in the waves", "hook of other phases", "never applied"} {
		if seen[role] < 2 {
			t.Errorf("%d pairs are a %s", seen[role], role)
		}
	}
}

// checkHooks compares a run of the binary with Argo CD, and returns what the
// annotated objects are to it.
func checkHooks(t *testing.T, binary, dir string) (string, error) {
	t.Helper()
	documents, err := fixture.Documents(generate(t, binary, "manifests", "--namespace", "shop", dir))
	if err != nil {
		return "", err
	}
	objects := fixture.Objects(documents)
	var said struct {
		Hooks []struct{ Name string }
		Waves []struct {
			Units []struct{ Name string }
		}
	}
	if err := json.Unmarshal(generate(t, binary, "waves", "--format", "json", "--namespace", "shop", dir), &said); err != nil {
		return "", err
	}
	var inWaves []string
	for _, wave := range said.Waves {
		for _, unit := range wave.Units {
			inWaves = append(inWaves, unit.Name)
		}
	}
	result := ""
	for _, object := range objects {
		if !strings.HasPrefix(object.GetName(), "hooked") {
			continue
		}
		result = role(object)
		want := result == "resource" || result == "hook in the waves"
		if got := slices.Contains(inWaves, object.GetKind()+"/"+object.GetName()); got != want {
			return result, fmt.Errorf("%s is a %s, and in the waves: %v", object.GetKind(), result, got)
		}
	}
	if result == "" {
		return result, fmt.Errorf("nothing annotated in %d objects", len(objects))
	}
	return result, compare(t, objects, "shop")
}

// role is what an object is to Argo CD.
func role(object *unstructured.Unstructured) string {
	types := hook.Types(object)
	switch {
	case hook.Skip(object) || hook.IsHook(object) && len(types) == 0:
		return "never applied"
	case !hook.IsHook(object):
		return "resource"
	case slices.Contains(types, common.HookTypeSync):
		return "hook in the waves"
	default:
		return "hook of other phases"
	}
}

func generate(t *testing.T, binary string, arguments ...string) []byte {
	t.Helper()
	command := exec.Command(binary, arguments...)
	command.Env = []string{}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", arguments, err, stderr.String())
	}
	return output
}

// hooked is a project around objects with the two annotations. The number varies
// the waves, and who needs what.
func hooked(own, helm string, number int) []byte {
	annotations := []string{}
	for key, value := range map[string]string{"argocd.argoproj.io/hook": own, "helm.sh/hook": helm} {
		if value != absent {
			annotations = append(annotations, fmt.Sprintf("%s: %q", key, value))
		}
	}
	if weights := []string{"", "-5", "3", "+1", "x", "0x1"}; weights[number%6] != "" {
		annotations = append(annotations, fmt.Sprintf("helm.sh/hook-weight: %q", weights[number%6]))
	}
	if number%4 == 0 {
		annotations = append(annotations, fmt.Sprintf(`argocd.argoproj.io/sync-wave: "%d"`, number%9-4))
	}
	marked := strings.Join(annotations, ", ")
	var b strings.Builder
	object := func(version, kind, name, rest, annotations string) {
		fmt.Fprintf(&b, "---\napiVersion: %s\nkind: %s\nmetadata: {name: %s%s, annotations: {%s}}\n", version, kind, name, rest, annotations)
	}
	wave := func(wave int) string { return fmt.Sprintf(`argocd.argoproj.io/sync-wave: "%d"`, wave) }
	object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "hooked.example.org", "", marked)
	b.WriteString("spec: {group: example.org, names: {kind: Shop, plural: hooked}, scope: Namespaced, versions: [{name: v1, served: true, storage: true}]}\n")
	object("v1", "Namespace", "hooked", "", marked)
	object("v1", "ConfigMap", "hooked-map", []string{"", ", namespace: hooked"}[number%2], marked)
	object("batch/v1", "Job", "hooked-job", "", marked)
	b.WriteString("spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}\n")
	object("example.org/v1", "Shop", "first", "", wave(-(number % 4)))
	object("v1", "ConfigMap", "within", ", namespace: hooked", wave(number%5-3))
	object("v1", "ConfigMap", "before", []string{", namespace: hooked", ""}[number/2%2], "argocd.argoproj.io/hook: PreSync, "+wave(number%3-1))
	object("example.org/v1", "Shop", "after", ", namespace: other", "argocd.argoproj.io/hook: "+[]string{"PostSync", "PreSync", "Skip", "Other", "Sync"}[number%5])
	object("v1", "Namespace", []string{"shop", "other"}[number%2], "", wave(2))
	return []byte(b.String())
}
