// Package installing holds what the pages tell people to run against Kubernetes'
// own apply and patch: nothing that they had set is gone afterwards.
package installing

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/managedfields/managedfieldstest"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/util/csaupgrade"
	"sigs.k8s.io/yaml"

	"argocd-atlas-plugin/conformance/internal/fixture"
)

const (
	lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
	clientSide  = "kubectl-client-side-apply"
	serverSide  = "kubectl"
)

// argocdCM is what somebody has installed Argo CD with.
const argocdCM = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  namespace: argocd
  labels: {app.kubernetes.io/name: argocd-cm, app.kubernetes.io/part-of: argocd}
data:
  url: https://argocd.example.com
  dex.config: "connectors: []"
  resource.exclusions: "[]"
`

// server is an API server as far as one ConfigMap goes: its fields and who
// manages them are what Kubernetes' field manager makes of them.
type server struct {
	t      *testing.T
	fields managedfieldstest.TestFieldManager
}

func newServer(t *testing.T) *server {
	gvk := schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}
	return &server{t, managedfieldstest.NewTestFieldManager(managedfields.NewDeducedTypeConverter(), gvk)}
}

func (s *server) live() *unstructured.Unstructured {
	return s.fields.Live().(*unstructured.Unstructured)
}

func (s *server) update(object map[string]any, manager string) {
	s.t.Helper()
	if err := s.fields.Update(&unstructured.Unstructured{Object: object}, manager); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) read(text []byte) map[string]any {
	s.t.Helper()
	var value map[string]any
	s.ok(yaml.Unmarshal(text, &value))
	return value
}

func (s *server) json(value any) []byte {
	s.t.Helper()
	text, err := json.Marshal(value)
	s.ok(err)
	return text
}

// applyClientSide is `kubectl apply`.
func (s *server) applyClientSide(text string) {
	s.t.Helper()
	object := s.read([]byte(text))
	record := s.json(object)
	metadata := object["metadata"].(map[string]any)
	metadata["annotations"] = map[string]any{lastApplied: string(record)}
	original := []byte(s.live().GetAnnotations()[lastApplied])
	s.threeWay(original, s.json(object), clientSide)
}

// upgradeHelm is `helm upgrade` of Helm 3: the last release, this one, and what
// is there.
func (s *server) upgradeHelm(before, text string) {
	s.t.Helper()
	var original []byte
	if before != "" {
		original = s.json(s.read([]byte(before)))
	}
	s.threeWay(original, s.json(s.read([]byte(text))), "helm")
}

func (s *server) threeWay(original, modified []byte, manager string) {
	s.t.Helper()
	current := s.json(s.live().Object)
	meta, err := strategicpatch.NewPatchMetaFromStruct(corev1.ConfigMap{})
	s.ok(err)
	patch, err := strategicpatch.CreateThreeWayMergePatch(original, modified, current, meta, true)
	s.ok(err)
	patched, err := strategicpatch.StrategicMergePatch(current, patch, corev1.ConfigMap{})
	s.ok(err)
	s.update(s.read(patched), manager)
}

// applyServerSide is `kubectl apply --server-side`, which takes over what an
// earlier `kubectl apply` has set (`migrateToSSAIfNecessary`).
func (s *server) applyServerSide(text string, manager string) {
	s.t.Helper()
	apply := func() {
		object := &unstructured.Unstructured{Object: s.read([]byte(text))}
		s.ok(s.fields.Apply(object, manager, true))
	}
	apply()
	live := s.live()
	names := sets.New(clientSide)
	for _, entry := range live.GetManagedFields() {
		if entry.Manager == clientSide {
			s.ok(csaupgrade.UpgradeManagedFields(live, names, manager))
			s.update(live.Object, manager)
			apply()
			return
		}
	}
}

// patchMerge is `kubectl patch --type merge`.
func (s *server) patchMerge(text []byte) {
	s.t.Helper()
	patch, err := yaml.YAMLToJSON(text)
	s.ok(err)
	patched, err := jsonpatch.MergePatch(s.json(s.live().Object), patch)
	s.ok(err)
	s.update(s.read(patched), "kubectl-patch")
}

// missing names every key of the ConfigMaps that is not there, or is another.
func (s *server) missing(texts ...string) []string {
	s.t.Helper()
	data, _, err := unstructured.NestedStringMap(s.live().Object, "data")
	s.ok(err)
	var missing []string
	for _, text := range texts {
		for key, value := range s.read([]byte(text))["data"].(map[string]any) {
			if data[key] != value {
				missing = append(missing, key)
			}
		}
	}
	return missing
}

func health(t *testing.T, flags ...string) string {
	t.Helper()
	text, err := exec.Command(fixture.Generate(t), append([]string{"health"}, flags...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var ways = []struct {
	name  string
	apply func(s *server, before, text string)
}{
	{"apply", func(s *server, _, text string) { s.applyClientSide(text) }},
	{"apply --server-side", func(s *server, _, text string) { s.applyServerSide(text, serverSide) }},
	{"helm", func(s *server, before, text string) { s.upgradeHelm(before, text) }},
}

// TestHealth installs Argo CD in one way, then the checks as docs/install.md says,
// then Argo CD again, with a new key, in each of the ways: every key is there.
func TestHealth(t *testing.T) {
	survives(t, argocdCM, argocdCM+"  admin.enabled: \"false\"\n", health(t))
}

// notificationsCM is what somebody has configured notifications with.
const notificationsCM = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-notifications-cm
  namespace: argocd
data:
  service.slack: "token: $slack-token"
  context: "argocdUrl: https://argocd.example.com"
  trigger.on-sync-failed: "- when: app.status.operationState.phase in ['Error', 'Failed']"
  template.app-sync-failed: "message: failed"
`

