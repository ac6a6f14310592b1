package objects

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"argocd-atlas-plugin/conformance/internal/fixture"
)

// TestGolden checks every object that the golden cases print.
func TestGolden(t *testing.T) {
	definitions := load(t)
	n := 0
	for _, c := range fixture.Cases(t) {
		for _, output := range c.Outputs {
			if output.ExitCode != "0" {
				t.Errorf("%s: %s.stdout.yaml holds manifests although the exit code is %s", c.Name, output.Command, output.ExitCode)
			}
			if !output.IsManifests() && !complete(output.Documents) {
				continue
			}
			seen := map[string]bool{}
			for i, document := range output.Documents {
				n++
				name := fmt.Sprintf("%s/%s/%d-%s", c.Name, output.Command, i, document.ID())
				t.Run(name, func(t *testing.T) {
					id := document.Object.GroupVersionKind().GroupKind().String() + " " + document.ID()
					if seen[id] {
						t.Errorf("%s is printed twice", id)
					}
					seen[id] = document.Object.GetName() != ""
					if err := Check(definitions, c.Namespace(), document.Text); err != nil {
						t.Errorf("%v\n%s", err, document.Text)
					}
				})
			}
		}
	}
	if n == 0 {
		t.Fatal("no golden case prints an object")
	}
	t.Logf("%d objects", n)
}

// complete says whether the documents of a view are objects of their own and not
// a patch for one that exists, which has no name of its own to be checked.
func complete(documents []fixture.Document) bool {
	for _, document := range documents {
		if document.Object.GetName() == "" {
			return false
		}
	}
	return true
}

// load gives the definitions of the cluster that the plugin is made for. Those
// of the Atlas Operator come from beside the checkout, so that they can be newer
// than the Go types; without them, the operator's module has its own.
func load(t *testing.T) *Definitions {
	t.Helper()
	atlas := fixture.SharedCRDs(t)
	if atlas == "" {
		atlas = fixture.ModuleFile(t, "github.com/ariga/atlas-operator", "config/crd/bases")
		t.Logf("no shared/crds beside the checkout: using %s", atlas)
	}
	paths, err := filepath.Glob(filepath.Join(atlas, "db.atlasgo.io_*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	paths = append(paths,
		fixture.ModuleFile(t, "github.com/cloudnative-pg/cloudnative-pg", "config/crd/bases/postgresql.cnpg.io_clusters.yaml"),
		fixture.ModuleFile(t, "sigs.k8s.io/gateway-api", "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"),
		fixture.ModuleFile(t, "github.com/argoproj/argo-cd/v3", "manifests/crds/application-crd.yaml"),
		fixture.ModuleFile(t, "github.com/argoproj/argo-cd/v3", "manifests/crds/applicationset-crd.yaml"),
	)
	definitions, err := Load(paths...)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"argoproj.io/v1alpha1, Kind=Application",
		"argoproj.io/v1alpha1, Kind=ApplicationSet",
		"db.atlasgo.io/v1alpha1, Kind=AtlasMigration",
		"db.atlasgo.io/v1alpha1, Kind=AtlasSchema",
		"gateway.networking.k8s.io/v1, Kind=HTTPRoute",
		"gateway.networking.k8s.io/v1beta1, Kind=HTTPRoute",
		"postgresql.cnpg.io/v1, Kind=Cluster",
	}
	if got := definitions.Kinds(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("the definitions serve\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return definitions
}

// TestAccepts holds objects that are right: the checks above must not refuse
// what an API server takes.
func TestAccepts(t *testing.T) {
	definitions := load(t)
	for _, path := range examples(t, "accepted") {
		for _, document := range read(t, path) {
			if err := Check(definitions, "default", document.Text); err != nil {
				t.Errorf("%s: %s: %v", filepath.Base(path), document.ID(), err)
			}
		}
	}
}

// TestRefuses holds objects that are wrong in one way each. Their first line says
// what must be in the refusal. Without it nobody would know whether the checks
// above can fail at all.
func TestRefuses(t *testing.T) {
	definitions := load(t)
	for _, path := range examples(t, "refused") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			first, rest, _ := strings.Cut(string(text), "\n")
			want, ok := strings.CutPrefix(first, "# ")
			if !ok || want == "" {
				t.Fatalf("%s does not start with the text of its refusal", path)
			}
			err = Check(definitions, "default", []byte(rest))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

// TestRefusesLargeAnnotations is apart because of its size: Argo CD applies on
// the client's side by default, and that keeps a copy in an annotation.
func TestRefusesLargeAnnotations(t *testing.T) {
	definitions := load(t)
	object := func(annotations string) []byte {
		return []byte("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: large\n" + annotations + "data:\n  schema.sql: " + strings.Repeat("x", 270_000) + "\n")
	}
	if err := Check(definitions, "default", object("")); err == nil || !strings.Contains(err.Error(), "ServerSideApply=true") {
		t.Errorf("got %v", err)
	}
	serverSide := "  annotations:\n    argocd.argoproj.io/sync-options: ServerSideApply=true\n"
	if err := Check(definitions, "default", object(serverSide)); err != nil {
		t.Errorf("with ServerSideApply=true: %v", err)
	}
}

func examples(t *testing.T, directory string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", directory, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatalf("no testdata/%s", directory)
	}
	return paths
}

func read(t *testing.T, path string) []fixture.Document {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	documents, err := fixture.Documents(text)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return documents
}
