package syncing

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"argocd-atlas-plugin/conformance/internal/fixture"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/syncwaves"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	argocd "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const cnpgGroup = "postgresql.cnpg.io"

func isDatabase(obj *unstructured.Unstructured) bool {
	return obj.GroupVersionKind().Group == cnpgGroup
}

// written is the status that CloudNativePG writes in one step; nil leaves it as it is. The last
// step of a script is the one after which the object is what Git asks for.
type written func(obj *unstructured.Unstructured) map[string]any

func nothing(*unstructured.Unstructured) map[string]any { return nil }

// clusterIn is a Cluster in a phase, after `reconcileImage` has seen its image.
func clusterIn(phase, reason string, missing int64, target string) written {
	return func(obj *unstructured.Unstructured) map[string]any {
		instances, _, _ := unstructured.NestedInt64(obj.Object, "spec", "instances")
		image, _, _ := unstructured.NestedString(obj.Object, "spec", "imageName")
		ready := "False"
		if phase == "Cluster in healthy state" {
			ready = "True"
		}
		return map[string]any{
			"phase": phase, "phaseReason": reason, "image": image,
			"pgDataImageInfo": map[string]any{"image": image, "majorVersion": int64(17)},
			"instances":       instances, "readyInstances": instances - missing,
			"currentPrimary": obj.GetName() + "-1", "targetPrimary": target,
			"conditions": []any{map[string]any{"type": "Ready", "status": ready, "reason": "Cluster"}},
		}
	}
}

func poolerIn(phase, reason string, missing int64) written {
	return func(obj *unstructured.Unstructured) map[string]any {
		instances, _, _ := unstructured.NestedInt64(obj.Object, "spec", "instances")
		return map[string]any{
			"phase": phase, "phaseReason": reason, "instances": instances - missing,
			"secrets": map[string]any{"serverCA": map[string]any{"name": "shop-db-ca"}},
		}
	}
}

// failed is what markAsFailed writes: the generation stays that of the last success.
func failed(message string) written {
	return func(obj *unstructured.Unstructured) map[string]any {
		status := map[string]any{"applied": false, "message": message}
		if observed, ok, _ := unstructured.NestedInt64(obj.Object, "status", "observedGeneration"); ok {
			status["observedGeneration"] = observed
		}
		return status
	}
}

func markAsReady(obj *unstructured.Unstructured) map[string]any {
	return map[string]any{"applied": true, "observedGeneration": obj.GetGeneration()}
}

// story is what the controllers of each kind do after a change of its spec.
type story map[string][]written

const (
	healthyPhase = "Cluster in healthy state"
	primary      = "shop-db-1"
)

// goodStories end well: one for a first sync, and one for a change.
func goodStories() map[string][2]story {
	end := clusterIn(healthyPhase, "", 0, primary)
	starts := story{
		"Cluster": {
			nothing, clusterIn("Setting up primary", "Creating primary instance shop-db-1", 2, primary),
			clusterIn("Waiting for the instances to become active", "", 2, primary),
			clusterIn("Creating a new replica", "", 1, primary), clusterIn(healthyPhase, "", 1, primary), end,
		},
		"Database": {nothing, failed(`while creating database "shop": ERROR: role "shop" does not exist (SQLSTATE 42704)`), markAsReady},
		"Pooler":   {nothing, poolerIn("inactive", `AuthUserSecret "shop-db-pooler" not found`, 2), poolerIn("active", "", 1), poolerIn("active", "", 0)},
	}
	changes := story{
		"Cluster": {
			nothing, nothing, clusterIn("Cluster upgrade delayed", "", 0, primary), clusterIn("Upgrading cluster", "", 0, primary),
			clusterIn("Waiting for the instances to become active", "", 1, primary), clusterIn("Switchover in progress", "", 0, "shop-db-2"),
			clusterIn("Primary instance is being restarted without a switchover", "", 1, primary), clusterIn("Applying configuration", "", 0, primary),
			clusterIn("Online upgrade in progress", "", 0, primary), clusterIn("Failing over", "", 1, "pending"), end,
		},
		"Database": {nothing, nothing, failed("while connecting to the database: connection refused"), markAsReady},
		"Pooler":   {nothing, nothing, poolerIn("active", "", 1), poolerIn("active", "", 0)},
	}
	atOnce := story{"Cluster": {end}, "Database": {markAsReady}, "Pooler": {poolerIn("active", "", 0)}}
	away := story{}
	for kind, steps := range atOnce {
		away[kind] = append(slices.Repeat([]written{nothing}, 12), steps...)
	}
	supervised := story{
		"Cluster": {
			nothing, clusterIn("Upgrading cluster", "", 1, primary), clusterIn("Waiting for user action", "User must issue a supervised switchover", 0, primary),
			clusterIn("Waiting for user action", "User must issue a supervised switchover", 0, primary), end,
		},
		"Database": atOnce["Database"], "Pooler": atOnce["Pooler"],
	}
	return map[string][2]story{
		"at once": {atOnce, atOnce}, "every phase": {starts, changes}, "the operator is away": {away, away}, "supervised": {starts, supervised},
	}
}

// badStory is one in which a kind never becomes what Git asks for.
type badStory struct {
	story
	kind string
}

// badStories are for a first sync.
func badStories() map[string]badStory {
	good := goodStories()["at once"][0]
	with := func(kind string, steps ...written) badStory {
		bad := maps.Clone(good)
		bad[kind] = steps
		return badStory{story: bad, kind: kind}
	}
	return map[string]badStory{
		"the bootstrap fails":      with("Cluster", nothing, clusterIn("Cluster is unrecoverable and needs manual intervention", "", 2, primary)),
		"an extension is missing":  with("Database", failed(`ERROR: extension "postgis" is not available (SQLSTATE 0A000)`)),
		"the pooler has no image":  with("Pooler", poolerIn("failed", `key "pgbouncer" not found in ImageCatalog "poolers"`, 2)),
		"the role is never there":  with("Database", failed(`ERROR: role "shop" does not exist (SQLSTATE 42704)`)),
		"the operator never comes": with("Cluster"),
	}
}

