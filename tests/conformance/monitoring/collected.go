// Package monitoring compares deploy/monitoring and docs/monitoring.md with what
// Argo CD, the Atlas Operator, Prometheus, Grafana and kubectl make of them: their
// own collectors, parsers and printers.
package monitoring

import (
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"argocd-atlas-plugin/conformance/internal/fixture"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/v3/controller/metrics"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	applister "github.com/argoproj/argo-cd/v3/pkg/client/listers/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/cache"
	repometrics "github.com/argoproj/argo-cd/v3/reposerver/metrics"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	cacheutil "github.com/argoproj/argo-cd/v3/util/cache"
	"github.com/argoproj/argo-cd/v3/util/db"
	"github.com/argoproj/argo-cd/v3/util/git"
	notifications "github.com/argoproj/notifications-engine/pkg/controller"
	atlas "github.com/ariga/atlas-operator/api/v1alpha1"
	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// collected are the labels of every metric that a program exports, each with the
// values that it has been seen with. Argo CD's labels are made to have every value
// that they can have.
type collected map[string]map[string]map[string]bool

func (c collected) add(t testing.TB, gatherer prometheus.Gatherer) {
	t.Helper()
	families, err := gatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		names := []string{family.GetName()}
		if family.GetType() == dto.MetricType_HISTOGRAM {
			names = []string{family.GetName() + "_bucket", family.GetName() + "_sum", family.GetName() + "_count"}
		}
		for _, name := range names {
			if c[name] == nil {
				c[name] = map[string]map[string]bool{}
			}
			if strings.HasSuffix(name, "_bucket") {
				c.value(name, "le", "1")
			}
			for _, metric := range family.GetMetric() {
				for _, label := range metric.GetLabel() {
					c.value(name, label.GetName(), label.GetValue())
				}
			}
		}
	}
}

func (c collected) value(metric, label, value string) {
	if c[metric][label] == nil {
		c[metric][label] = map[string]bool{}
	}
	c[metric][label][value] = true
}

// collect gathers from the collectors of all programs that the alerts and the
// dashboard ask for.
func collect(t *testing.T) collected {
	t.Helper()
	c := collected{}
	c.add(t, applicationController(t))
	c.add(t, repoServer(t))
	c.add(t, notificationsController())
	c.add(t, operator(t))
	return c
}

// applications is a lister of one Application for each state.
type applications []*v1alpha1.Application

func (a applications) List(labels.Selector) ([]*v1alpha1.Application, error) { return a, nil }

func (a applications) Applications(string) applister.ApplicationNamespaceLister { return nil }

// oneCluster is Argo CD's database as far as the collector asks: for clusters.
type oneCluster struct{ db.ArgoDB }

func (oneCluster) GetCluster(_ context.Context, server string) (*v1alpha1.Cluster, error) {
	return &v1alpha1.Cluster{Server: server}, nil
}

func applicationController(t *testing.T) prometheus.Gatherer {
	t.Helper()
	now := metav1.Now()
	syncs := []v1alpha1.SyncStatusCode{v1alpha1.SyncStatusCodeUnknown, v1alpha1.SyncStatusCodeSynced, v1alpha1.SyncStatusCodeOutOfSync}
	healths := []health.HealthStatusCode{
		health.HealthStatusUnknown, health.HealthStatusProgressing, health.HealthStatusHealthy,
		health.HealthStatusSuspended, health.HealthStatusDegraded, health.HealthStatusMissing,
	}
	var apps applications
	for _, sync := range syncs {
		for _, status := range healths {
			for _, change := range []func(*v1alpha1.Application){
				func(*v1alpha1.Application) {},
				func(app *v1alpha1.Application) { app.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{}} },
				func(app *v1alpha1.Application) { app.DeletionTimestamp = &now },
			} {
				app := &v1alpha1.Application{}
				app.Namespace, app.Name = "argocd", strings.ToLower(string(sync)+"-"+string(status))
				app.Spec.Destination = v1alpha1.ApplicationDestination{Server: v1alpha1.KubernetesInternalAPIServerAddr, Namespace: "shop"}
				app.Status.Sync.Status, app.Status.Health.Status = sync, status
				change(app)
				app.Name += "-" + string(rune('a'+len(apps)%26)) + string(rune('a'+len(apps)/26))
				apps = append(apps, app)
			}
		}
	}
	everything := func(any) bool { return true }
	exporter, err := metrics.NewMetricsServer("localhost:0", apps, everything, func(*http.Request) error { return nil }, nil, nil, oneCluster{})
	if err != nil {
		t.Fatal(err)
	}
	for _, phase := range []common.OperationPhase{common.OperationRunning, common.OperationTerminating, common.OperationSucceeded, common.OperationFailed, common.OperationError} {
		for _, dryRun := range []bool{false, true} {
			app := apps[0].DeepCopy()
			app.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{DryRun: dryRun}}
			state := &v1alpha1.OperationState{Phase: phase, StartedAt: now, FinishedAt: &now}
			exporter.IncSync(app, "server", state)
			exporter.IncAppSyncDuration(app, "server", state)
		}
	}
	return scraped{t, exporter.Handler}
}

