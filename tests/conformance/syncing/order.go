package syncing

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// task is one line of the engine's plan.
type task struct {
	phase string
	wave  int
	key   kube.ResourceKey
}

func (t task) String() string {
	return fmt.Sprintf("%s wave %d %s %s", t.phase, t.wave, t.key.Kind, t.key.Name)
}

// plan is the engine's own order of the objects.
//
// The types that hold it are not exported, and the calls to apply do not show
// it, since the engine applies objects of one kind at the same time. It does say
// it, though, to the logger that its caller passes in: at the beginning of each
// step, as the value `tasks`, sorted by its own code. A plan that is not said
// fails the test, so that a newer engine that words it otherwise is noticed.
func plan(t testing.TB, objects []*unstructured.Unstructured, namespace string) []task {
	t.Helper()
	sink := &planSink{}
	c := newCluster(t, objects)
	result := sync.Reconcile(objects, c.live(), namespace, c)
	// A sync that has begun says its whole plan. One that has not leaves out the
	// namespace that it creates before anything else.
	begun := []common.ResourceSyncResult{{ResourceKey: kube.NewResourceKey("", "ConfigMap", namespace, "conformance/begun"), Order: 1}}
	ctx, cleanup, err := sync.NewSyncContext("revision", result, c.config, c.config, c, namespace,
		sync.WithLogr(logr.New(sink)), sync.WithInitialState(common.OperationRunning, "", begun, metav1.Now()))
	if err != nil {
		t.Fatal(err)
	}
	defer cleanup()
	ctx.Sync()
	if phase, message, _ := ctx.GetState(); phase == common.OperationFailed || phase == common.OperationError {
		t.Fatalf("the engine refuses the objects: %s", message)
	}
	if sink.lines == nil {
		t.Fatal("the engine has not said its plan")
	}
	var tasks []task
	for _, line := range sink.lines {
		fields := taskLine.FindStringSubmatch(line)
		if fields == nil {
			t.Fatalf("the engine says %q, which is not the form of a task that this test knows", line)
		}
		wave, err := strconv.Atoi(fields[2])
		if err != nil {
			t.Fatal(err)
		}
		tasks = append(tasks, task{phase: fields[1], wave: wave, key: kube.NewResourceKey(fields[3], fields[4], fields[5], fields[6])})
	}
	return tasks
}

// taskLine is how the engine writes a task:
// `Sync/2 resource apps/Deployment:shop/web nil->obj (,,)`.
var taskLine = regexp.MustCompile(`^(\w+)/(-?\d+) (?:hook|resource) ([^/]*)/([^:]*):([^/]*)/(\S+) `)

// planSink is a logger that keeps the engine's plan and drops all else.
type planSink struct {
	lines []string
	// parent is the sink that keeps the plan; nil in that one.
	parent *planSink
	tasks  any
}

// Init implements logr.LogSink.
func (s *planSink) Init(logr.RuntimeInfo) {}

// Enabled implements logr.LogSink.
func (s *planSink) Enabled(int) bool { return true }

// Error implements logr.LogSink.
func (s *planSink) Error(error, string, ...any) {}

// WithName implements logr.LogSink.
func (s *planSink) WithName(string) logr.LogSink { return s }

// WithValues implements logr.LogSink.
func (s *planSink) WithValues(keysAndValues ...any) logr.LogSink {
	root := s
	if s.parent != nil {
		root = s.parent
	}
	child := &planSink{parent: root, tasks: s.tasks}
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		if keysAndValues[i] == "tasks" {
			child.tasks = keysAndValues[i+1]
		}
	}
	return child
}

// Info implements logr.LogSink.
func (s *planSink) Info(_ int, message string, _ ...any) {
	if message != "Tasks" || s.parent == nil {
		return
	}
	tasks := reflect.ValueOf(s.tasks)
	if tasks.Kind() != reflect.Slice {
		return
	}
	s.parent.lines = []string{}
	for i := range tasks.Len() {
		s.parent.lines = append(s.parent.lines, fmt.Sprint(tasks.Index(i).Interface()))
	}
}

// compare says where the printed order is not the engine's. Objects that the
// engine does not apply in a sync (`hook: Skip`, `PreDelete`) are left out, and
// one that it applies in several phases counts where it comes first.
func compare(t testing.TB, printed []*unstructured.Unstructured, namespace string) error {
	t.Helper()
	for i, obj := range printed {
		if slices.Contains(clusterScoped, obj.GetKind()) && obj.GetNamespace() != "" {
			// The controller does so before the engine sees them (`state.go`,
			// `DeduplicateTargetObjects`).
			printed[i] = obj.DeepCopy()
			printed[i].SetNamespace("")
		}
		if obj.GetName() == "" {
			// The engine would make a name with the time in it.
			printed[i] = obj.DeepCopy()
			printed[i].SetName(obj.GetGenerateName() + "0")
		}
	}
	var tasks []task
	position := map[kube.ResourceKey]int{}
	for _, task := range plan(t, printed, namespace) {
		if _, ok := position[task.key]; !ok {
			position[task.key] = len(tasks)
			tasks = append(tasks, task)
		}
	}
	at := 0
	for _, obj := range printed {
		key := kube.GetResourceKey(obj)
		if key.Namespace == "" {
			key.Namespace = namespace
		}
		index, ok := position[key]
		if !ok {
			continue
		}
		if index != at && !tied(t, tasks[index], tasks[at]) {
			return fmt.Errorf("printed as number %d: %s, where Argo CD applies %s; its order is\n%v", at+1, tasks[index], tasks[at], tasks)
		}
		at++
	}
	if at != len(tasks) {
		return fmt.Errorf("%d objects of the plan were printed, want %d: %v", at, len(tasks), tasks)
	}
	return nil
}

// tied says whether the engine has no order for two tasks: they are alike in
// phase, wave and name, and their kinds have no order either.
func tied(t testing.TB, a, b task) bool {
	t.Helper()
	if a.phase != b.phase || a.wave != b.wave || a.key.Name != b.key.Name {
		return false
	}
	return a.key.Kind == b.key.Kind || (!ordered(t, a.key.Kind) && !ordered(t, b.key.Kind))
}

// ordered asks the engine whether a kind has a place of its own: it then comes
// before a custom resource whose name comes first.
func ordered(t testing.TB, kind string) bool {
	t.Helper()
	probe := func(kind, name string) *unstructured.Unstructured {
		obj := &unstructured.Unstructured{}
		obj.SetAPIVersion("conformance.example/v1")
		obj.SetKind(kind)
		obj.SetName(name)
		return obj
	}
	return plan(t, []*unstructured.Unstructured{probe("Unknown", "a"), probe(kind, "b")}, "default")[0].key.Kind == kind
}
