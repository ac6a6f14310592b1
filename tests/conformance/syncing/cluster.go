// Package syncing runs Argo CD's own sync engine, gitops-engine, on printed
// manifests. What the engine would send to an API server goes to a cluster in
// memory instead; everything that decides - the order, the waves, the health
// checks, when a sync waits, fails or goes on - is the engine's code.
package syncing

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube/kubetest"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
)

// clusterScoped are the kinds without a namespace that manifests here may hold.
var clusterScoped = []string{
	"APIService", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "GatewayClass",
	"IngressClass", "Namespace", "PersistentVolume", "PriorityClass", "StorageClass",
}

// cluster is what the engine believes to be a Kubernetes cluster.
type cluster struct {
	*kubetest.MockKubectlCmd

	config *rest.Config
	// onApply sees every object that is really applied, before it is stored, and
	// whether it is new or has changed.
	onApply func(obj *unstructured.Unstructured, changed bool)

	mu      sync.Mutex
	objects map[kube.ResourceKey]*unstructured.Unstructured
	// age counts the ticks since an object was created or its spec changed.
	age     map[kube.ResourceKey]int
	created int
	// kinds are those that discovery tells of.
	kinds map[schema.GroupVersion]map[string]bool
}

// newCluster is an empty cluster that serves the kinds of the objects.
func newCluster(t testing.TB, objects []*unstructured.Unstructured) *cluster {
	t.Helper()
	c := &cluster{
		MockKubectlCmd: &kubetest.MockKubectlCmd{},
		objects:        map[kube.ResourceKey]*unstructured.Unstructured{},
		age:            map[kube.ResourceKey]int{},
		kinds:          map[schema.GroupVersion]map[string]bool{},
		onApply:        func(*unstructured.Unstructured, bool) {},
	}
	for _, obj := range objects {
		gvk := obj.GroupVersionKind()
		if c.kinds[gvk.GroupVersion()] == nil {
			c.kinds[gvk.GroupVersion()] = map[string]bool{}
		}
		c.kinds[gvk.GroupVersion()][gvk.Kind] = true
	}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.config = &rest.Config{Host: server.URL, QPS: -1}
	return c
}

// ServeHTTP is discovery, and what the engine reads and writes past kubectl:
// objects by name and the finalizers of hooks.
func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	var version schema.GroupVersion
	switch {
	case len(path) >= 2 && path[0] == "api":
		version, path = schema.GroupVersion{Version: path[1]}, path[2:]
	case len(path) >= 3 && path[0] == "apis":
		version, path = schema.GroupVersion{Group: path[1], Version: path[2]}, path[3:]
	}
	kinds, ok := c.kinds[version]
	if !ok {
		notFound(w, r)
		return
	}
	if len(path) == 0 {
		list := metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: version.String()}
		for kind := range kinds {
			list.APIResources = append(list.APIResources, metav1.APIResource{
				Name: plural(version.WithKind(kind)), Kind: kind, Namespaced: !slices.Contains(clusterScoped, kind),
				Verbs: metav1.Verbs{"get", "list", "create", "update", "patch", "delete"},
			})
		}
		answer(w, list)
		return
	}
	namespace := ""
	if len(path) == 4 && path[0] == "namespaces" {
		namespace, path = path[1], path[2:]
	}
	for key, obj := range c.objects {
		gvk := obj.GroupVersionKind()
		if len(path) != 2 || gvk.GroupVersion() != version || plural(gvk) != path[0] || key.Name != path[1] || key.Namespace != namespace {
			continue
		}
		switch r.Method {
		case http.MethodPut:
			updated := &unstructured.Unstructured{}
			if err := json.NewDecoder(r.Body).Decode(&updated.Object); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			c.objects[key], obj = updated, updated
			if obj.GetDeletionTimestamp() != nil && len(obj.GetFinalizers()) == 0 {
				delete(c.objects, key)
			}
		case http.MethodDelete:
			c.remove(key)
		}
		answer(w, obj.Object)
		return
	}
	notFound(w, r)
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func notFound(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_ = json.NewEncoder(w).Encode(metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure,
		Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound, Message: r.URL.Path + " not found",
	})
}

func plural(kind schema.GroupVersionKind) string {
	resource, _ := meta.UnsafeGuessKindToResource(kind)
	return resource.Resource
}

// IsNamespaced implements kube.ResourceInfoProvider.
func (c *cluster) IsNamespaced(kind schema.GroupKind) (bool, error) {
	return !slices.Contains(clusterScoped, kind.Kind), nil
}

