package syncing

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"argocd-atlas-plugin/conformance/internal/fixture"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/syncwaves"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// tally is what counts: applications rolled out before their schema is in place,
// and syncs that fail although everything ends well.
type tally struct {
	early  []string
	failed []string
	// passed are syncs that succeed although the schema never gets into place.
	passed []string
	// rollouts is how often an application was rolled out at all.
	rollouts int
}

// TestSeed runs every scenario on what the seed's specs come out as. Their waves
// are looked at first: the count of early rollouts rests on them.
func TestSeed(t *testing.T) {
	for _, c := range fixture.ManifestCases(t) {
		if c.Name != "seed/as_specs" {
			continue
		}
		objects := fixture.Objects(c.Outputs[0].Documents)
		waves := map[int]string{}
		for _, obj := range objects {
			switch {
			case isSchema(obj):
				waves[syncwaves.Wave(obj)] += " schema"
			case isWorkload(obj):
				waves[syncwaves.Wave(obj)] += " workload"
			}
		}
		if want := map[int]string{0: " workload", 1: " schema", 2: " workload"}; !maps.Equal(waves, want) {
			t.Errorf("waves %v, want %v", waves, want)
		}
		override := installed(t, fixture.HealthChecks(t))
		expectGated(t, objects, c.Namespace(), override)
		if got := lateOperator(t, objects, c.Namespace(), override); got.phase != common.OperationSucceeded {
			t.Errorf("with an operator that is installed meanwhile: %s: %s", got.phase, got.message)
		}
		return
	}
	t.Fatal("no golden case seed/as_specs that prints manifests")
}

// lateOperator syncs to a cluster that has no Atlas Operator at first.
func lateOperator(t *testing.T, objects []*unstructured.Unstructured, namespace string, override health.HealthOverride) outcome {
	t.Helper()
	s := newSimulation(t, objects, namespace, override)
	s.withholdOperator()
	return s.sync(t, objects, endsWell()["at once"])
}

// TestGoldenSyncs runs every scenario on every golden case that has a schema and
// something that waits for it.
func TestGoldenSyncs(t *testing.T) {
	n := 0
	for _, c := range fixture.ManifestCases(t) {
		for _, output := range c.Outputs {
			objects := fixture.Objects(output.Documents)
			if !gated(objects) {
				continue
			}
			n++
			t.Run(c.Name+"/"+output.Command, func(t *testing.T) {
				expectGated(t, objects, c.Namespace(), installed(t, fixture.HealthChecks(t)))
			})
		}
	}
	if n == 0 {
		t.Fatal("no golden case has a schema and an application that waits for it")
	}
}

// TestChecks runs the scenarios on objects written by hand, so that the health
// checks are judged apart from the plugin: the installed ones hold everything
// back and fail nothing, and the two that people have today do not. The latter
// also shows that the simulation notices.
func TestChecks(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "shop.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	documents, err := fixture.Documents(text)
	if err != nil {
		t.Fatal(err)
	}
	objects := fixture.Objects(documents)
	t.Run("installed", func(t *testing.T) {
		override := installed(t, fixture.HealthChecks(t))
		expectGated(t, objects, "shop", override)
		// These objects do without SkipDryRunOnMissingResource=true.
		if got := lateOperator(t, objects, "shop", override); got.phase != common.OperationFailed {
			t.Errorf("a dry run without the kind should fail, got %s: %s", got.phase, got.message)
		}
	})
	for _, wrong := range []struct {
		name     string
		override health.HealthOverride
		// early, failed and passed are what must be found.
		early, failed, passed bool
	}{
		{name: "built in", override: builtIn(), early: true, failed: true},
		{name: "of the guide", override: installed(t, filepath.Join("testdata", "guide")), early: true, failed: true},
		{name: "always healthy", override: installed(t, filepath.Join("testdata", "healthy")), early: true, passed: true},
		{name: "always degraded", override: installed(t, filepath.Join("testdata", "degraded")), failed: true},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			got := run(t, objects, "shop", wrong.override)
			t.Logf("early: %d, failed: %d, passed: %d", len(got.early), len(got.failed), len(got.passed))
			if len(got.early) > 0 != wrong.early || len(got.failed) > 0 != wrong.failed || len(got.passed) > 0 != wrong.passed {
				t.Errorf("want early %t, failed %t, passed %t: the simulation does not find what is known to be wrong", wrong.early, wrong.failed, wrong.passed)
			}
		})
	}
}

