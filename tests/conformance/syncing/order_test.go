package syncing

import (
	"strings"
	"testing"

	"argocd-atlas-plugin/conformance/internal/fixture"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// TestOrder compares the order in which the golden cases print their objects
// with the engine's.
func TestOrder(t *testing.T) {
	for _, c := range fixture.ManifestCases(t) {
		for _, output := range c.Outputs {
			t.Run(c.Name+"/"+output.Command, func(t *testing.T) {
				if err := compare(t, fixture.Objects(output.Documents), c.Namespace()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestOrderIsTheEngines shows that the comparison can fail, and in what.
func TestOrderIsTheEngines(t *testing.T) {
	for name, test := range map[string]struct {
		manifests string
		want      string
	}{
		"by wave, kind and name": {
			manifests: "Service/a/0 Service/b/0 Deployment/a/0 AtlasSchema/a/1 Deployment/a2/2",
		},
		"a later wave first": {
			manifests: "AtlasSchema/a/1 Deployment/a/0",
			want:      "printed as number 1: Sync wave 1 AtlasSchema a, where Argo CD applies Sync wave 0 Deployment a",
		},
		"a later kind first": {
			manifests: "Deployment/a/0 Service/b/0",
			want:      "printed as number 1: Sync wave 0 Deployment a, where Argo CD applies Sync wave 0 Service b",
		},
		"a later name first": {
			manifests: "Service/b/0 Service/a/0",
			want:      "printed as number 1: Sync wave 0 Service b, where Argo CD applies Sync wave 0 Service a",
		},
		"kinds without an order": {
			manifests: "Gateway/a/0 AtlasSchema/a/0",
		},
		"a namespace before what is in it": {
			manifests: "Namespace/shop/0 Service/a/0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := compare(t, sketch(t, test.manifests), "shop")
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// sketch makes objects from `Kind/name/wave` words.
func sketch(t *testing.T, words string) []*unstructured.Unstructured {
	t.Helper()
	versions := map[string]string{"Deployment": "apps/v1", "AtlasSchema": "db.atlasgo.io/v1alpha1", "Gateway": "gateway.networking.k8s.io/v1"}
	var objects []*unstructured.Unstructured
	for _, word := range strings.Fields(words) {
		parts := strings.Split(word, "/")
		version := versions[parts[0]]
		if version == "" {
			version = "v1"
		}
		obj := &unstructured.Unstructured{}
		obj.SetAPIVersion(version)
		obj.SetKind(parts[0])
		obj.SetName(parts[1])
		obj.SetAnnotations(map[string]string{"argocd.argoproj.io/sync-wave": parts[2]})
		objects = append(objects, obj)
	}
	return objects
}
