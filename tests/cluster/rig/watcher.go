package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic/dynamicinformer"

	"argocd-atlas-plugin/cluster/servers"
)

// Kinds that are watched and asked for.
var Kinds = map[string]schema.GroupVersionResource{
	"Deployment":            {Group: "apps", Version: "v1", Resource: "deployments"},
	"StatefulSet":           {Group: "apps", Version: "v1", Resource: "statefulsets"},
	"DaemonSet":             {Group: "apps", Version: "v1", Resource: "daemonsets"},
	"AtlasSchema":           {Group: "db.atlasgo.io", Version: "v1alpha1", Resource: "atlasschemas"},
	"AtlasMigration":        {Group: "db.atlasgo.io", Version: "v1alpha1", Resource: "atlasmigrations"},
	"Application":           {Group: "argoproj.io", Version: "v1alpha1", Resource: "applications"},
	"Secret":                {Version: "v1", Resource: "secrets"},
	"Service":               {Version: "v1", Resource: "services"},
	"ConfigMap":             {Version: "v1", Resource: "configmaps"},
	"PersistentVolumeClaim": {Version: "v1", Resource: "persistentvolumeclaims"},
	"Namespace":             {Version: "v1", Resource: "namespaces"},
}

var watched = []string{"Deployment", "StatefulSet", "DaemonSet", "AtlasSchema", "AtlasMigration", "Application"}

// Event is one version of an object.
type Event struct {
	Time     time.Time
	Kind     string
	Name     string
	Deleted  bool
	Text     string
	Object   *unstructured.Unstructured
	Rollout  bool     // the pod template of an application is new
	Images   []string // of a workload
	Columns  []string // what the namespace's databases had at a rollout
	Unasked  []string // databases that gave no answer at a rollout
	Database bool     // the workload is a database itself
}

// Watcher hands every version of what matters to whoever listens to its namespace. At each change of a workload it first asks
// the databases of that namespace what they have.
type Watcher struct {
	rig       *Rig
	mu        sync.Mutex
	listeners map[string]func(Event)
	templates map[string]string
	last      map[string]string
}

func newWatcher(r *Rig) *Watcher {
	return &Watcher{rig: r, listeners: map[string]func(Event){}, templates: map[string]string{}, last: map[string]string{}}
}

// Listen sends a namespace's events to f until stop is called. Applications belong to their destination.
func (w *Watcher) Listen(namespace string, f func(Event)) (stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listeners[namespace] = f
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.listeners, namespace)
	}
}

func (w *Watcher) start(ctx context.Context) error {
	f := dynamicinformer.NewDynamicSharedInformerFactory(w.rig.Dynamic, 0)
	for _, kind := range watched {
		informer := f.ForResource(Kinds[kind]).Informer()
		if _, err := informer.AddEventHandler(events(func(o *unstructured.Unstructured, deleted bool) { w.on(ctx, kind, o, deleted) })); err != nil {
			return err
		}
	}
	f.Start(ctx.Done())
	f.WaitForCacheSync(ctx.Done())
	return ctx.Err()
}

func (w *Watcher) on(ctx context.Context, kind string, o *unstructured.Unstructured, deleted bool) {
	namespace := o.GetNamespace()
	if kind == "Application" {
		namespace = Text(o, "spec", "destination", "namespace")
	}
	w.mu.Lock()
	f := w.listeners[namespace]
	w.mu.Unlock()
	if f == nil {
		return
	}
	e := Event{Time: time.Now(), Kind: kind, Name: o.GetName(), Deleted: deleted, Object: o}
	switch kind {
	case "Application":
		e.Text = applicationText(o)
	case "AtlasSchema", "AtlasMigration":
		e.Text = atlasText(o)
	default:
		w.workload(ctx, &e)
	}
	if deleted {
		e.Text = "deleted"
	} else if o.GetDeletionTimestamp() != nil {
		e.Text += " (being deleted)"
	}
	f(e)
}

func (w *Watcher) workload(ctx context.Context, e *Event) {
	containers, _, _ := unstructured.NestedSlice(e.Object.Object, "spec", "template", "spec", "containers")
	for _, c := range containers {
		if m, ok := c.(map[string]any); ok {
			image, _ := m["image"].(string)
			e.Images = append(e.Images, image)
		}
	}
	e.Database = len(e.Images) > 0 && servers.EngineOf(e.Images[0]) != ""
	status := func(field string) int64 {
		n, _, _ := unstructured.NestedInt64(e.Object.Object, "status", field)
		return n
	}
	e.Text = fmt.Sprintf("generation %d %s updated=%d ready=%d", e.Object.GetGeneration(), strings.Join(e.Images, ","), status("updatedReplicas"),
		status("readyReplicas"))
	template, _, _ := unstructured.NestedMap(e.Object.Object, "spec", "template")
	text, _ := json.Marshal(template)
	key := e.Kind + "/" + string(e.Object.GetUID())
	w.mu.Lock()
	changed := !e.Deleted && w.templates[key] != string(text)
	w.templates[key] = string(text)
	w.mu.Unlock()
	if changed && !e.Database {
		e.Rollout = true
		e.Columns, e.Unasked = w.rig.Columns(ctx, e.Object.GetNamespace())
	}
}

// Columns asks all databases of a namespace for their `database.table.column`, and says which gave no answer.
func (r *Rig) Columns(ctx context.Context, namespace string) (columns, unasked []string) {
	for _, s := range r.Kubelet.Databases(namespace) {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		found, err := s.Columns(ctx)
		cancel()
		if err != nil {
			unasked = append(unasked, err.Error())
		}
		columns = append(columns, found...)
	}
	slices.Sort(columns)
	return columns, unasked
}

// Text is a string in an object, or nothing.
func Text(o *unstructured.Unstructured, fields ...string) string {
	if o == nil {
		return ""
	}
	s, _, _ := unstructured.NestedString(o.Object, fields...)
	return s
}

// Number is a whole number in an object, or 0.
func Number(o *unstructured.Unstructured, fields ...string) int64 {
	if o == nil {
		return 0
	}
	n, _, _ := unstructured.NestedInt64(o.Object, fields...)
	return n
}

// Condition is the object's condition of this type.
func Condition(o *unstructured.Unstructured, kind string) map[string]any {
	all, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, c := range all {
		if m, ok := c.(map[string]any); ok && m["type"] == kind {
			return m
		}
	}
	return map[string]any{}
}

func atlasText(o *unstructured.Unstructured) string {
	ready := Condition(o, "Ready")
	return fmt.Sprintf("generation %d seen %d Ready=%v %v failed=%d: %.200q", o.GetGeneration(), Number(o, "status", "observedGeneration"), ready["status"],
		ready["reason"], Number(o, "status", "failed"), fmt.Sprint(ready["message"]))
}

func applicationText(o *unstructured.Unstructured) string {
	text := fmt.Sprintf("%s/%s at %.8s, operation %s at %.8s retry %d: %.240q", Text(o, "status", "sync", "status"), Text(o, "status", "health", "status"),
		Text(o, "status", "sync", "revision"), Text(o, "status", "operationState", "phase"), Text(o, "status", "operationState", "syncResult", "revision"),
		Number(o, "status", "operationState", "retryCount"), Text(o, "status", "operationState", "message"))
	all, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, c := range all {
		if m, ok := c.(map[string]any); ok {
			text += fmt.Sprintf(" [%v: %.300v]", m["type"], m["message"])
		}
	}
	return text
}
