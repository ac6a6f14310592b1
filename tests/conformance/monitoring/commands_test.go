package monitoring

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"argocd-atlas-plugin/conformance/internal/fixture"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kubectl/pkg/cmd/get"
)

// TestCommands runs the formats of the commands in docs/monitoring.md through
// kubectl's own printers, on objects with the fields that Argo CD and the operator
// give them.
func TestCommands(t *testing.T) {
	app := failedApplication(t)
	schemas := list(t, operatorFixture(t, "AtlasSchema", "bad-sql-3.yaml"), operatorFixture(t, "AtlasSchema", "change-unseen.yaml"), operatorFixture(t, "AtlasMigration", "applied.yaml"))
	expected := []struct {
		// part tells the command apart.
		part   string
		object *unstructured.Unstructured
		want   string
	}{
		{"SINCE:", list(t, app), `
NAME SYNC HEALTH PHASE SINCE MESSAGE
shop OutOfSync Degraded Failed 2026-11-30T12:00:00Z one or more synchronization tasks completed unsuccessfully
`},
		{`hookPhase=="Failed"`, app, "AtlasSchema/shop: Error 1064 (42000)\n"},
		{`status=="SyncFailed"`, app, "Service/shop-db: Service \"shop-db\" is invalid\n"},
		{`.status.conditions[*]`, app, "ComparisonError: shop.yaml:3:1: error[unknown-field]\n"},
		{"SEEN:", schemas, `
KIND NAMESPACE NAME GENERATION SEEN READY REASON FAILED
AtlasSchema shop shop 2 2 False CalculatingHash 3
AtlasSchema shop shop 3 2 True Applied 0
AtlasMigration shop shop 2 2 True Applied 0
`},
		{"planLink", operatorFixture(t, "AtlasSchema", "approval-pending.yaml"), "Schema plan is waiting for approval\nhttps://"},
		{"items[0]", list(t, operatorFixture(t, "AtlasSchema", "applied.yaml")), "shop"},
	}
	format := regexp.MustCompile(`-o (jsonpath|custom-columns)='([^']*)'`)
	found := format.FindAllStringSubmatch(page(t), -1)
	if len(found) != len(expected) {
		t.Errorf("docs/monitoring.md has %d formats, and %d are tested", len(found), len(expected))
	}
	for _, command := range found {
		n := 0
		for _, test := range expected {
			if !strings.Contains(command[2], test.part) {
				continue
			}
			n++
			got := printed(t, command[1], command[2], test.object)
			if !strings.Contains(got, strings.TrimPrefix(test.want, "\n")) || strings.HasSuffix(test.want, "\n") && got != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("%s\nprints:\n%s\nwant:\n%s", command[0], got, test.want)
			}
		}
		if n != 1 {
			t.Errorf("%d tests for %s", n, command[0])
		}
	}
}

// printed is what `kubectl get -o` prints, with columns that are one blank apart.
func printed(t *testing.T, kind, format string, object *unstructured.Unstructured) string {
	t.Helper()
	var out bytes.Buffer
	var printer printers.ResourcePrinter
	var err error
	if kind == "jsonpath" {
		var p *printers.JSONPathPrinter
		if p, err = printers.NewJSONPathPrinter(format); err == nil {
			// The default of --allow-missing-template-keys.
			p.AllowMissingKeys(true)
			printer = p
		}
	} else {
		printer, err = get.NewCustomColumnsPrinterFromSpec(format, scheme.Codecs.UniversalDecoder(), false)
	}
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	if kind == "custom-columns" {
		items, err := object.ToList()
		if err != nil {
			t.Fatal(err)
		}
		writer := printers.GetNewTabWriter(&out)
		for i := range items.Items {
			if err := printer.PrintObj(&items.Items[i], writer); err != nil {
				t.Fatalf("%s: %v", format, err)
			}
		}
		_ = writer.Flush()
		return regexp.MustCompile(` +`).ReplaceAllString(regexp.MustCompile(` +\n`).ReplaceAllString(out.String(), "\n"), " ")
	}
	if err := printer.PrintObj(object, &out); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return out.String()
}

// failedApplication is one of Argo CD's types, so that a field that it has not does
// not compile.
func failedApplication(t *testing.T) *unstructured.Unstructured {
	t.Helper()
	at := metav1.NewTime(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
	app := v1alpha1.Application{TypeMeta: metav1.TypeMeta{APIVersion: "argoproj.io/v1alpha1", Kind: "Application"}}
	app.Name, app.Namespace = "shop", "argocd"
	app.Status.Sync.Status, app.Status.Health.Status = v1alpha1.SyncStatusCodeOutOfSync, health.HealthStatusDegraded
	app.Status.Conditions = []v1alpha1.ApplicationCondition{{Type: v1alpha1.ApplicationConditionComparisonError, Message: "shop.yaml:3:1: error[unknown-field]"}}
	app.Status.OperationState = &v1alpha1.OperationState{
		Phase: common.OperationFailed, StartedAt: at, Message: "one or more synchronization tasks completed unsuccessfully",
		SyncResult: &v1alpha1.SyncOperationResult{Resources: v1alpha1.ResourceResults{
			{Group: "apps", Kind: "StatefulSet", Name: "shop-db", HookPhase: common.OperationSucceeded, Status: common.ResultCodeSynced, Message: "fine"},
			{Kind: "Service", Name: "shop-db", Status: common.ResultCodeSyncFailed, Message: `Service "shop-db" is invalid`},
			{Group: "db.atlasgo.io", Kind: "AtlasSchema", Name: "shop", HookPhase: common.OperationFailed, Status: common.ResultCodeSynced, Message: "Error 1064 (42000)"},
		}},
	}
	text, err := json.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(text); err != nil {
		t.Fatal(err)
	}
	return object
}

// operatorFixture is one of the health checks' fixtures, whose fields TestHealth of
// `syncing` compares with the operator's types.
func operatorFixture(t *testing.T, kind, name string) *unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixture.HealthChecks(t), "db.atlasgo.io", kind, "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	documents, err := fixture.Documents(text)
	if err != nil || len(documents) != 1 {
		t.Fatalf("%s: %v", name, err)
	}
	return documents[0].Object
}

func list(t *testing.T, objects ...*unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	var items []any
	for _, object := range objects {
		items = append(items, object.Object)
	}
	return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "List", "items": items}}
}
