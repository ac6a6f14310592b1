package monitoring

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"argocd-atlas-plugin/conformance/internal/fixture"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	promop "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	"sigs.k8s.io/yaml"
)

func deployed(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixture.Repository(t), "deploy", "monitoring", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixture.Repository(t), "docs", "monitoring.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func rules(t *testing.T) promop.PrometheusRule {
	t.Helper()
	var object promop.PrometheusRule
	if err := yaml.UnmarshalStrict(deployed(t, "prometheusrule.yaml"), &object); err != nil {
		t.Fatal(err)
	}
	if object.APIVersion != "monitoring.coreos.com/v1" || object.Kind != "PrometheusRule" {
		t.Fatalf("%s %s", object.APIVersion, object.Kind)
	}
	return object
}

// TestQueries holds every query of the alerts and of the dashboard against what the
// programs export.
func TestQueries(t *testing.T) {
	c := collect(t)
	n := 0
	check := func(where, query string) {
		n++
		for _, complaint := range c.complaints(query) {
			t.Errorf("%s: %s", where, complaint)
		}
	}
	for _, group := range rules(t).Spec.Groups {
		for _, rule := range group.Rules {
			check(rule.Alert, rule.Expr.String())
		}
	}
	for _, panel := range readDashboard(t).Panels {
		for _, target := range panel.Targets {
			// What Grafana puts in.
			query := strings.NewReplacer("$__rate_interval", "5m", "$project", "default|shop").Replace(target.Expr)
			check(panel.Title, query)
			if strings.Contains(query, "$") {
				t.Errorf("%s: an unknown variable in %s", panel.Title, query)
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d queries were found", n)
	}
	t.Run("wrong ones are noticed", func(t *testing.T) {
		for query, want := range map[string]string{
			`argocd_app_info{`:                                             "unexpected end of input",
			`argocd_app_information`:                                       `no program exports "argocd_app_information"`,
			`argocd_app_reconcile`:                                         `no program exports "argocd_app_reconcile"`,
			`argocd_app_info{status="Synced"}`:                             `has no label "status"`,
			`argocd_app_info{operation="Sync"}`:                            `never has operation="Sync"`,
			`argocd_app_info{health_status=~"Degraded|Broken"}`:            `never has health_status="Broken"`,
			`argocd_app_sync_total{phase="Running"}`:                       `never has phase="Running"`,
			`controller_runtime_reconcile_total{controller="AtlasSchema"}`: `never has controller="AtlasSchema"`,
			`sum by (app) (argocd_app_sync_total)`:                         `the label "app"`,
			`absent(up)`:                                                   `no program exports "up"`,
		} {
			if got := strings.Join(c.complaints(query), "; "); !strings.Contains(got, want) {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
	})
}

// TestAlerts says that an alert has what the person needs who is woken by it, and
// that the page has a section for it.
func TestAlerts(t *testing.T) {
	const link = "https://github.com/argocd-atlas-plugin/argocd-atlas-plugin/blob/main/docs/monitoring.md#"
	sections := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^### (\w+)$`).FindAllStringSubmatch(page(t), -1) {
		sections[heading[1]] = true
	}
	alerts := map[string]bool{}
	for _, group := range rules(t).Spec.Groups {
		for _, rule := range group.Rules {
			if rule.Alert == "" || alerts[rule.Alert] {
				t.Errorf("%q is no alert, or there twice", rule.Alert)
			}
			alerts[rule.Alert] = true
			if !slices.Contains([]string{"warning", "critical"}, rule.Labels["severity"]) {
				t.Errorf("%s: severity %q", rule.Alert, rule.Labels["severity"])
			}
			if got := slices.Sorted(maps.Keys(rule.Annotations)); !slices.Equal(got, []string{"description", "runbook_url", "summary"}) {
				t.Errorf("%s: annotations %v", rule.Alert, got)
			}
			if got := rule.Annotations["runbook_url"]; got != link+strings.ToLower(rule.Alert) {
				t.Errorf("%s: runbook_url %s", rule.Alert, got)
			}
		}
	}
	if !maps.Equal(alerts, sections) {
		t.Errorf("alerts %v, sections of docs/monitoring.md %v", slices.Sorted(maps.Keys(alerts)), slices.Sorted(maps.Keys(sections)))
	}
}

// TestPodMonitor follows the addresses of pods through Prometheus's own relabeling.
func TestPodMonitor(t *testing.T) {
	var object promop.PodMonitor
	if err := yaml.UnmarshalStrict(deployed(t, "podmonitor.yaml"), &object); err != nil {
		t.Fatal(err)
	}
	endpoint := object.Spec.PodMetricsEndpoints[0]
	if endpoint.Port != nil || endpoint.PortNumber != nil {
		t.Error("the chart declares no port, so an endpoint with one finds nothing")
	}
	var configs []*relabel.Config
	for _, written := range endpoint.RelabelConfigs {
		config := relabel.DefaultRelabelConfig
		for _, label := range written.SourceLabels {
			config.SourceLabels = append(config.SourceLabels, model.LabelName(label))
		}
		if written.Regex != "" {
			config.Regex = relabel.MustNewRegexp(written.Regex)
		}
		if written.Action != "" {
			config.Action = relabel.Action(written.Action)
		}
		if written.Replacement != nil {
			config.Replacement = *written.Replacement
		}
		config.TargetLabel = written.TargetLabel
		configs = append(configs, &config)
	}
	for _, test := range []struct{ ip, init, want string }{
		{"10.0.0.7", "false", "10.0.0.7:8080"},
		{"fd00::7", "false", "[fd00::7]:8080"},
		{"10.0.0.7", "true", ""},
	} {
		// The service discovery gives a container without a port the address of the pod.
		target := labels.FromStrings("__address__", test.ip, "__meta_kubernetes_pod_ip", test.ip, "__meta_kubernetes_pod_container_init", test.init)
		got, kept := relabel.Process(target, configs...)
		if address := got.Get("__address__"); kept != (test.want != "") || kept && address != test.want {
			t.Errorf("%v becomes %q (kept: %v)", test, address, kept)
		}
	}
	// The labels are those of the chart.
	chart := ""
	for _, file := range []string{"deployment.yaml", "_helpers.tpl"} {
		text, err := os.ReadFile(fixture.ModuleFile(t, "github.com/ariga/atlas-operator", filepath.Join("charts", "atlas-operator", "templates", file)))
		if err != nil {
			t.Fatal(err)
		}
		chart += string(text)
	}
	for label := range object.Spec.Selector.MatchLabels {
		if !strings.Contains(chart, label+": ") {
			t.Errorf("no pod of the chart has the label %s", label)
		}
	}
	if strings.Contains(chart, "containerPort") {
		t.Error("the chart declares a port: podmonitor.yaml can be simpler")
	}
}

// TestDashboard reads the dashboard with Grafana's own types, which know no other field.
func TestDashboard(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	var strict dashboard.Dashboard
	// Without a mistake, it returns a list of errors without any.
	if err := strict.UnmarshalJSONStrict(deployed(t, "dashboard.json")); err != nil && err.Error() != "" {
		t.Error(err)
	}
	if err := strict.Validate(); err != nil {
		t.Error(err)
	}
	board := readDashboard(t)
	ids := map[int]bool{}
	taken := map[[2]int]string{}
	for _, panel := range board.Panels {
		if ids[panel.ID] || panel.ID == 0 {
			t.Errorf("%s: id %d is there twice", panel.Title, panel.ID)
		}
		ids[panel.ID] = true
		if panel.Title == "" || len(panel.Targets) == 0 {
			t.Errorf("panel %d shows nothing", panel.ID)
		}
		area := panel.GridPos
		if area.X+area.W > 24 || area.W == 0 || area.H == 0 {
			t.Errorf("%s is beyond the grid: %+v", panel.Title, area)
		}
		for x := area.X; x < area.X+area.W; x++ {
			for y := area.Y; y < area.Y+area.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" && other != panel.Title {
					t.Fatalf("%s covers %s", panel.Title, other)
				}
				taken[[2]int{x, y}] = panel.Title
			}
		}
		refs := map[string]bool{}
		for _, target := range panel.Targets {
			if refs[target.RefID] || target.RefID == "" {
				t.Errorf("%s: refId %q is there twice", panel.Title, target.RefID)
			}
			refs[target.RefID] = true
			if target.Datasource.UID != "${datasource}" || panel.Datasource.UID != "${datasource}" {
				t.Errorf("%s has a data source of its own", panel.Title)
			}
		}
	}
	var variables []string
	for _, variable := range board.Templating.List {
		variables = append(variables, variable.Name+" "+variable.Type)
	}
	if want := []string{"datasource datasource", "project query"}; !slices.Equal(variables, want) {
		t.Errorf("variables %v, want %v", variables, want)
	}
}

type reference struct {
	UID string `json:"uid"`
}

type boardOfPanels struct {
	Panels []struct {
		ID         int       `json:"id"`
		Title      string    `json:"title"`
		Datasource reference `json:"datasource"`
		GridPos    struct{ X, Y, W, H int }
		Targets    []struct {
			RefID      string    `json:"refId"`
			Expr       string    `json:"expr"`
			Datasource reference `json:"datasource"`
		} `json:"targets"`
	} `json:"panels"`
	Templating struct {
		List []struct {
			Name string `json:"name"`
			Type string `json:"type"`
		} `json:"list"`
	} `json:"templating"`
}

func readDashboard(t *testing.T) boardOfPanels {
	t.Helper()
	var board boardOfPanels
	if err := json.NewDecoder(bytes.NewReader(deployed(t, "dashboard.json"))).Decode(&board); err != nil {
		t.Fatal(err)
	}
	return board
}
