package objects

import (
	"errors"
	"fmt"
	"os"
	"slices"

	apiextensionsinternal "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured/unstructuredscheme"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
	"sigs.k8s.io/yaml"
)

// Definitions are the custom resource definitions that a cluster has.
type Definitions struct {
	served map[schema.GroupVersionKind]definition
}

type definition struct {
	structural *structuralschema.Structural
	strategy   rest.RESTCreateStrategy
}

// Load reads custom resource definitions, one a file, and prepares what the API
// server prepares when it starts to serve them.
func Load(paths ...string) (*Definitions, error) {
	d := &Definitions{served: map[schema.GroupVersionKind]definition{}}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if err := d.add(text); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return d, nil
}

// Has says whether the cluster serves the kind.
func (d *Definitions) Has(kind schema.GroupVersionKind) bool {
	_, ok := d.served[kind]
	return ok
}

// Kinds are the kinds served, sorted.
func (d *Definitions) Kinds() []string {
	var kinds []string
	for kind := range d.served {
		kinds = append(kinds, kind.String())
	}
	slices.Sort(kinds)
	return kinds
}

func (d *Definitions) add(text []byte) error {
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(text, &crd); err != nil {
		return err
	}
	if crd.Kind != "CustomResourceDefinition" || len(crd.Spec.Versions) == 0 {
		return errors.New("no CustomResourceDefinition")
	}
	for _, version := range crd.Spec.Versions {
		if !version.Served {
			continue
		}
		kind := schema.GroupVersionKind{Group: crd.Spec.Group, Version: version.Name, Kind: crd.Spec.Names.Kind}
		var internal apiextensionsinternal.CustomResourceValidation
		if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(version.Schema, &internal, nil); err != nil {
			return err
		}
		structural, err := structuralschema.NewStructural(internal.OpenAPIV3Schema)
		if err != nil {
			return err
		}
		validator, _, err := validation.NewSchemaValidator(internal.OpenAPIV3Schema)
		if err != nil {
			return err
		}
		typer := unstructuredscheme.NewUnstructuredObjectTyper()
		scoped := crd.Spec.Scope == apiextensionsv1.NamespaceScoped
		strategy := customresource.NewStrategy(typer, scoped, kind, validator, nil, structural, nil, nil, nil)
		d.served[kind] = definition{structural: structural, strategy: strategy}
	}
	return nil
}

// create creates a custom resource as the API server would. A field that it
// would drop without a word is a problem.
func (d *Definitions) create(obj *unstructured.Unstructured, namespace string) []error {
	definition := d.served[obj.GroupVersionKind()]
	obj = obj.DeepCopy()
	var problems []error
	unknown := pruning.PruneWithOptions(obj.Object, definition.structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	for _, path := range unknown {
		problems = append(problems, fmt.Errorf("the custom resource definition has no field %s: the API server would drop it", path))
	}
	defaulting.Default(obj.Object, definition.structural)
	return append(problems, create(definition.strategy, obj.GroupVersionKind(), obj, namespace)...)
}
