package syncing

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"argocd-atlas-plugin/conformance/internal/fixture"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	atlas "github.com/ariga/atlas-operator/api/v1alpha1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// healthTests is a `health_test.yaml` in Argo CD's layout.
type healthTests struct {
	Tests []struct {
		InputPath    string              `json:"inputPath"`
		HealthStatus health.HealthStatus `json:"healthStatus"`
	} `json:"tests"`
}

// TestHealth runs the health checks over their fixtures in Argo CD's own Lua VM,
// with the libraries that a check in `argocd-cm` gets, and compares status and
// message as Argo CD's test of its built-in checks does.
func TestHealth(t *testing.T) {
	directory := fixture.HealthChecks(t)
	for _, kind := range []string{"AtlasSchema", "AtlasMigration"} {
		t.Run(kind, func(t *testing.T) {
			override := installed(t, directory)
			dir := filepath.Join(directory, atlasGroup, kind)
			var tests healthTests
			readStrictly(t, filepath.Join(dir, "health_test.yaml"), &tests)
			if len(tests.Tests) == 0 {
				t.Fatalf("no tests in %s", dir)
			}
			var used []string
			statuses := map[health.HealthStatusCode]bool{}
			for _, test := range tests.Tests {
				used = append(used, test.InputPath)
				statuses[test.HealthStatus.Status] = true
				t.Run(filepath.Base(test.InputPath), func(t *testing.T) {
					obj := readFixture(t, filepath.Join(dir, test.InputPath), kind)
					got, err := health.GetResourceHealth(obj, override)
					if err != nil {
						t.Fatal(err)
					}
					if got == nil || *got != test.HealthStatus {
						t.Errorf("got %+v, want %+v", got, test.HealthStatus)
					}
				})
			}
			for _, want := range []health.HealthStatusCode{health.HealthStatusProgressing, health.HealthStatusHealthy, health.HealthStatusSuspended, health.HealthStatusDegraded} {
				if !statuses[want] {
					t.Errorf("no fixture is %s", want)
				}
			}
			paths, err := filepath.Glob(filepath.Join(dir, "testdata", "*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range paths {
				if name := filepath.ToSlash(filepath.Join("testdata", filepath.Base(path))); !slices.Contains(used, name) {
					t.Errorf("%s is in no test", name)
				}
			}
		})
	}
}

// TestDatabaseHealth runs the checks of databases over their fixtures in Argo CD's own Lua VM. Their
// statuses are not decoded: the types of all these operators would be many modules.
func TestDatabaseHealth(t *testing.T) {
	directory := fixture.HealthChecks(t)
	scripts, err := filepath.Glob(filepath.Join(directory, "*", "*", "health.lua"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range scripts {
		dir := filepath.Dir(path)
		group, kind := filepath.Base(filepath.Dir(dir)), filepath.Base(dir)
		if group == atlasGroup {
			continue
		}
		n++
		t.Run(group+"/"+kind, func(t *testing.T) {
			script, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			override := lua.ResourceHealthOverrides{group + "/" + kind: {HealthLua: string(script)}}
			var tests healthTests
			readStrictly(t, filepath.Join(dir, "health_test.yaml"), &tests)
			if len(tests.Tests) == 0 {
				t.Fatalf("no tests in %s", dir)
			}
			for _, test := range tests.Tests {
				t.Run(filepath.Base(test.InputPath), func(t *testing.T) {
					var fields map[string]any
					text, err := os.ReadFile(filepath.Join(dir, test.InputPath))
					if err != nil {
						t.Fatal(err)
					}
					if err := yaml.Unmarshal(text, &fields); err != nil {
						t.Fatal(err)
					}
					obj := &unstructured.Unstructured{Object: fields}
					if got := obj.GroupVersionKind().GroupKind().String(); got != kind+"."+group {
						t.Fatalf("%s holds a %s", test.InputPath, got)
					}
					got, err := health.GetResourceHealth(obj, override)
					if err != nil {
						t.Fatal(err)
					}
					if got == nil || *got != test.HealthStatus {
						t.Errorf("got %+v, want %+v", got, test.HealthStatus)
					}
				})
			}
		})
	}
	if n == 0 {
		t.Fatalf("no checks of databases in %s", directory)
	}
}

// readFixture reads a fixture twice: as the object that Argo CD has, and strictly
// as the operator's type, since a status that the operator cannot write would
// prove nothing.
func readFixture(t *testing.T, path, kind string) *unstructured.Unstructured {
	t.Helper()
	var typed any = &atlas.AtlasSchema{}
	if kind == "AtlasMigration" {
		typed = &atlas.AtlasMigration{}
	}
	readStrictly(t, path, typed)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	documents, err := fixture.Documents(text)
	if err != nil || len(documents) != 1 {
		t.Fatalf("%s holds %d documents: %v", path, len(documents), err)
	}
	obj := documents[0].Object
	if got := obj.GroupVersionKind().GroupKind().String(); got != fmt.Sprintf("%s.%s", kind, atlasGroup) {
		t.Fatalf("%s holds a %s", path, got)
	}
	return obj
}

func readStrictly(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// actionTests is an `action_test.yaml` in Argo CD's layout.
type actionTests struct {
	DiscoveryTests []struct {
		InputPath string                    `json:"inputPath"`
		Result    []v1alpha1.ResourceAction `json:"result"`
	} `json:"discoveryTests"`
	ActionTests []struct {
		Action             string `json:"action"`
		InputPath          string `json:"inputPath"`
		ExpectedOutputPath string `json:"expectedOutputPath"`
	} `json:"actionTests"`
}

// TestActions runs what `generate health` puts into `argocd-cm` in Argo CD's own Lua VM.
func TestActions(t *testing.T) {
	patch, err := exec.Command(fixture.Generate(t), "health").Output()
	if err != nil {
		t.Fatal(err)
	}
	var argocd struct {
		Data map[string]string `json:"data"`
	}
	if err := yaml.UnmarshalStrict(patch, &argocd); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"AtlasSchema", "AtlasMigration"} {
		t.Run(kind, func(t *testing.T) {
			actions := argocd.Data["resource.customizations.actions."+atlasGroup+"_"+kind]
			vm := lua.VM{ResourceOverrides: map[string]v1alpha1.ResourceOverride{atlasGroup + "/" + kind: {Actions: actions}}}
			dir := filepath.Join(fixture.HealthChecks(t), atlasGroup, kind, "actions")
			var tests actionTests
			readStrictly(t, filepath.Join(dir, "action_test.yaml"), &tests)
			for _, test := range tests.DiscoveryTests {
				obj := readFixture(t, filepath.Join(dir, test.InputPath), kind)
				scripts, err := vm.GetResourceActionDiscovery(obj)
				if err != nil {
					t.Fatal(err)
				}
				found, err := vm.ExecuteResourceActionDiscovery(obj, scripts)
				if err != nil || !slices.EqualFunc(found, test.Result, func(a, b v1alpha1.ResourceAction) bool { return reflect.DeepEqual(a, b) }) {
					t.Errorf("%s: %+v, %v; want %+v", test.InputPath, found, err, test.Result)
				}
			}
			for _, test := range tests.ActionTests {
				obj := readFixture(t, filepath.Join(dir, test.InputPath), kind)
				want := readFixture(t, filepath.Join(dir, test.ExpectedOutputPath), kind)
				action, err := vm.GetResourceAction(obj, test.Action)
				if err != nil {
					t.Fatal(err)
				}
				changed, err := vm.ExecuteResourceAction(obj, action.ActionLua, nil)
				if err != nil || len(changed) != 1 || changed[0].K8SOperation != lua.PatchOperation {
					t.Fatalf("%s: %+v, %v", test.InputPath, changed, err)
				}
				if got := changed[0].UnstructuredObj.Object; !reflect.DeepEqual(got, want.Object) {
					t.Errorf("%s: %v\nwant %v", test.InputPath, got, want.Object)
				}
			}
			if len(tests.DiscoveryTests) == 0 || len(tests.ActionTests) == 0 {
				t.Fatalf("no tests in %s", dir)
			}
		})
	}
}
