package syncing

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"argocd-atlas-plugin/conformance/internal/fixture"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	service "github.com/argoproj/argo-cd/v3/util/notification/argocd"
	"github.com/argoproj/argo-cd/v3/util/notification/settings"
	"github.com/argoproj/notifications-engine/pkg/api"
	"github.com/argoproj/notifications-engine/pkg/services"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const (
	onWaiting = "on-schema-waiting"
	onFailed  = "on-schema-failed"
	onApplied = "on-schema-applied"
)

// notifier is Argo CD's notifications engine with the keys of
// deploy/monitoring/notifications-patch.yaml, and a service that keeps what it is
// told to send.
type notifier struct {
	t   *testing.T
	api api.API
	// logged are the errors of the engine: it takes an expression that fails for
	// false, and says so in its log only.
	logged *logtest.Hook
	sent   []services.Notification
}

func notificationsPatch(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixture.Repository(t), "deploy", "monitoring", "notifications-patch.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var patch struct {
		Data map[string]string `json:"data"`
	}
	if err := yaml.UnmarshalStrict(text, &patch); err != nil {
		t.Fatal(err)
	}
	return patch.Data
}

func newNotifier(t *testing.T, context map[string]string) *notifier {
	t.Helper()
	data := notificationsPatch(t)
	text, err := yaml.Marshal(context)
	if err != nil {
		t.Fatal(err)
	}
	data["context"] = string(text)
	configMap, secret := &corev1.ConfigMap{Data: data}, &corev1.Secret{}
	configMap.Namespace = "argocd"
	config, err := api.ParseConfig(configMap, secret)
	if err != nil {
		t.Fatal(err)
	}
	factory := settings.GetFactorySettings(noServer{}, "argocd-notifications-secret", "argocd-notifications-cm", false)
	vars, err := factory.InitGetVars(config, configMap, secret)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := api.NewAPI(*config, vars)
	if err != nil {
		t.Fatal(err)
	}
	n := &notifier{t: t, api: engine, logged: logtest.NewGlobal()}
	n.api.AddNotificationService("slack", n)
	return n
}

// Send implements services.NotificationService.
func (n *notifier) Send(notification services.Notification, _ services.Destination) error {
	n.sent = append(n.sent, notification)
	return nil
}

// noServer is Argo CD's API for templates, of which only the project is asked for.
type noServer struct{ service.Service }

func (noServer) GetAppProject(context.Context, string) (*unstructured.Unstructured, error) {
	return &unstructured.Unstructured{Object: map[string]any{}}, nil
}

// run says which triggers fire for the Application, with the key that Argo CD
// sends each of them once for, and renders their templates.
func (n *notifier) run(app map[string]any) (fired map[string]string, messages map[string]services.Notification) {
	n.t.Helper()
	fired, messages = map[string]string{}, map[string]services.Notification{}
	for _, trigger := range []string{onWaiting, onFailed, onApplied} {
		n.logged.Reset()
		results, err := n.api.RunTrigger(trigger, app)
		if err != nil {
			n.t.Fatal(err)
		}
		for _, result := range results {
			if !result.Triggered {
				continue
			}
			fired[trigger] = result.OncePer
			n.sent = nil
			if err := n.api.Send(app, result.Templates, services.Destination{Service: "slack", Recipient: "team"}); err != nil {
				n.t.Fatalf("%s: %v", trigger, err)
			}
			if len(n.sent) != 1 {
				n.t.Fatalf("%s: %d notifications", trigger, len(n.sent))
			}
			messages[trigger] = n.sent[0]
		}
		for _, entry := range n.logged.AllEntries() {
			if entry.Level <= logrus.ErrorLevel {
				n.t.Errorf("%s: %s", trigger, entry.Message)
			}
		}
	}
	return fired, messages
}