// ManageResources implements kube.Kubectl.
func (c *cluster) ManageResources(*rest.Config) (kube.ResourceOperations, func(), error) {
	return operations{MockResourceOps: &kubetest.MockResourceOps{}, cluster: c}, func() {}, nil
}

// DeleteResource implements kube.Kubectl.
func (c *cluster) DeleteResource(_ context.Context, _ *rest.Config, kind schema.GroupVersionKind, name, namespace string, _ metav1.DeleteOptions) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(kube.NewResourceKey(kind.Group, kind.Kind, namespace, name))
	return nil
}

// remove deletes an object, or marks it when somebody holds it by a finalizer.
func (c *cluster) remove(key kube.ResourceKey) {
	obj := c.objects[key]
	if obj == nil || len(obj.GetFinalizers()) == 0 {
		delete(c.objects, key)
		return
	}
	now := metav1.Now()
	obj.SetDeletionTimestamp(&now)
}

// live is a copy of what the cluster holds.
func (c *cluster) live() map[kube.ResourceKey]*unstructured.Unstructured {
	c.mu.Lock()
	defer c.mu.Unlock()
	live := map[kube.ResourceKey]*unstructured.Unstructured{}
	for key, obj := range c.objects {
		live[key] = obj.DeepCopy()
	}
	return live
}

// operations are kubectl's apply, create and replace.
type operations struct {
	*kubetest.MockResourceOps
	cluster *cluster
}

// ApplyResource implements kube.ResourceOperations.
func (o operations) ApplyResource(_ context.Context, obj *unstructured.Unstructured, dryRun cmdutil.DryRunStrategy, _, _, _ bool, _ string) (string, error) {
	if dryRun == cmdutil.DryRunNone {
		o.cluster.apply(obj)
	}
	return obj.GetKind() + "/" + obj.GetName() + " configured", nil
}

// CreateResource implements kube.ResourceOperations.
func (o operations) CreateResource(ctx context.Context, obj *unstructured.Unstructured, dryRun cmdutil.DryRunStrategy, validate bool) (string, error) {
	return o.ApplyResource(ctx, obj, dryRun, false, validate, false, "")
}

// ReplaceResource implements kube.ResourceOperations.
func (o operations) ReplaceResource(ctx context.Context, obj *unstructured.Unstructured, dryRun cmdutil.DryRunStrategy, force bool) (string, error) {
	return o.ApplyResource(ctx, obj, dryRun, force, false, false, "")
}

// apply stores an object as an API server does: a new spec is a new generation,
// the status stays.
func (c *cluster) apply(target *unstructured.Unstructured) {
	c.mu.Lock()
	defer c.mu.Unlock()
	obj := target.DeepCopy()
	if slices.Contains(clusterScoped, obj.GetKind()) {
		obj.SetNamespace("")
	}
	key := kube.GetResourceKey(obj)
	old := c.objects[key]
	changed := old == nil || !reflect.DeepEqual(desired(old), desired(obj))
	switch {
	case old == nil:
		obj.SetGeneration(1)
		// Without it the engine takes all objects for one and the same.
		c.created++
		obj.SetUID(types.UID(fmt.Sprintf("uid-%d", c.created)))
		if obj.GroupVersionKind().Group == atlasGroup {
			// The default in the operator's custom resource definitions.
			obj.Object["status"] = map[string]any{"observedGeneration": int64(-1)}
		}
	default:
		obj.SetGeneration(old.GetGeneration())
		obj.SetUID(old.GetUID())
		if status, ok := old.Object["status"]; ok {
			obj.Object["status"] = status
		}
		if changed {
			obj.SetGeneration(old.GetGeneration() + 1)
		}
	}
	if obj.GetKind() == "CustomResourceDefinition" {
		// The engine waits for a definition right after it has applied it.
		obj.Object["status"] = map[string]any{"conditions": []any{map[string]any{"type": "Established", "status": "True"}}}
	}
	c.onApply(obj, changed)
	c.objects[key] = obj
	if changed {
		c.age[key] = 0
	}
}

// desired is what a person asks of an object: all but its metadata and status.
func desired(obj *unstructured.Unstructured) map[string]any {
	fields := map[string]any{}
	for name, value := range obj.Object {
		if name != "metadata" && name != "status" {
			fields[name] = value
		}
	}
	return fields
}
