// Package objects says what a Kubernetes API server would say about a printed
// manifest, with the API server's own code: strict decoding by the Go types of
// the kind's owner, and the checks that run when an object is created.
//
// Nothing here reads the plugin's specs. What comes in is a document, what goes
// out is a list of problems.
package objects

import (
	"errors"
	"fmt"
	"strings"

	argocd "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	atlas "github.com/ariga/atlas-operator/api/v1alpha1"
	cnpg "github.com/cloudnative-pg/cloudnative-pg/api/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	kubernetes "k8s.io/client-go/kubernetes/scheme"
	gateway "sigs.k8s.io/gateway-api/apis/v1"
)

var (
	typed  = newTypes()
	strict = json.NewSerializerWithOptions(json.DefaultMetaFactory, typed, typed, json.SerializerOptions{Yaml: true, Strict: true})
)

func newTypes() *runtime.Scheme {
	types := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		kubernetes.AddToScheme,
		apiextensionsv1.AddToScheme,
		atlas.AddToScheme,
		argocd.AddToScheme,
		gateway.Install,
		cnpg.AddToScheme,
	} {
		if err := add(types); err != nil {
			panic(err)
		}
	}
	return types
}

// Strict decodes a document with the Go type of its kind and refuses unknown
// fields, duplicate fields and wrong types. A kind whose group none of the types
// owns is let through: only its own API server knows it.
func Strict(text []byte) []error {
	_, kind, err := strict.Decode(text, nil, nil)
	if err == nil {
		return nil
	}
	if runtime.IsNotRegisteredError(err) && kind != nil && !ownsGroup(*kind) {
		return nil
	}
	if problems, ok := runtime.AsStrictDecodingError(err); ok {
		return problems.Errors()
	}
	return []error{err}
}

// newer are kinds whose Go types these tests do not have: those of the Atlas Operator 0.8.0, which is
// on no module proxy (0.7.37 is the last version there), of Argo Rollouts and Argo Workflows, which share Argo CD's group,
// and of CloudNativePG 1.30.
var newer = map[schema.GroupKind]bool{
	{Group: "argoproj.io", Kind: "AnalysisTemplate"}:      true,
	{Group: "argoproj.io", Kind: "Rollout"}:               true,
	{Group: "argoproj.io", Kind: "Workflow"}:              true,
	{Group: "db.atlasgo.io", Kind: "AtlasDriftCheck"}:     true,
	{Group: "db.atlasgo.io", Kind: "AtlasSecurityReport"}: true,
	{Group: "db.atlasgo.io", Kind: "AtlasSecurityScan"}:   true,
	{Group: "postgresql.cnpg.io", Kind: "DatabaseRole"}:   true,
}

// ownsGroup says whether the types know the kind's group, so that a kind they do
// not know is a mistake and not somebody else's custom resource.
func ownsGroup(kind schema.GroupVersionKind) bool {
	if newer[kind.GroupKind()] {
		return false
	}
	if typed.IsGroupRegistered(kind.Group) {
		return true
	}
	return !strings.Contains(kind.Group, ".")
}

// Check is every check of this package on one document.
func Check(definitions *Definitions, namespace string, text []byte) error {
	problems := Strict(text)
	obj, err := parse(text)
	if err != nil {
		return errors.Join(append(problems, err)...)
	}
	problems = append(problems, lastApplied(obj)...)
	switch {
	case native(obj.GroupVersionKind()):
		problems = append(problems, createNative(obj, namespace)...)
	case definitions.Has(obj.GroupVersionKind()):
		problems = append(problems, definitions.create(obj, namespace)...)
	default:
		problems = append(problems, metadata(obj)...)
	}
	for i, problem := range problems {
		problems[i] = fmt.Errorf("%s: %w", obj.GroupVersionKind(), problem)
	}
	return errors.Join(problems...)
}
