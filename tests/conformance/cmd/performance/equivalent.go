package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"
)

// document is one manifest as `generate` printed it, without the comment above.
type document struct {
	text, kind, name string
}

// service is the part of a name that tells the project's services apart.
var service = regexp.MustCompile(`^s\d{4,}`)

func documents(stream []byte) ([]document, error) {
	var documents []document
	for _, text := range split(stream) {
		for strings.HasPrefix(text, "#") {
			_, text, _ = strings.Cut(text, "\n")
		}
		var head struct {
			Kind     string `json:"kind"`
			Metadata struct {
				Name string `json:"name"`
			} `json:"metadata"`
		}
		if err := yaml.Unmarshal([]byte(text), &head); err != nil {
			return nil, err
		}
		if head.Kind == "" || !service.MatchString(head.Metadata.Name) {
			return nil, fmt.Errorf("%s/%s is none of the project's objects", head.Kind, head.Metadata.Name)
		}
		documents = append(documents, document{text: text, kind: head.Kind, name: head.Metadata.Name})
	}
	return documents, nil
}

// split cuts a stream where a line is `---`.
func split(stream []byte) []string {
	var texts []string
	for _, text := range strings.Split("\n"+string(stream), "\n---\n") {
		if text = strings.TrimPrefix(text, "\n"); strings.TrimSpace(text) != "" {
			texts = append(texts, strings.TrimSuffix(text, "\n")+"\n")
		}
	}
	return texts
}

// canonical is the objects of some texts, each as JSON with sorted keys, sorted:
// two streams are equal when they hold the same objects in whatever order.
func canonical(texts []string) ([]string, error) {
	objects, errs := make([]string, len(texts)), make([]error, runtime.NumCPU())
	var workers sync.WaitGroup
	for w := range errs {
		workers.Go(func() {
			for i := w; i < len(texts); i += len(errs) {
				object, err := yaml.YAMLToJSON([]byte(texts[i]))
				if err != nil {
					errs[w] = err
					return
				}
				objects[i] = string(object)
			}
		})
	}
	workers.Wait()
	// A document may hold nothing but comments.
	objects = slices.DeleteFunc(objects, func(object string) bool { return object == "null" })
	slices.Sort(objects)
	return objects, errors.Join(errs...)
}

// same is an error that shows the first object that only one side has.
func same(who string, got, want []string) error {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got) || (i < len(want) && want[i] < got[i]):
			return fmt.Errorf("%s printed %d objects of %d; one that it did not print is %s", who, len(got), len(want), want[i])
		case i >= len(want) || got[i] < want[i]:
			return fmt.Errorf("%s printed %d objects, where %d are right; one that is not right is %s", who, len(got), len(want), got[i])
		}
	}
	return nil
}

// writeKustomization writes what a team would commit that keeps its manifests
// ready-made: a folder a service, a file a name, and a list of the files.
func writeKustomization(dir string, documents []document) error {
	texts, paths := map[string]*bytes.Buffer{}, []string{}
	for _, d := range documents {
		path := filepath.Join("services", service.FindString(d.name), d.name+".yaml")
		if texts[path] == nil {
			texts[path] = &bytes.Buffer{}
			paths = append(paths, path)
		} else {
			texts[path].WriteString("---\n")
		}
		texts[path].WriteString(d.text)
	}
	slices.Sort(paths)
	list := &bytes.Buffer{}
	list.WriteString("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n")
	for _, path := range paths {
		fmt.Fprintf(list, "- %s\n", path)
		if err := write(filepath.Join(dir, path), texts[path].Bytes()); err != nil {
			return err
		}
	}
	return write(filepath.Join(dir, "kustomization.yaml"), list.Bytes())
}

