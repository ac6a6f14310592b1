package objects

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	core "k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	resourceutil "github.com/argoproj/argo-cd/gitops-engine/pkg/sync/resource"
)

// strategies are what Kubernetes itself runs when one of its own kinds is
// created: defaults, preparation, validation. They hold all rules, also those
// that no schema and no type can express.
var strategies = map[schema.GroupKind]rest.RESTCreateStrategy{
	{Kind: "ConfigMap"}:                                       configmap.Strategy,
	{Kind: "Namespace"}:                                       namespace.Strategy,
	{Kind: "PersistentVolumeClaim"}:                           persistentvolumeclaim.Strategy,
	{Kind: "Pod"}:                                             pod.Strategy,
	{Kind: "Secret"}:                                          secret.Strategy,
	{Kind: "Service"}:                                         service.Strategy,
	{Kind: "ServiceAccount"}:                                  serviceaccount.Strategy,
	{Group: "apps", Kind: "DaemonSet"}:                        daemonset.Strategy,
	{Group: "apps", Kind: "Deployment"}:                       deployment.Strategy,
	{Group: "apps", Kind: "StatefulSet"}:                      statefulset.Strategy,
	{Group: "autoscaling", Kind: "HorizontalPodAutoscaler"}:   horizontalpodautoscaler.Strategy,
	{Group: "batch", Kind: "CronJob"}:                         cronjob.Strategy,
	{Group: "batch", Kind: "Job"}:                             job.Strategy,
	{Group: "networking.k8s.io", Kind: "Ingress"}:             ingress.Strategy,
	{Group: "networking.k8s.io", Kind: "NetworkPolicy"}:       networkpolicy.Strategy,
	{Group: "policy", Kind: "PodDisruptionBudget"}:            poddisruptionbudget.Strategy,
	{Group: "rbac.authorization.k8s.io", Kind: "Role"}:        role.Strategy,
	{Group: "rbac.authorization.k8s.io", Kind: "RoleBinding"}: rolebinding.Strategy,
}

func native(kind schema.GroupVersionKind) bool {
	_, ok := strategies[kind.GroupKind()]
	return ok
}

func parse(text []byte) (*unstructured.Unstructured, error) {
	fields, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, err
	}
	// Not into plain maps: the API server's reader keeps integers apart from
	// floating-point numbers, and validation rules tell them apart.
	value := map[string]any{}
	if err := utiljson.Unmarshal(fields, &value); err != nil {
		return nil, err
	}
	obj := &unstructured.Unstructured{Object: value}
	if obj.GetAPIVersion() == "" || obj.GetKind() == "" {
		return nil, errors.New("a document without apiVersion and kind")
	}
	return obj, nil
}

// createNative creates the object as Kubernetes' API server would, up to the
// point where it would be stored.
func createNative(obj *unstructured.Unstructured, namespace string) []error {
	text, err := obj.MarshalJSON()
	if err != nil {
		return []error{err}
	}
	internal, err := runtime.Decode(legacyscheme.Codecs.UniversalDecoder(), text)
	if err != nil {
		return []error{err}
	}
	if svc, ok := internal.(*core.Service); ok && svc.Spec.ClusterIP != "" && len(svc.Spec.ClusterIPs) == 0 {
		// The API server fills the list from the single field in its storage, which
		// is not part of the strategy.
		svc.Spec.ClusterIPs = []string{svc.Spec.ClusterIP}
	}
	return create(strategies[obj.GroupVersionKind().GroupKind()], obj.GroupVersionKind(), internal, namespace)
}

// create runs a strategy. What the API server would only warn about counts as a
// problem too: the plugin's own objects should give a person nothing to read.
func create(strategy rest.RESTCreateStrategy, kind schema.GroupVersionKind, obj runtime.Object, namespace string) []error {
	accessor, err := meta.Accessor(obj)
	if err != nil {
		return []error{err}
	}
	rest.FillObjectMetaSystemFields(accessor)
	if accessor.GetName() == "" && accessor.GetGenerateName() != "" {
		accessor.SetName(strategy.GenerateName(accessor.GetGenerateName()))
	}
	switch {
	case !strategy.NamespaceScoped():
		namespace = metav1.NamespaceNone
	case accessor.GetNamespace() != "":
		namespace = accessor.GetNamespace()
	}
	recorder := &warnings{}
	ctx := genericapirequest.WithNamespace(context.Background(), namespace)
	resource, _ := meta.UnsafeGuessKindToResource(kind)
	ctx = genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{
		IsResourceRequest: true, Verb: "create", Namespace: namespace, Name: accessor.GetName(),
		APIGroup: resource.Group, APIVersion: resource.Version, Resource: resource.Resource,
	})
	ctx = warning.WithWarningRecorder(ctx, recorder)
	err = rest.BeforeCreate(strategy, ctx, obj)
	if err != nil {
		recorder.problems = append(recorder.problems, err)
	}
	return recorder.problems
}

type warnings struct {
	problems []error
}

// AddWarning implements the API server's recorder.
func (w *warnings) AddWarning(_, text string) {
	w.problems = append(w.problems, fmt.Errorf("warning: %s", text))
}

// metadata checks the metadata of an object of a kind that nothing here knows.
func metadata(obj *unstructured.Unstructured) []error {
	named := obj.DeepCopy()
	if named.GetName() == "" && named.GetGenerateName() != "" {
		named.SetName(named.GetGenerateName() + "x")
	}
	var problems []error
	scoped := named.GetNamespace() != ""
	for _, problem := range validation.ValidateObjectMetaAccessor(named, scoped, validation.NameIsDNSSubdomain, field.NewPath("metadata")) {
		problems = append(problems, problem)
	}
	return problems
}

// lastApplied checks that a client-side apply can keep its copy of the object in
// an annotation, which shares the limit of all annotations.
func lastApplied(obj *unstructured.Unstructured) []error {
	if resourceutil.HasAnnotationOption(obj, common.AnnotationSyncOptions, common.SyncOptionServerSideApply) {
		return nil
	}
	copied, err := json.Marshal(obj.Object)
	if err != nil {
		return []error{err}
	}
	annotations := map[string]string{}
	for name, value := range obj.GetAnnotations() {
		annotations[name] = value
	}
	annotations["kubectl.kubernetes.io/last-applied-configuration"] = string(copied) + "\n"
	var problems []error
	if err := validation.ValidateAnnotationsSize(annotations); err != nil {
		problems = append(problems, fmt.Errorf("client-side apply cannot keep its copy: %w; the object needs the sync option ServerSideApply=true", err))
	}
	return problems
}
