package main

import (
	"reflect"
	"strings"
	"testing"
)

// TestSame sees to it that the comparison can fail.
func TestSame(t *testing.T) {
	read := func(stream string) []string {
		objects, err := canonical(split([]byte(stream)))
		if err != nil {
			t.Fatal(err)
		}
		return objects
	}
	want := read("---\n# a comment\na: 1\nb: {c: on}\n---\nd: '1'\n")
	for _, test := range []struct {
		name, stream string
		same         bool
	}{
		{"another order and style", "d: \"1\"\n---\nb:\n  c: true\na: 1\n---\n# nothing\n", true},
		{"one is missing", "a: 1\nb: {c: on}\n", false},
		{"one too many", "d: '1'\n---\na: 1\nb: {c: on}\n---\ne: 1\n", false},
		{"one is there twice", "d: '1'\n---\na: 1\nb: {c: on}\n---\nd: '1'\n", false},
		{"a number for a text", "d: 1\n---\na: 1\nb: {c: on}\n", false},
		{"nothing", "", false},
	} {
		if err := same(test.name, read(test.stream), want); (err == nil) != test.same {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := canonical([]string{"a: [\n"}); err == nil {
		t.Error("what is no YAML was read")
	}
}

// TestTemplate makes a template of two objects that differ.
func TestTemplate(t *testing.T) {
	object := func(name, wave, tag string) document {
		text := "metadata:\n  name: NAME-api\n  annotations:\n    argocd.argoproj.io/sync-wave: \"" + wave + "\"\nspec:\n  image: registry.example.com/NAME:" + tag + "\n"
		return document{text: strings.ReplaceAll(text, "NAME", name), kind: "Deployment", name: name + "-api"}
	}
	text, rows := template([]document{object("s0001", "3", "1.0"), object("s0002", "13", "1.0")})
	for _, line := range []string{"  name: {{ .name }}-api\n", "sync-wave: \"{{ .wave }}3\"\n", "example.com/{{ .name }}:{{ .tag }}\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is not in\n%s", line, text)
		}
	}
	if want := []string{`{name: s0001, wave: "", tag: "1.0"}`, `{name: s0002, wave: "1", tag: "1.0"}`}; !reflect.DeepEqual(rows, want) {
		t.Errorf("values %v, want %v", rows, want)
	}
}

// TestOver divides only the rounds that both sides ran.
func TestOver(t *testing.T) {
	if got, want := (spread{4, 9}).over(spread{2, 3, 5}), (spread{2, 3}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", []float64(got), []float64(want))
	}
}