// writeChart writes a chart with one template for all objects that are made
// alike, such as the Deployments of the APIs. A template ranges over values: the
// service's name, the image's tag, the wave, and every other word in which the
// objects differ.
func writeChart(dir string, documents []document) error {
	type group struct {
		file, key string
		members   []document
	}
	var groups []*group
	byShape, taken := map[string]*group{}, map[string]int{}
	for _, d := range documents {
		if strings.Contains(d.text, "{{") {
			return fmt.Errorf("%s/%s holds braces, which a template would take for its own", d.kind, d.name)
		}
		role := hash.ReplaceAllString(service.ReplaceAllString(d.name, ""), "")
		base := strings.ToLower(d.kind) + role
		shape := fmt.Sprintf("%s %d", base, strings.Count(d.text, "\n"))
		if byShape[shape] == nil {
			taken[base]++
			if n := taken[base]; n > 1 {
				base += fmt.Sprintf("-%d", n)
			}
			byShape[shape] = &group{file: base + ".yaml", key: camel(base)}
			groups = append(groups, byShape[shape])
		}
		byShape[shape].members = append(byShape[shape].members, d)
	}
	values := &bytes.Buffer{}
	for _, g := range groups {
		text, rows := template(g.members)
		text = fmt.Sprintf("{{- range .Values.%s }}\n---\n%s{{- end }}\n", g.key, text)
		if err := write(filepath.Join(dir, "templates", g.file), []byte(text)); err != nil {
			return err
		}
		fmt.Fprintf(values, "%s:\n", g.key)
		for _, row := range rows {
			values.WriteString("- " + row + "\n")
		}
	}
	if err := write(filepath.Join(dir, "values.yaml"), values.Bytes()); err != nil {
		return err
	}
	return write(filepath.Join(dir, "Chart.yaml"), []byte("apiVersion: v2\nname: shop\nversion: 0.1.0\n"))
}

// hash ends the name of what is named after its content.
var hash = regexp.MustCompile(`-[0-9a-f]{8,}$`)

// own stands for the service's name while objects are compared.
const own = "\x00"

// template is the text that all members share, with a reference to a value where
// they differ, and the values of each.
func template(members []document) (string, []string) {
	lines, rows := make([][]string, len(members)), make([]string, len(members))
	for i, d := range members {
		name := service.FindString(d.name)
		lines[i] = strings.SplitAfter(strings.ReplaceAll(d.text, name, own), "\n")
		rows[i] = fmt.Sprintf("{name: %s", name)
	}
	var text strings.Builder
	used := map[string]int{}
	for n := range lines[0] {
		column := make([]string, len(members))
		for i := range members {
			column[i] = lines[i][n]
		}
		prefix, suffix := around(column)
		if len(prefix) == len(column[0]) {
			text.WriteString(prefix)
			continue
		}
		key := valueName(prefix)
		if used[key]++; used[key] > 1 {
			key += fmt.Sprint(used[key])
		}
		fmt.Fprintf(&text, "%s{{ .%s }}%s", prefix, key, suffix)
		for i, line := range column {
			value := strings.ReplaceAll(line[len(prefix):len(line)-len(suffix)], own, service.FindString(members[i].name))
			rows[i] += fmt.Sprintf(", %s: %s", key, quoted(value))
		}
	}
	for i := range rows {
		rows[i] += "}"
	}
	return strings.ReplaceAll(text.String(), own, "{{ .name }}"), rows
}

// around is what all lines begin with and what they end with. A line that is the
// same everywhere begins with itself, but an image's tag is a value in any case.
func around(lines []string) (prefix, suffix string) {
	first := lines[0]
	if at := strings.LastIndex(first, ":"); strings.Contains(first, " image: ") && at > strings.Index(first, "image:")+len("image:") {
		return first[:at+1], "\n"
	}
	prefix, suffix = first, first
	for _, line := range lines[1:] {
		for !strings.HasPrefix(line, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	if len(prefix) == len(first) {
		return first, ""
	}
	for _, line := range lines {
		for !strings.HasSuffix(line[len(prefix):], suffix) {
			suffix = suffix[1:]
		}
	}
	return prefix, suffix
}

var word = regexp.MustCompile(`[A-Za-z0-9]+`)

// valueName names a value after the last word of the field that it is in.
func valueName(prefix string) string {
	field, _, isField := strings.Cut(prefix, ":")
	words := word.FindAllString(field, -1)
	switch {
	case strings.Contains(field, "image"):
		return "tag"
	case isField && len(words) > 0:
		return words[len(words)-1]
	}
	return "text"
}

func camel(text string) string {
	words := word.FindAllString(text, -1)
	for i := 1; i < len(words); i++ {
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	return strings.Join(words, "")
}

func quoted(value string) string {
	text, err := json.Marshal(value)
	if err != nil {
		// Every string can be written as JSON.
		panic(err)
	}
	return string(text)
}

func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}