// TestNotifications does the same with the notifications, as docs/monitoring.md says.
func TestNotifications(t *testing.T) {
	patch := notifications(t)
	survives(t, notificationsCM, notificationsCM+"  service.webhook.x: \"url: https://example.com\"\n", patch)
	t.Run("no object", func(t *testing.T) { isNoObject(t, patch) })
}

func notifications(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixture.Repository(t), "deploy", "monitoring", "notifications-patch.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func survives(t *testing.T, before, newer, patch string) {
	t.Helper()
	for _, first := range ways {
		for _, second := range ways {
			t.Run(fmt.Sprintf("%s, then %s", first.name, second.name), func(t *testing.T) {
				s := newServer(t)
				first.apply(s, "", before)
				s.patchMerge([]byte(patch))
				if missing := s.missing(before, patch); len(missing) > 0 {
					t.Fatalf("after the patch: %v", missing)
				}
				second.apply(s, before, newer)
				if missing := s.missing(newer, patch); len(missing) > 0 {
					t.Fatalf("after Argo CD was applied again: %v", missing)
				}
				s.patchMerge([]byte(patch))
				if missing := s.missing(newer, patch); len(missing) > 0 {
					t.Fatalf("after the patch was applied again: %v", missing)
				}
			})
		}
	}
}

// TestHarm holds the oracle: a ConfigMap of the checks alone, applied where Argo CD
// was installed by `kubectl apply`, takes every other key away. That is why
// `generate health` prints none.
func TestHarm(t *testing.T) {
	object := health(t, "--format", "configmap")
	for name, apply := range map[string]func(s *server){
		"apply":                     func(s *server) { s.applyClientSide(object) },
		"apply --server-side":       func(s *server) { s.applyServerSide(object, serverSide) },
		"with a manager of its own": func(s *server) { s.applyServerSide(object, "health") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.applyClientSide(argocdCM)
			apply(s)
			if missing := s.missing(argocdCM); len(missing) != 3 {
				t.Errorf("only %v are gone: the oracle sees less than an API server", missing)
			}
		})
	}
}

// TestPatchIsNoObject says that `kubectl apply`, `create` and `replace` refuse what
// `generate health` prints: they need a kind.
func TestPatchIsNoObject(t *testing.T) {
	isNoObject(t, health(t))
}

func isNoObject(t *testing.T, patch string) {
	t.Helper()
	text, err := yaml.YAMLToJSON([]byte(patch))
	if err != nil {
		t.Fatal(err)
	}
	err = (&unstructured.Unstructured{}).UnmarshalJSON(text)
	if err == nil || !strings.Contains(err.Error(), "'Kind' is missing") {
		t.Errorf("read as an object: %v", err)
	}
}