// repoServer is Argo CD's repo server, asked once for manifests that it cannot make.
func repoServer(t *testing.T) prometheus.Gatherer {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	exporter := repometrics.NewMetricsServer()
	store := cache.NewCache(cacheutil.NewCache(cacheutil.NewInMemoryCache(time.Hour)), time.Hour, time.Hour, 10*time.Second)
	s, err := reposerver.NewServer(exporter, store, nil, repository.RepoServerInitConstants{}, &git.NoopCredsStore{}, "", true)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	running := s.CreateGRPC()
	go func() { _ = running.Serve(listener) }()
	t.Cleanup(running.Stop)
	connection, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	_, err = apiclient.NewRepoServerServiceClient(connection).GenerateManifest(t.Context(), &apiclient.ManifestRequest{
		Repo: &v1alpha1.Repository{Repo: "file:///nowhere"}, Revision: "HEAD", ApplicationSource: &v1alpha1.ApplicationSource{RepoURL: "file:///nowhere"},
	})
	if err == nil {
		t.Fatal("the repo server has generated manifests of nothing")
	}
	return scraped{t, exporter.GetHandler()}
}

func notificationsController() prometheus.Gatherer {
	// The prefix is that of cmd/argocd-notification/commands/argocd_notification.go.
	registry := notifications.NewMetricsRegistry("argocd")
	for _, succeeded := range []bool{true, false} {
		for _, trigger := range []string{"on-schema-failed", "on-schema-waiting", "on-schema-applied"} {
			registry.IncDeliveriesCounter(trigger, "slack", succeeded)
			registry.IncTriggerEvaluationsCounter(trigger, succeeded)
		}
	}
	return registry.Registry
}

// operator is a manager of controller-runtime with controllers for the operator's
// types, set up as the operator does. Its own are in an internal package, so its
// source is read to see that they have no other name.
func operator(t *testing.T) prometheus.Gatherer {
	t.Helper()
	for _, kind := range []string{"AtlasSchema", "AtlasMigration"} {
		isNamedByItsKind(t, kind)
	}
	ctrl.SetLogger(logr.Discard())
	scheme := runtime.NewScheme()
	if err := atlas.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	mapper := meta.NewDefaultRESTMapper(nil)
	for kind := range scheme.KnownTypes(atlas.GroupVersion) {
		mapper.Add(atlas.GroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	api := httptest.NewServer(http.HandlerFunc(oneOfEach))
	t.Cleanup(api.Close)
	manager, err := ctrl.NewManager(&rest.Config{Host: api.URL}, ctrl.Options{
		Scheme: scheme, Metrics: server.Options{BindAddress: "0"},
		MapperProvider: func(*rest.Config, *http.Client) (meta.RESTMapper, error) { return mapper, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []client.Object{&atlas.AtlasSchema{}, &atlas.AtlasMigration{}} {
		nothing := reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) { return reconcile.Result{}, nil })
		if err := ctrl.NewControllerManagedBy(manager).For(kind).Complete(nothing); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = manager.Start(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	for range 100 {
		c := collected{}
		c.add(t, ctrlmetrics.Registry)
		if len(c["controller_runtime_reconcile_time_seconds_bucket"]["controller"]) >= 2 {
			return ctrlmetrics.Registry
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the controllers have reconciled nothing")
	return nil
}

// oneOfEach is an API server that has one object of each of the operator's kinds, and
// lists only.
func oneOfEach(w http.ResponseWriter, r *http.Request) {
	kind, ok := map[string]string{"atlasschemas": "AtlasSchema", "atlasmigrations": "AtlasMigration"}[path.Base(r.URL.Path)]
	if !ok || r.URL.Query().Get("watch") != "" {
		http.Error(w, "no watch here", http.StatusBadRequest)
		return
	}
	version := atlas.GroupVersion.String()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"apiVersion": version, "kind": kind + "List", "metadata": map[string]any{"resourceVersion": "1"},
		"items": []any{map[string]any{"apiVersion": version, "kind": kind, "metadata": map[string]any{"name": "shop", "namespace": "shop", "resourceVersion": "1"}}},
	})
}

// isNamedByItsKind says that SetupWithManager of the operator's reconciler gives its
// controller no name of its own, and that it is for the kind.
func isNamedByItsKind(t *testing.T, kind string) {
	t.Helper()
	path := fixture.ModuleFile(t, "github.com/ariga/atlas-operator", filepath.Join("internal", "controller", strings.ToLower(kind)+"_controller.go"))
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]string{}
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Name.Name != "SetupWithManager" {
			continue
		}
		ast.Inspect(function, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			if method, ok := call.Fun.(*ast.SelectorExpr); ok {
				methods[method.Sel.Name] = ""
				if len(call.Args) > 0 {
					if address, ok := call.Args[0].(*ast.UnaryExpr); ok {
						if literal, ok := address.X.(*ast.CompositeLit); ok {
							if name, ok := literal.Type.(*ast.SelectorExpr); ok {
								methods[method.Sel.Name] = name.Sel.Name
							}
						}
					}
				}
			}
			return true
		})
	}
	if _, named := methods["Named"]; named || methods["For"] != kind {
		t.Errorf("the operator's controller of %s is set up in another way: %v", kind, methods)
	}
}