func expectGated(t *testing.T, objects []*unstructured.Unstructured, namespace string, override health.HealthOverride) {
	t.Helper()
	got := run(t, objects, namespace, override)
	if got.rollouts == 0 {
		t.Error("nothing was ever rolled out")
	}
	for _, early := range got.early {
		t.Errorf("rolled out too early: %s", early)
	}
	for _, failed := range got.failed {
		t.Errorf("failed although everything ends well: %s", failed)
	}
	for _, passed := range got.passed {
		t.Errorf("succeeded although the schema is not in place: %s", passed)
	}
}

// run counts over every scenario: a first installation, a change on top of one,
// and a correction of a change that was refused.
func run(t *testing.T, objects []*unstructured.Unstructured, namespace string, override health.HealthOverride) tally {
	t.Helper()
	var total tally
	count := func(name string, got outcome, well bool) {
		for _, early := range got.early {
			total.early = append(total.early, name+": "+early)
		}
		total.rollouts += len(got.rollouts)
		switch {
		case well && got.phase != common.OperationSucceeded:
			total.failed = append(total.failed, name+": "+string(got.phase)+": "+got.message)
		case !well && got.phase == common.OperationSucceeded:
			total.passed = append(total.passed, name+": "+got.message)
		}
	}
	well, badly, once := endsWell(), endsBadly(), endsWell()["at once"]
	changed := change(objects, "changed")
	corrected := change(objects, "corrected")
	for _, name := range slices.Sorted(maps.Keys(well)) {
		s := newSimulation(t, objects, namespace, override)
		count("install, "+name, s.sync(t, objects, well[name]), true)
		s = newSimulation(t, objects, namespace, override)
		count("before the change", s.sync(t, objects, once), true)
		count("change, "+name, s.sync(t, changed, well[name]), true)
		count("the same again after "+name, s.sync(t, changed, nil), true)
	}
	for name, steps := range older() {
		s := newSimulation(t, objects, namespace, override)
		count("install, "+name, s.sync(t, objects, steps), true)
	}
	for _, name := range slices.Sorted(maps.Keys(badly)) {
		s := newSimulation(t, objects, namespace, override)
		count("install, "+name, s.sync(t, objects, badly[name]), false)
		count("install again, "+name, s.sync(t, objects, nil), false)
		count("install corrected after "+name, s.sync(t, corrected, once), true)
		s = newSimulation(t, objects, namespace, override)
		count("before the change", s.sync(t, objects, once), true)
		count("change, "+name, s.sync(t, changed, badly[name]), false)
		count("change corrected after "+name, s.sync(t, corrected, join(times(3, unseen()), once)), true)
	}
	return total
}

// change is a commit that touches every schema and everything that runs.
func change(objects []*unstructured.Unstructured, word string) []*unstructured.Unstructured {
	var changed []*unstructured.Unstructured
	for _, obj := range objects {
		obj = obj.DeepCopy()
		var path []string
		switch {
		case obj.GetKind() == "AtlasSchema":
			path = []string{"spec", "cloud", "repo"}
		case obj.GetKind() == "AtlasMigration":
			path = []string{"spec", "revisionsSchema"}
		case obj.GetKind() == "CronJob":
			path = []string{"spec", "jobTemplate", "spec", "template", "metadata", "annotations", "conformance"}
		case isWorkload(obj) && obj.GetKind() != "Pod":
			path = []string{"spec", "template", "metadata", "annotations", "conformance"}
		}
		if path != nil {
			if err := unstructured.SetNestedField(obj.Object, word, path...); err != nil {
				panic(err)
			}
		}
		changed = append(changed, obj)
	}
	return changed
}

// gated says whether something that runs comes after a schema.
func gated(objects []*unstructured.Unstructured) bool {
	for _, schema := range objects {
		for _, obj := range objects {
			if isSchema(schema) && isWorkload(obj) && syncwaves.Wave(obj) > syncwaves.Wave(schema) {
				return true
			}
		}
	}
	return false
}