// application is an Application after an operation, as the controller writes it
// (`SyncAppState` in controller/sync.go).
func application(objects []*unstructured.Unstructured, result outcome, started time.Duration) *v1alpha1.Application {
	app := &v1alpha1.Application{
		TypeMeta:   metav1.TypeMeta{APIVersion: "argoproj.io/v1alpha1", Kind: "Application"},
		ObjectMeta: metav1.ObjectMeta{Name: "shop", Namespace: "argocd"},
	}
	app.Spec.Project = "default"
	app.Spec.Source = &v1alpha1.ApplicationSource{RepoURL: "https://github.com/example/shop.git", Path: "deploy"}
	for _, obj := range objects {
		gvk := obj.GroupVersionKind()
		app.Status.Resources = append(app.Status.Resources, v1alpha1.ResourceStatus{
			Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind, Namespace: "shop", Name: obj.GetName(), Status: v1alpha1.SyncStatusCodeSynced,
		})
	}
	app.Status.Health.Status = health.HealthStatusProgressing
	app.Status.Sync.Status = v1alpha1.SyncStatusCodeOutOfSync
	state := &v1alpha1.OperationState{
		Operation:  v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Revision: "4f2a1c9"}},
		Phase:      result.phase,
		Message:    result.said,
		StartedAt:  metav1.NewTime(time.Now().Add(-started)),
		SyncResult: &v1alpha1.SyncOperationResult{Revision: "4f2a1c9", Source: *app.Spec.Source},
	}
	if state.Phase.Completed() {
		now := metav1.Now()
		state.FinishedAt = &now
	}
	for _, r := range result.resources {
		state.SyncResult.Resources = append(state.SyncResult.Resources, &v1alpha1.ResourceResult{
			HookType: r.HookType, Group: r.ResourceKey.Group, Kind: r.ResourceKey.Kind, Namespace: r.ResourceKey.Namespace, Name: r.ResourceKey.Name,
			Version: r.Version, SyncPhase: r.SyncPhase, HookPhase: r.HookPhase, Status: r.Status, Message: r.Message, Images: r.Images,
		})
	}
	app.Status.OperationState = state
	return app
}