// TestDatabases runs whole syncs of a Cluster, what is made in it, its schema and an application,
// while CloudNativePG goes through its phases. What is built into Argo CD shows that the simulation
// notices an early rollout and a needless failure.
func TestDatabases(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "database.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	documents, err := fixture.Documents(text)
	if err != nil {
		t.Fatal(err)
	}
	objects := fixture.Objects(documents)
	t.Run("installed", func(t *testing.T) {
		got := runDatabases(t, objects, withDatabases(t))
		for what, found := range map[string][]string{"early": got.early, "failed": got.failed, "passed": got.passed} {
			for _, each := range found {
				t.Errorf("%s: %s", what, each)
			}
		}
		if got.rollouts == 0 {
			t.Error("nothing was ever rolled out")
		}
	})
	t.Run("built in", func(t *testing.T) {
		override := installed(t, fixture.HealthChecks(t)).(checks)
		override.databases = true
		got := runDatabases(t, objects, override)
		if len(got.early) == 0 || len(got.failed) == 0 {
			t.Errorf("early %d, failed %d: the simulation does not find what is known to be wrong", len(got.early), len(got.failed))
		}
	})
}

// withDatabases are the installed checks, those of CloudNativePG's kinds with them.
func withDatabases(t *testing.T) health.HealthOverride {
	t.Helper()
	directory := fixture.HealthChecks(t)
	all := installed(t, directory).(checks)
	all.databases = true
	all.overrides = maps.Clone(all.overrides)
	scripts, err := filepath.Glob(filepath.Join(directory, cnpgGroup, "*", "health.lua"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no checks of %s: %v", cnpgGroup, err)
	}
	for _, path := range scripts {
		script, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.overrides[cnpgGroup+"/"+filepath.Base(filepath.Dir(path))] = argocd.ResourceOverride{HealthLua: string(script)}
	}
	return all
}

// runDatabases counts over every story: a first sync, and a change on top of one.
func runDatabases(t *testing.T, objects []*unstructured.Unstructured, override health.HealthOverride) tally {
	t.Helper()
	var total tally
	sync := func(s *simulation, name string, objects []*unstructured.Unstructured, told story, never string) {
		well := never == ""
		// How far each object's story has come, and for which generation it has ended.
		steps, inPlace := map[kube.ResourceKey]int{}, map[kube.ResourceKey]bool{}
		for _, obj := range objects {
			if isDatabase(obj) {
				key, live := s.find(obj)
				inPlace[key] = live != nil
			}
		}
		s.onChange = func(obj *unstructured.Unstructured) {
			if isDatabase(obj) {
				key := kube.GetResourceKey(obj)
				steps[key], inPlace[key] = 0, false
			}
			for _, database := range objects {
				key, _ := s.find(database)
				if isDatabase(database) && syncwaves.Wave(obj) > syncwaves.Wave(database) && !inPlace[key] {
					total.early = append(total.early, fmt.Sprintf("%s: %s/%s before %s/%s", name, obj.GetKind(), obj.GetName(), database.GetKind(), database.GetName()))
				}
			}
		}
		s.between = func() {
			s.cluster.mu.Lock()
			defer s.cluster.mu.Unlock()
			for _, target := range objects {
				key, obj := s.find(target)
				script := told[target.GetKind()]
				if !isDatabase(target) || obj == nil || inPlace[key] || steps[key] >= len(script) {
					continue
				}
				if status := script[steps[key]](obj); status != nil {
					obj.Object["status"] = status
				}
				steps[key]++
				inPlace[key] = steps[key] == len(script) && target.GetKind() != never
			}
		}
		got := s.sync(t, objects, endsWell()["at once"])
		total.rollouts += len(got.rollouts)
		switch {
		case well && got.phase != common.OperationSucceeded:
			total.failed = append(total.failed, name+": "+string(got.phase)+": "+got.message)
		case !well && got.phase == common.OperationSucceeded:
			total.passed = append(total.passed, name+": "+got.message)
		}
	}
	changed := changeDatabases(t, objects)
	good, bad := goodStories(), badStories()
	for _, name := range slices.Sorted(maps.Keys(good)) {
		s := newSimulation(t, objects, "shop", override)
		sync(s, "install, "+name, objects, good[name][0], "")
		sync(s, "change, "+name, changed, good[name][1], "")
		sync(s, "the same again after "+name, changed, nil, "")
	}
	for _, name := range slices.Sorted(maps.Keys(bad)) {
		s := newSimulation(t, objects, "shop", override)
		sync(s, "install, "+name, objects, bad[name].story, bad[name].kind)
	}
	return total
}

// changeDatabases is a commit that touches every object of a database, and everything after it.
func changeDatabases(t *testing.T, objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	t.Helper()
	changed := change(objects, "changed")
	for _, obj := range changed {
		var err error
		switch obj.GetKind() {
		case "Cluster":
			err = unstructured.SetNestedField(obj.Object, "ghcr.io/cloudnative-pg/postgresql:17.6", "spec", "imageName")
		case "Database":
			err = unstructured.SetNestedField(obj.Object, "another", "spec", "owner")
		case "Pooler":
			err = unstructured.SetNestedField(obj.Object, int64(3), "spec", "instances")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return changed
}
