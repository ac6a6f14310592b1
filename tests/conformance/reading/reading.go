package reading

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/hook"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/syncwaves"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
)

// Read reads manifests on the way that they take through Argo CD: split by the
// plugin server, read by the repo server, which opens lists, and read once more
// by the controller.
func Read(text []byte) ([]*unstructured.Unstructured, error) {
	documents, err := kube.SplitYAMLToString(text)
	if err != nil {
		return nil, err
	}
	var read []*unstructured.Unstructured
	for _, document := range documents {
		objects, err := kube.SplitYAML([]byte(document))
		if err != nil {
			return nil, err
		}
		for _, object := range objects {
			opened, err := open(object)
			if err != nil {
				return nil, err
			}
			read = append(read, opened...)
		}
	}
	for n, object := range read {
		text, err := json.Marshal(object.Object)
		if err != nil {
			return nil, err
		}
		again := &unstructured.Unstructured{}
		if err := json.Unmarshal(text, again); err != nil {
			return nil, err
		}
		read[n] = again
	}
	return read, nil
}

// open is the `switch` in GenerateManifests, `reposerver/repository/repository.go`.
func open(object *unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	if object.IsList() {
		var items []*unstructured.Unstructured
		err := object.EachListItem(func(item runtime.Object) error {
			items = append(items, item.(*unstructured.Unstructured))
			return nil
		})
		return items, err
	}
	_, hasSpec := object.Object["spec"]
	_, hasStatus := object.Object["status"]
	if items, ok := object.Object["items"]; ok && items == nil && !hasSpec && !hasStatus {
		return nil, nil
	}
	return []*unstructured.Unstructured{object}, nil
}

// Flatten opens lists within lists, as `kubectl` and the plugin do; Argo CD opens
// the outermost alone and then fails to apply the others.
func Flatten(objects []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	var flat []*unstructured.Unstructured
	for _, object := range objects {
		opened, err := open(object)
		if err != nil {
			return nil, err
		}
		if len(opened) == 1 && opened[0] == object {
			flat = append(flat, object)
			continue
		}
		inner, err := Flatten(opened)
		if err != nil {
			return nil, err
		}
		flat = append(flat, inner...)
	}
	return flat, nil
}

// plan is what `generate waves --format json` says.
type plan struct {
	Hooks []struct {
		Object planned `json:"object"`
	} `json:"hooks"`
	Waves []struct {
		Wave  int `json:"wave"`
		Units []struct {
			Objects []planned `json:"objects"`
		} `json:"units"`
	} `json:"waves"`
}

type planned struct {
	Group     string  `json:"group"`
	Kind      string  `json:"kind"`
	Namespace *string `json:"namespace"`
	Name      string  `json:"name"`
}

func (p planned) line(wave string) string {
	namespace := ""
	if p.Namespace != nil {
		namespace = *p.Namespace
	}
	return fmt.Sprintf("%s %q %q %q %q", wave, p.Group, p.Kind, namespace, p.Name)
}

// isOutsideWaves says whether an object takes no part in the waves of the Sync
// phase: a hook of other phases alone, or what no sync applies.
func isOutsideWaves(object *unstructured.Unstructured) bool {
	if !hook.IsHook(object) && !hook.Skip(object) {
		return false
	}
	return !slices.Contains(hook.Types(object), common.HookTypeSync)
}

// ComparePlan compares the objects that Argo CD reads with the plan.
func ComparePlan(read []*unstructured.Unstructured, text []byte, ownsHooks bool) error {
	var said plan
	if err := json.Unmarshal(text, &said); err != nil {
		return err
	}
	var want, got []string
	for _, hook := range said.Hooks {
		want = append(want, hook.Object.line("hook"))
	}
	for _, wave := range said.Waves {
		for _, unit := range wave.Units {
			for _, object := range unit.Objects {
				want = append(want, object.line(fmt.Sprint(wave.Wave)))
			}
		}
	}
	for _, object := range read {
		wave := fmt.Sprint(syncwaves.Wave(object))
		if isOutsideWaves(object) && !ownsHooks {
			wave = "hook"
		}
		name, namespace := object.GetName(), object.GetNamespace()
		if name == "" {
			name = object.GetGenerateName()
		}
		gvk := object.GroupVersionKind()
		got = append(got, planned{gvk.Group, gvk.Kind, &namespace, name}.line(wave))
	}
	return sameLines("the plan", want, "Argo CD", got)
}

func sameLines(one string, want []string, other string, got []string) error {
	slices.Sort(want)
	slices.Sort(got)
	if slices.Equal(want, got) {
		return nil
	}
	return fmt.Errorf("%s has\n  %s\n%s has\n  %s", one, strings.Join(want, "\n  "), other, strings.Join(got, "\n  "))
}

// CompareInput compares what Argo CD reads of the plain manifests themselves with
// what it reads of the output: all of it but the wave is the same, and of those
// that are equal to the byte, the wave included, the first is there.
func CompareInput(input, output []*unstructured.Unstructured) error {
	input, err := withoutRepeats(input)
	if err != nil {
		return err
	}
	want, err := lines(input)
	if err != nil {
		return err
	}
	got, err := lines(output)
	if err != nil {
		return err
	}
	return sameLines("the input", want, "the output", got)
}

// withoutRepeats drops every object whose JSON is that of one before it. An empty
// namespace is none: the controller sets both to the Application's before it looks
// for repeats (`NormalizeTargetObjects`, `controller/state.go`). What has no name is
// another object each time.
func withoutRepeats(objects []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	var kept []*unstructured.Unstructured
	seen := map[string]bool{}
	for _, object := range objects {
		normal := object.DeepCopy()
		if normal.GetNamespace() == "" {
			normal.SetNamespace("")
		}
		text, err := json.Marshal(normal.Object)
		if err != nil {
			return nil, err
		}
		if object.GetName() != "" && seen[string(text)] {
			continue
		}
		seen[string(text)] = true
		kept = append(kept, object)
	}
	return kept, nil
}

func lines(objects []*unstructured.Unstructured) ([]string, error) {
	var lines []string
	for _, object := range objects {
		object = object.DeepCopy()
		if metadata, ok := object.Object["metadata"].(map[string]any); ok {
			annotations, _ := metadata["annotations"].(map[string]any)
			delete(annotations, common.AnnotationSyncWave)
			if len(annotations) == 0 {
				delete(metadata, "annotations")
			}
		}
		text, err := json.Marshal(object.Object)
		if err != nil {
			return nil, err
		}
		var again any
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&again); err != nil {
			return nil, err
		}
		if reflect.ValueOf(again).Kind() != reflect.Map {
			return nil, errors.New("not an object")
		}
		lines = append(lines, string(text))
	}
	return lines, nil
}