func fields(t *testing.T, app *v1alpha1.Application) map[string]any {
	t.Helper()
	text, err := json.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	var value map[string]any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// TestNotifications lets Argo CD's sync engine make the states in which an
// Application can be, with the health checks of deploy/health, and Argo CD's
// notifications engine say what is sent.
func TestNotifications(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "shop.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	documents, err := fixture.Documents(text)
	if err != nil {
		t.Fatal(err)
	}
	objects := fixture.Objects(documents)
	sync := func(operator script) outcome {
		return newSimulation(t, objects, "shop", installed(t, fixture.HealthChecks(t))).sync(t, objects, operator)
	}
	begin := script{reconciling("Reconciling")}
	// Refused at once, and refused after some tries: another message, and another way through the check.
	refused := sync(endsBadly()["the SQL is refused"])
	again := sync(join(begin, times(30, notReady("CalculatingHash", badSQL)), times(30, notReady("Migrating", badSQL))))
	good := sync(endsWell()["at once"])
	held := sync(join(begin, times(2*maxSteps, notReady("ApprovalPending", "Schema plan is waiting for approval"))))
	for _, expected := range []struct {
		got  outcome
		want common.OperationPhase
	}{{refused, common.OperationFailed}, {again, common.OperationFailed}, {good, common.OperationSucceeded}, {held, common.OperationRunning}} {
		if expected.got.phase != expected.want {
			t.Fatalf("the engine ends with %s: %s", expected.got.phase, expected.got.message)
		}
	}

	minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	changed := func(app *v1alpha1.Application, change func(*v1alpha1.Application)) *v1alpha1.Application {
		change(app)
		return app
	}
	withoutSchemas := func(app *v1alpha1.Application) {
		var resources []v1alpha1.ResourceStatus
		for _, r := range app.Status.Resources {
			if r.Group != atlasGroup {
				resources = append(resources, r)
			}
		}
		app.Status.Resources = resources
		var results v1alpha1.ResourceResults
		for _, r := range app.Status.OperationState.SyncResult.Resources {
			if r.Group != atlasGroup {
				results = append(results, r)
			}
		}
		app.Status.OperationState.SyncResult.Resources = results
	}
	for _, test := range []struct {
		name string
		app  *v1alpha1.Application
		// fires are the triggers, with what their messages must contain.
		fires map[string][]string
		// never is in no message.
		never []string
	}{
		{name: "just created", app: changed(application(objects, good, 0), func(app *v1alpha1.Application) { app.Status = v1alpha1.ApplicationStatus{} })},
		{name: "compared, and never synced", app: changed(application(objects, good, 0), func(app *v1alpha1.Application) { app.Status.OperationState = nil })},
		{name: "waits for 14 minutes", app: application(objects, held, minutes(14))},
		{
			name: "waits for 15 minutes", app: application(objects, held, minutes(15)+time.Second),
			fires: map[string][]string{onWaiting: {"waiting for healthy state of db.atlasgo.io/Atlas", " and 1 more resources\n", "docs/monitoring.md#argocdsyncwaiting"}},
			never: []string{"is Suspended"},
		},
		{
			name: "waits, with the health in the Application",
			app: changed(application(objects, held, minutes(20)), func(app *v1alpha1.Application) {
				for i := range app.Status.Resources {
					r := &app.Status.Resources[i]
					r.Health = &v1alpha1.HealthStatus{Status: health.HealthStatusHealthy, Message: "fine"}
					if r.Kind == "AtlasSchema" {
						r.Health = &v1alpha1.HealthStatus{Status: health.HealthStatusSuspended, Message: "Schema plan is waiting for approval: https://a.example/1"}
					}
				}
			}),
			fires: map[string][]string{onWaiting: {"AtlasSchema/shop is Suspended: Schema plan is waiting for approval: https://a.example/1"}},
			never: []string{"fine"},
		},
		{name: "waits, but has no schema", app: changed(application(objects, held, minutes(20)), withoutSchemas)},
		{
			name: "the SQL is refused", app: application(objects, refused, minutes(1)),
			fires: map[string][]string{onFailed: {"AtlasSchema/shop: " + badSQL, " at 4f2a1c9. Later waves are not applied.", "Failed: one or more synchronization tasks completed unsuccessfully"}},
			never: []string{"Service/shop-db"},
		},
		{
			name: "the SQL is refused again and again", app: application(objects, again, minutes(1)),
			fires: map[string][]string{onFailed: {"AtlasSchema/shop: " + badSQL + " (CalculatingHash failed 3 times)"}},
		},
		{
			// As in `processRequestedAppOperation` of controller/appcontroller.go.
			name: "failed, and Argo CD will retry",
			app: changed(application(objects, refused, minutes(1)), func(app *v1alpha1.Application) {
				state, now := app.Status.OperationState, metav1.Now()
				state.Phase, state.FinishedAt, state.RetryCount = common.OperationRunning, &now, 1
				state.Message += ". Retrying attempt #1 at 3:04PM."
			}),
			fires: map[string][]string{onFailed: {badSQL, "Running: one or more synchronization tasks completed unsuccessfully. Retrying attempt #1 at 3:04PM."}},
		},
		{
			name: "retries for 20 minutes, between two tries",
			app: changed(application(objects, refused, minutes(20)), func(app *v1alpha1.Application) {
				state := app.Status.OperationState
				state.Phase, state.FinishedAt, state.SyncResult = common.OperationRunning, nil, nil
				state.Message = "Retrying operation with latest revisions. Attempt #3"
			}),
			fires: map[string][]string{onWaiting: {"Retrying operation with latest revisions. Attempt #3"}},
		},
		{
			name: "the cluster does not know the kind",
			app: changed(application(objects, refused, minutes(1)), func(app *v1alpha1.Application) {
				for _, r := range app.Status.OperationState.SyncResult.Resources {
					r.HookPhase, r.Status, r.Message = "", common.ResultCodeSynced, "created"
					if r.Kind == "AtlasSchema" {
						r.Status, r.Message = common.ResultCodeSyncFailed, "the server could not find the requested resource"
					}
				}
			}),
			fires: map[string][]string{onFailed: {"AtlasSchema/shop: the server could not find the requested resource"}},
			never: []string{"created"},
		},
		{
			name: "something else has failed, and the schema has not",
			app: changed(application(objects, good, minutes(1)), func(app *v1alpha1.Application) {
				app.Status.OperationState.Phase = common.OperationFailed
				for _, r := range app.Status.OperationState.SyncResult.Resources {
					if r.Kind == "StatefulSet" {
						r.HookPhase, r.Message = common.OperationFailed, "no image"
					}
				}
			}),
		},
		{
			name: "several sources",
			app: changed(application(objects, refused, minutes(1)), func(app *v1alpha1.Application) {
				app.Status.OperationState.SyncResult.Revision, app.Status.OperationState.SyncResult.Revisions = "", []string{"4f2a1c9", "81b0e77"}
			}),
			fires: map[string][]string{onFailed: {badSQL, "has failed. Later waves"}},
		},
		{
			name: "a message without end",
			app: changed(application(objects, refused, minutes(1)), func(app *v1alpha1.Application) {
				for _, r := range app.Status.OperationState.SyncResult.Resources {
					r.Message = strings.Repeat("x", 100_000)
				}
			}),
			fires: map[string][]string{onFailed: {strings.Repeat("x", 2000)}},
			never: []string{strings.Repeat("x", 2001)},
		},
		{
			name: "succeeded", app: changed(application(objects, good, minutes(1)), func(app *v1alpha1.Application) { app.Status.Health.Status = health.HealthStatusHealthy }),
			fires: map[string][]string{onApplied: {"Application shop is synced at 4f2a1c9, its health is Healthy.", "AtlasSchema/shop: The schema has been applied successfully.", "AtlasMigration/shop-events: the migrations are applied"}},
		},
		{name: "succeeded without a schema", app: changed(application(objects, good, minutes(1)), withoutSchemas)},
		{
			// The last wave is not waited for: nobody knows yet whether the schema is applied.
			name: "succeeded, and the schema is in the last wave",
			app: changed(application(objects, good, minutes(1)), func(app *v1alpha1.Application) {
				for _, r := range app.Status.OperationState.SyncResult.Resources {
					r.HookPhase, r.Message = common.OperationRunning, "created"
				}
			}),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, url := range []string{"", "https://argocd.example.com"} {
				vars := map[string]string{}
				if url != "" {
					vars["argocdUrl"] = url
				}
				fired, messages := newNotifier(t, vars).run(fields(t, test.app))
				for trigger, once := range fired {
					if _, ok := test.fires[trigger]; !ok {
						t.Errorf("%s fires:\n%s", trigger, messages[trigger].Message)
					}
					if once == "" || once == "<nil>" || once == "[]" {
						t.Errorf("%s is not sent once: %q", trigger, once)
					}
				}
				for trigger, wanted := range test.fires {
					message := messages[trigger].Message
					if _, ok := fired[trigger]; !ok {
						t.Errorf("%s does not fire", trigger)
						continue
					}
					if url != "" {
						wanted = append([]string{url + "/applications/argocd/shop"}, wanted...)
					}
					for _, part := range wanted {
						if !strings.Contains(message, part) {
							t.Errorf("%s lacks %q:\n%s", trigger, part, message)
						}
					}
					for _, part := range append([]string{"<no value>", "<nil>", "%!"}, test.never...) {
						if strings.Contains(message, part) {
							t.Errorf("%s contains %q:\n%s", trigger, part, message)
						}
					}
					if email := messages[trigger].Email; email == nil || !strings.HasPrefix(email.Subject, "shop: ") || strings.Contains(email.Subject, "\n") {
						t.Errorf("%s: subject %+v", trigger, email)
					}
				}
			}
		})
	}
}

