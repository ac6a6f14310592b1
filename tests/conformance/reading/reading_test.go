package reading

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"argocd-atlas-plugin/conformance/internal/fixture"
)

// nStreams is how many streams are run; STREAMS changes it.
const nStreams = 50_000

// counts says how much of the streams got how far, so that a generator of which
// everything is refused fails.
type counts struct{ taken, refused, compared, repeats atomic.Int64 }

// every says how many streams go by for one that the binary itself is run on; the
// others go through its code in one process (batch.rs).
const every = 25

// TestReading runs random and hostile streams. What is taken, Argo CD reads as the
// plan says; of what is refused, nothing is printed.
func TestReading(t *testing.T) {
	n := uint64(nStreams)
	if text := os.Getenv("STREAMS"); text != "" {
		parsed, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		n = parsed
	}
	binary, tool := fixture.Generate(t), fixture.Batch(t)
	var counts counts
	var next, failures atomic.Uint64
	var wait sync.WaitGroup
	for range runtime.NumCPU() {
		dir := t.TempDir()
		wait.Go(func() {
			batch, err := begin(tool)
			if err != nil {
				failures.Add(1)
				t.Error(err)
				return
			}
			defer batch.end()
			for seed := next.Add(1); seed <= n && failures.Load() < 10; seed = next.Add(1) {
				stream := Generate(seed)
				run := batch.run
				if seed%every == 0 {
					run = both(batch.run, process(binary))
				}
				if err := check(run, dir, stream, &counts); err != nil {
					failures.Add(1)
					t.Errorf("seed %d: %v\n%s", seed, err, show(stream))
				}
			}
		})
	}
	wait.Wait()
	t.Logf("%d taken, %d refused, %d inputs compared, %d of them with repeats", counts.taken.Load(), counts.refused.Load(), counts.compared.Load(), counts.repeats.Load())
	if failures.Load() == 0 && n >= 1000 {
		if taken := uint64(counts.taken.Load()); taken < n/10 || uint64(counts.compared.Load()) < n/10 || uint64(counts.repeats.Load()) < n/200 {
			t.Errorf("too few streams were taken to say anything")
		}
	}
}

// TestKnown holds the cases by which this was found, each by name.
func TestKnown(t *testing.T) {
	object := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	for name, text := range map[string]string{
		"items":           object + "items:\n- {apiVersion: v1, kind: Secret, metadata: {name: b}}\n",
		"no items":        object + "items: []\n",
		"null items":      object + "items: null\n",
		"long key":        object + "data: {? " + strings.Repeat("x", 1023) + " : a}\n",
		"escaped key":     object + "data: {\"" + strings.Repeat("<", 171) + "\": a}\n",
		"annotation":      object[:len(object)-2] + ", annotations: {a: 5}}\n",
		"api version":     strings.Replace(object, "v1", "a/b/c", 1),
		"numeric name":    strings.Replace(object, "name: a", "name: 5", 1),
		"numeric item":    "apiVersion: v1\nkind: List\nitems: [5]\n---\n" + object,
		"item of no sort": "apiVersion: v1\nkind: List\nitems: [{a: b}]\n---\n" + object,
	} {
		t.Run(name, func(t *testing.T) {
			var counts counts
			stream := Stream{Files: map[string]string{"a.yaml": text}, IsPlain: true}
			if err := check(process(fixture.Generate(t)), t.TempDir(), stream, &counts); err != nil {
				t.Error(err)
			}
			if counts.refused.Load() != 1 {
				t.Error("was not refused")
			}
		})
	}
}

func check(run runner, dir string, stream Stream, counts *counts) error {
	project := filepath.Join(dir, "p")
	if err := os.RemoveAll(project); err != nil {
		return err
	}
	for path, text := range stream.Files {
		path = filepath.Join(project, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	output, err := run(append([]string{project}, stream.Flags...))
	if err != nil {
		return err
	}
	if output.Code != 0 {
		counts.refused.Add(1)
		if output.Code != 1 || output.Manifests != "" || output.Waves != "" {
			return fmt.Errorf("exit code %d, and printed %q", output.Code, output.Manifests+output.Waves)
		}
		return nil
	}
	counts.taken.Add(1)
	read, err := Read([]byte(output.Manifests))
	if err != nil {
		return fmt.Errorf("Argo CD cannot read the output: %w\n%s", err, output.Manifests)
	}
	if err := ComparePlan(read, []byte(output.Waves), !stream.IsPlain); err != nil {
		return fmt.Errorf("%w\n%s", err, output.Manifests)
	}
	if !stream.IsPlain {
		return nil
	}
	input, err := readInput(stream)
	if err != nil {
		// What Argo CD cannot read has no meaning that could be lost.
		return nil
	}
	counts.compared.Add(1)
	if len(read) < len(input) {
		counts.repeats.Add(1)
	}
	return CompareInput(input, read)
}

// What is not compared: where a reader of YAML 1.1 and the plugin part in the
// text of a file, while the output is the same to both.
var (
	errEndMark   = errors.New("documents after `...` are not read by Argo CD")
	errLineBreak = errors.New("a line break to YAML 1.1 alone")
)

func readInput(stream Stream) ([]*unstructured.Unstructured, error) {
	var all []*unstructured.Unstructured
	for _, path := range slices.Sorted(maps.Keys(stream.Files)) {
		text := stream.Files[path]
		if strings.ContainsAny(text, "\u0085\u2028\u2029") {
			return nil, errLineBreak
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "...") {
				return nil, errEndMark
			}
		}
		objects, err := Read([]byte(text))
		if err != nil {
			return nil, err
		}
		flat, err := Flatten(objects)
		if err != nil {
			return nil, err
		}
		all = append(all, flat...)
	}
	return all, nil
}

func show(stream Stream) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(stream.Files)) {
		text := stream.Files[path]
		if len(text) > 3000 {
			text = text[:3000] + "..."
		}
		fmt.Fprintf(&b, "# %s\n%s\n", path, text)
	}
	fmt.Fprintf(&b, "%q", stream.Flags)
	return b.String()
}
