package syncing

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	argocd "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/syncwaves"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// maxSteps is far more than any scenario takes; a sync that is still running
// then will never end.
const maxSteps = 300

// outcome is what came of one sync.
type outcome struct {
	phase   common.OperationPhase
	message string
	// resources are what the engine says of each object at the end.
	resources []common.ResourceSyncResult
	// said is the engine's own message; `message` has the failures behind it.
	said string
	// early are the rollouts that came while a schema that they wait for was not
	// the one asked for.
	early []string
	// rollouts are all that came.
	rollouts []string
}

// simulation is a cluster with an Atlas Operator that follows a script.
type simulation struct {
	cluster   *cluster
	namespace string
	health    health.HealthOverride
	// inDatabase is the generation of each schema that the operator has applied.
	// It is the truth, which no one but the tests sees.
	inDatabase map[kube.ResourceKey]int64
	// steps counts how far each schema's script has come.
	steps map[kube.ResourceKey]int
	// unserved are kinds that the cluster serves only once the sync has begun.
	unserved map[schema.GroupVersion]map[string]bool
	// onChange sees every object that is new or has changed, before it is stored.
	onChange func(obj *unstructured.Unstructured)
	// between is what other controllers do between two looks of the engine.
	between func()
}

func newSimulation(t testing.TB, objects []*unstructured.Unstructured, namespace string, override health.HealthOverride) *simulation {
	t.Helper()
	return &simulation{
		cluster:    newCluster(t, objects),
		namespace:  namespace,
		health:     override,
		inDatabase: map[kube.ResourceKey]int64{},
		steps:      map[kube.ResourceKey]int{},
		onChange:   func(*unstructured.Unstructured) {},
		between:    func() {},
	}
}

// sync runs one sync operation as Argo CD's controller does: one step of the
// engine, with the state that it left and the cluster as it is now, and again,
// until it is over. The operator makes one step of its script between any two.
func (s *simulation) sync(t testing.TB, objects []*unstructured.Unstructured, operator script) outcome {
	t.Helper()
	var result outcome
	s.steps = map[kube.ResourceKey]int{}
	s.cluster.onApply = func(obj *unstructured.Unstructured, changed bool) {
		if changed {
			s.onChange(obj)
		}
		if !changed || !isWorkload(obj) {
			return
		}
		result.rollouts = append(result.rollouts, obj.GetKind()+"/"+obj.GetName())
		for _, schema := range objects {
			if isSchema(schema) && syncwaves.Wave(obj) > syncwaves.Wave(schema) && !s.inPlace(schema) {
				result.early = append(result.early, obj.GetKind()+"/"+obj.GetName()+" before "+schema.GetName())
			}
		}
	}
	var results []common.ResourceSyncResult
	started := metav1.Now()
	for range maxSteps {
		reconciled := sync.Reconcile(objects, s.cluster.live(), s.namespace, s.cluster)
		ctx, cleanup, err := sync.NewSyncContext("revision", reconciled, s.cluster.config, s.cluster.config, s.cluster, s.namespace,
			sync.WithLogr(logr.Discard()),
			sync.WithHealthOverride(s.health),
			sync.WithInitialState(result.phase, result.message, results, started),
			sync.WithOperationSettings(false, true, false, false),
		)
		if err != nil {
			t.Fatal(err)
		}
		ctx.Sync()
		cleanup()
		result.phase, result.message, results = ctx.GetState()
		result.resources, result.said = results, result.message
		if result.phase.Completed() {
			for _, r := range results {
				if r.HookPhase == common.OperationFailed || r.HookPhase == common.OperationError {
					result.message += fmt.Sprintf("; %s/%s: %s", r.ResourceKey.Kind, r.ResourceKey.Name, r.Message)
				}
			}
			return result
		}
		s.cluster.mu.Lock()
		maps.Copy(s.cluster.kinds, s.unserved)
		s.cluster.mu.Unlock()
		s.cluster.tick()
		s.operate(t, objects, operator)
		s.between()
	}
	return result
}

// withholdOperator takes the operator's kinds from the cluster until a sync has
// begun, as when the operator is installed by another Application at that time.
func (s *simulation) withholdOperator() {
	s.unserved = map[schema.GroupVersion]map[string]bool{}
	for version, kinds := range s.cluster.kinds {
		if version.Group == atlasGroup {
			s.unserved[version] = kinds
			delete(s.cluster.kinds, version)
		}
	}
}

// find is the key and the live object of a manifest, which is nil as long as the
// cluster does not hold the manifest as it is.
func (s *simulation) find(target *unstructured.Unstructured) (kube.ResourceKey, *unstructured.Unstructured) {
	key := kube.GetResourceKey(target)
	if key.Namespace == "" {
		key.Namespace = s.namespace
	}
	obj := s.cluster.objects[key]
	if obj == nil || !reflect.DeepEqual(desired(obj), desired(target)) {
		return key, nil
	}
	return key, obj
}

// inPlace says whether the database has the schema that Git asks for.
func (s *simulation) inPlace(target *unstructured.Unstructured) bool {
	key, obj := s.find(target)
	return obj != nil && s.inDatabase[key] == obj.GetGeneration()
}

// operate lets the operator make its next step for every schema that this sync
// has applied.
func (s *simulation) operate(t testing.TB, objects []*unstructured.Unstructured, operator script) {
	t.Helper()
	s.cluster.mu.Lock()
	defer s.cluster.mu.Unlock()
	for _, target := range objects {
		if !isSchema(target) {
			continue
		}
		key, obj := s.find(target)
		if obj == nil {
			continue
		}
		at := s.steps[key]
		if s.inDatabase[key] == obj.GetGeneration() || at >= len(operator) {
			continue
		}
		s.steps[key] = at + 1
		done, err := operator[at](obj)
		if err != nil {
			t.Fatalf("step %d of the operator's script: %v", at, err)
		}
		if done {
			s.inDatabase[key] = obj.GetGeneration()
		}
	}
}

func isSchema(obj *unstructured.Unstructured) bool {
	return obj.GroupVersionKind().Group == atlasGroup
}

// checks are health checks as Argo CD's controller runs them, for the operator's
// custom resources. Whatever else has a Lua check built into Argo CD counts as
// done at once here, since nothing in this cluster would ever write its status.
type checks struct {
	overrides lua.ResourceHealthOverrides
	// databases says whether the kinds of CloudNativePG are looked at too.
	databases bool
}

// GetResourceHealth implements health.HealthOverride.
func (c checks) GetResourceHealth(obj *unstructured.Unstructured) (*health.HealthStatus, error) {
	if !isSchema(obj) && !(c.databases && isDatabase(obj)) {
		return nil, nil
	}
	return c.overrides.GetResourceHealth(obj)
}

// builtIn are the checks that come with Argo CD.
func builtIn() health.HealthOverride {
	return checks{}
}

// installed are the checks of a directory in the layout of Argo CD's
// `resource_customizations`, installed as `argocd-cm` has them.
func installed(t testing.TB, directory string) health.HealthOverride {
	t.Helper()
	overrides := lua.ResourceHealthOverrides{}
	for _, kind := range []string{"AtlasSchema", "AtlasMigration"} {
		path := filepath.Join(directory, atlasGroup, kind, "health.lua")
		script, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("no health check for %s: %v", kind, err)
		}
		overrides[atlasGroup+"/"+kind] = argocd.ResourceOverride{HealthLua: string(script)}
	}
	return checks{overrides: overrides}
}