// TestNotificationsOnce holds what Argo CD sends a message once for: the commit, and
// for a sync that waits the operation.
func TestNotificationsOnce(t *testing.T) {
	app := application(nil, outcome{phase: common.OperationFailed, resources: []common.ResourceSyncResult{}}, time.Minute)
	state := app.Status.OperationState
	state.SyncResult.Resources = v1alpha1.ResourceResults{{Group: atlasGroup, Kind: "AtlasSchema", Name: "shop", HookPhase: common.OperationFailed, Message: badSQL}}
	once := func() string {
		fired, _ := newNotifier(t, map[string]string{}).run(fields(t, app))
		return fired[onFailed]
	}
	first := once()
	state.RetryCount, state.StartedAt = 3, metav1.Now()
	if retried := once(); retried != first {
		t.Errorf("a retry of the same commit is sent again: %q, %q", first, retried)
	}
	state.SyncResult.Revision = "81b0e77"
	if next := once(); next == first {
		t.Errorf("the next commit is not sent: %q", next)
	}
	state.SyncResult.Revision, state.SyncResult.Revisions = "", []string{"a", "b"}
	sources := once()
	state.SyncResult.Revisions = []string{"a", "c"}
	if next := once(); next == sources {
		t.Errorf("a new revision of the second source is not sent: %q", next)
	}
}

// TestNotificationNames says that no key is one of Argo CD's own catalogue, which the
// patch would replace.
func TestNotificationNames(t *testing.T) {
	text, err := os.ReadFile(fixture.ModuleFile(t, "github.com/argoproj/argo-cd/v3", "notifications_catalog/install.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var catalogue corev1.ConfigMap
	if err := yaml.Unmarshal(text, &catalogue); err != nil {
		t.Fatal(err)
	}
	if len(catalogue.Data) < 10 {
		t.Fatalf("the catalogue has %d keys", len(catalogue.Data))
	}
	for key := range notificationsPatch(t) {
		if _, ok := catalogue.Data[key]; ok {
			t.Errorf("%s is in Argo CD's catalogue", key)
		}
		if !strings.HasPrefix(key, "trigger.on-schema-") && !strings.HasPrefix(key, "template.schema-") {
			t.Errorf("%s may be somebody else's", key)
		}
	}
}
