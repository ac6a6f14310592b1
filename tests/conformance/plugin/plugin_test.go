package plugin

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang/protobuf/ptypes/empty"
	"github.com/sirupsen/logrus"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/syncwaves"
	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	repoapiclient "github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/cmp"

	"argocd-atlas-plugin/conformance/internal/cmpserver"
	"argocd-atlas-plugin/conformance/internal/fixture"
)

func TestMain(m *testing.M) {
	// The repo server's own log would bury what a test has to say.
	logrus.SetOutput(io.Discard)
	os.Exit(m.Run())
}

// TestContract is what the repo server asks before anything else.
func TestContract(t *testing.T) {
	s := start(t)
	client := connect(t, s)
	config, err := client.CheckPluginConfiguration(t.Context(), &empty.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	if config.IsDiscoveryConfigured {
		t.Error("discovery is configured: each generation sends the repository twice, and a cancelled discovery falls back to plain files")
	}
	if config.ProvideGitCreds {
		t.Error("the plugin asks for Git credentials, which it has no use for")
	}
	stream, err := client.MatchRepository(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	directory := filepath.Join("testdata", "shop")
	if err := cmp.SendRepoStream(t.Context(), directory, directory, stream, nil, nil); err != nil {
		t.Fatal(err)
	}
	match, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	if match.IsSupported || match.IsDiscoveryEnabled {
		t.Errorf("without discovery no repository is matched, got %+v", match)
	}
	if s.Name != "argocd-atlas-plugin" {
		t.Errorf("the plugin is named %s: every Application would have to be edited", s.Name)
	}
}

// TestSeed generates the seed's specs through the whole way.
func TestSeed(t *testing.T) {
	r := newRepoServer(t, start(t))
	input := filepath.Join(fixture.TestData(t), "seed", "as_specs", "input")
	app := application{name: "seed", namespace: "demo", repository: commit(t, input), path: "."}
	objects, err := r.generate(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	same(t, objects, direct(t, input, app))
	waves := map[string]int{}
	for _, obj := range objects {
		waves[obj.GetKind()+"/"+obj.GetName()] = syncwaves.Wave(obj)
	}
	schemas, workloads := 0, map[int]bool{}
	for _, obj := range objects {
		switch obj.GetKind() {
		case "AtlasSchema":
			schemas++
			if syncwaves.Wave(obj) != 1 {
				t.Errorf("waves %v, want the schema in 1", waves)
			}
		case "Deployment", "StatefulSet":
			workloads[syncwaves.Wave(obj)] = true
		}
	}
	if schemas != 1 || !reflect.DeepEqual(workloads, map[int]bool{0: true, 2: true}) {
		t.Errorf("waves %v, want a database in 0, one schema in 1 and an application in 2", waves)
	}
}

// TestSubdirectory generates an application that is not at the repository's top.
func TestSubdirectory(t *testing.T) {
	r := newRepoServer(t, start(t))
	repo := t.TempDir()
	if err := os.CopyFS(filepath.Join(repo, "apps", "shop"), os.DirFS(filepath.Join("testdata", "shop"))); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(repo, "elsewhere.yaml"), []byte("this is: [not YAML\n"))
	app := application{name: "shop", namespace: "shop", repository: commitIn(t, repo), path: "apps/shop"}
	objects, err := r.generate(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	same(t, objects, direct(t, filepath.Join("testdata", "shop"), app))
}

// TestParameters sets what an Application can set, each in every way that it can.
func TestParameters(t *testing.T) {
	r := newRepoServer(t, start(t))
	repository := commit(t, filepath.Join("testdata", "shop"))
	text := func(name, value string) v1alpha1.ApplicationSourcePluginParameter {
		return v1alpha1.ApplicationSourcePluginParameter{Name: name, String_: &value}
	}
	table := func(name, key, value string) v1alpha1.ApplicationSourcePluginParameter {
		return v1alpha1.ApplicationSourcePluginParameter{Name: name, OptionalMap: &v1alpha1.OptionalMap{Map: map[string]string{key: value}}}
	}
	type want struct {
		replicas int64
		image    string
		level    string
	}
	base := want{replicas: 1, image: "registry.example/shop:1.0", level: "info"}
	for name, test := range map[string]struct {
		parameters v1alpha1.ApplicationSourcePluginParameters
		env        v1alpha1.Env
		want       want
	}{
		"none":        {want: base},
		"empty":       {parameters: v1alpha1.ApplicationSourcePluginParameters{}, want: base},
		"environment": {parameters: v1alpha1.ApplicationSourcePluginParameters{text("environment", "production")}, want: want{3, base.image, base.level}},
		"environment by env": {
			env:  v1alpha1.Env{{Name: "ENVIRONMENT", Value: "production"}},
			want: want{3, base.image, base.level},
		},
		"images":   {parameters: v1alpha1.ApplicationSourcePluginParameters{table("images", "shop", "registry.example/shop:2.0")}, want: want{1, "registry.example/shop:2.0", base.level}},
		"replicas": {parameters: v1alpha1.ApplicationSourcePluginParameters{table("replicas", "shop", "5")}, want: want{5, base.image, base.level}},
		"set":      {parameters: v1alpha1.ApplicationSourcePluginParameters{table("set", "App/shop:spec.env.LOG_LEVEL", "debug")}, want: want{1, base.image, "debug"}},
		"all": {
			parameters: v1alpha1.ApplicationSourcePluginParameters{
				text("environment", "production"), table("images", "shop", "registry.example/shop:2.0"),
				table("replicas", "shop", "5"), table("set", "App/shop:spec.env.LOG_LEVEL", "debug"),
			},
			want: want{5, "registry.example/shop:2.0", "debug"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := application{name: "shop", namespace: "shop", repository: repository, path: ".", parameters: test.parameters, env: test.env}
			objects, err := r.generate(t.Context(), app)
			if err != nil {
				t.Fatal(err)
			}
			shop := find(t, objects, "Deployment", "shop")
			var got want
			got.replicas, _, _ = unstructured.NestedInt64(shop.Object, "spec", "replicas")
			containers, _, _ := unstructured.NestedSlice(shop.Object, "spec", "template", "spec", "containers")
			if len(containers) != 1 {
				t.Fatalf("%d containers", len(containers))
			}
			container := containers[0].(map[string]any)
			got.image, _ = container["image"].(string)
			variables, _ := container["env"].([]any)
			for _, variable := range variables {
				if fields := variable.(map[string]any); fields["name"] == "LOG_LEVEL" {
					got.level, _ = fields["value"].(string)
				}
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			for _, obj := range objects {
				if text, err := obj.MarshalJSON(); err != nil || strings.Contains(string(text), sidecarSecret) {
					t.Errorf("%s shows the sidecar's environment: %v", fixture.ID(obj), err)
				}
			}
		})
	}
}

// TestParameterMistakes sets what cannot be set. A person sees the text in the UI.
func TestParameterMistakes(t *testing.T) {
	r := newRepoServer(t, start(t))
	repository := commit(t, filepath.Join("testdata", "shop"))
	value := "staging"
	for name, test := range map[string]struct {
		parameter v1alpha1.ApplicationSourcePluginParameter
		want      []string
	}{
		"unknown environment": {
			parameter: v1alpha1.ApplicationSourcePluginParameter{Name: "environment", String_: &value},
			want:      []string{"staging", "production"},
		},
		"unknown parameter": {
			parameter: v1alpha1.ApplicationSourcePluginParameter{Name: "enviroment", String_: &value},
			want:      []string{"ARGOCD_APP_PARAMETERS", "enviroment"},
		},
		"unknown app": {
			parameter: v1alpha1.ApplicationSourcePluginParameter{Name: "replicas", OptionalMap: &v1alpha1.OptionalMap{Map: map[string]string{"shopp": "2"}}},
			want:      []string{"ARGOCD_APP_PARAMETERS", "shopp"},
		},
		"wrong type": {
			parameter: v1alpha1.ApplicationSourcePluginParameter{Name: "replicas", OptionalMap: &v1alpha1.OptionalMap{Map: map[string]string{"shop": "many"}}},
			want:      []string{"ARGOCD_APP_PARAMETERS", "many"},
		},
		"wrong collection": {
			parameter: v1alpha1.ApplicationSourcePluginParameter{Name: "replicas", String_: &value},
			want:      []string{"ARGOCD_APP_PARAMETERS", "replicas"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := application{
				name: "shop", namespace: "shop", repository: repository, path: ".",
				parameters: v1alpha1.ApplicationSourcePluginParameters{test.parameter},
			}
			objects, err := r.generate(t.Context(), app)
			if err == nil {
				t.Fatalf("%d manifests and no error", len(objects))
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not show %q: %v", want, err)
				}
			}
		})
	}
}

// TestAnnouncement asks what can be set, as the UI does. The server puts the
// plugin's dynamic announcements before the static ones, and the UI shows the
// first of a name.
func TestAnnouncement(t *testing.T) {
	r := newRepoServer(t, start(t))
	app := application{name: "shop", repository: commit(t, filepath.Join("testdata", "shop")), path: "."}
	announcements, err := r.parameters(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	collections := map[string]string{"environment": "string", "images": "map", "replicas": "map", "set": "map"}
	shown := map[string]*repoapiclient.ParameterAnnouncement{}
	for _, announcement := range announcements {
		name := announcement.Name
		if shown[name] == nil {
			shown[name] = announcement
		}
		if announcement.Title == "" || announcement.Tooltip == "" {
			t.Errorf("%s has no title or tooltip", name)
		}
		if announcement.Required {
			t.Errorf("%s is required", name)
		}
		collection, ok := collections[name]
		if !ok {
			t.Errorf("%s is announced, which nothing documents", name)
		}
		if got := announcement.CollectionType; got != collection && (got != "" || collection != "string") {
			t.Errorf("%s is a %q, want %s", name, got, collection)
		}
	}
	for name := range collections {
		if shown[name] == nil {
			t.Fatalf("%s is not announced", name)
		}
	}
	if got, want := shown["images"].Map, map[string]string{"shop": "registry.example/shop:1.0"}; !reflect.DeepEqual(got, want) {
		t.Errorf("images default to %v, want %v", got, want)
	}
	if got, want := shown["replicas"].Map, map[string]string{"shop": "1"}; !reflect.DeepEqual(got, want) {
		t.Errorf("replicas default to %v, want %v", got, want)
	}
}

// firstLine is what a diagnostic begins with, since the UI shows plain text.
var firstLine = regexp.MustCompile(`^[^:\s][^:]*:\d+:\d+: error\[[a-z0-9-]+\]: \S`)

// TestMistake generates a project with an unknown field.
func TestMistake(t *testing.T) {
	r := newRepoServer(t, start(t))
	input := filepath.Join("testdata", "broken")
	app := application{name: "shop", namespace: "shop", repository: commit(t, input), path: "."}

	stdout, stderr, exit := runBinary(t, input, app)
	if exit != 1 {
		t.Errorf("exit code %d, want 1", exit)
	}
	if stdout != "" {
		t.Errorf("standard output on an error: %q", stdout)
	}
	first, _, _ := strings.Cut(stderr, "\n")
	if !firstLine.MatchString(first) {
		t.Errorf("standard error begins with %q, want file:line:col: error[code]: cause", first)
	}
	if !strings.HasPrefix(first, "shop.yaml:28:3: ") {
		t.Errorf("standard error begins with %q, want the place of `replicass`, shop.yaml:28:3", first)
	}
	if strings.Contains(stderr, "\x1b") {
		t.Errorf("standard error holds terminal escapes: %q", stderr)
	}

	objects, err := r.generate(t.Context(), app)
	if err == nil {
		t.Fatalf("%d manifests and no error", len(objects))
	}
	if !strings.Contains(err.Error(), "`generate` failed exit status 1: "+first) {
		t.Errorf("the error is %q\nand does not begin with %q after the command", err, first)
	}
	if strings.Contains(err.Error(), sidecarSecret) || strings.Contains(err.Error(), "Usage:") {
		t.Errorf("the error says too much: %v", err)
	}
	t.Logf("a person sees: %v", err)
}

// TestEmpty generates a project without a manifest. With pruning on, zero
// manifests would delete everything, so it must be an error.
func TestEmpty(t *testing.T) {
	r := newRepoServer(t, start(t))
	for _, test := range []struct{ name, file, text string }{
		{name: "no YAML at all"},
		{name: "an empty file", file: "app.yaml", text: ""},
		{name: "only comments", file: "app.yaml", text: "# to do\n---\n"},
		{name: "SQL alone", file: "schema.sql", text: "create table t (id int);\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			repo := t.TempDir()
			if err := os.CopyFS(repo, os.DirFS(filepath.Join("testdata", "empty"))); err != nil {
				t.Fatal(err)
			}
			if test.file != "" {
				write(t, filepath.Join(repo, test.file), []byte(test.text))
			}
			app := application{name: "empty", namespace: "shop", repository: commitIn(t, repo), path: "."}
			objects, err := r.generate(t.Context(), app)
			if err == nil {
				t.Fatalf("%d manifests and no error", len(objects))
			}
			if !strings.Contains(err.Error(), "`generate` failed exit status 1: ") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestMissingKind generates for a cluster without the Atlas Operator.
func TestMissingKind(t *testing.T) {
	r := newRepoServer(t, start(t))
	app := application{name: "shop", namespace: "shop", repository: commit(t, filepath.Join("testdata", "shop")), path: "."}
	served := []string{"v1", "v1/Secret", "v1/Service", "v1/ConfigMap", "apps/v1", "apps/v1/Deployment", "apps/v1/StatefulSet"}

	app.apis = append(served, "db.atlasgo.io/v1alpha1", "db.atlasgo.io/v1alpha1/AtlasSchema", "db.atlasgo.io/v1alpha1/AtlasMigration")
	if _, err := r.generate(t.Context(), app); err != nil {
		t.Errorf("with the operator: %v", err)
	}
	app.apis = served
	if objects, err := r.generate(t.Context(), app); err == nil {
		t.Errorf("%d manifests and no error without the operator", len(objects))
	} else if !strings.Contains(err.Error(), "AtlasSchema") {
		t.Errorf("the error does not name the kind: %v", err)
	}
}

// TestAtOnce makes eight calls at the same time, six that work and two that do
// not, each for a repository of its own: the repo server makes calls for one and
// the same directory wait for each other.
func TestAtOnce(t *testing.T) {
	s := start(t)
	r := newRepoServer(t, s)
	shop, broken := filepath.Join("testdata", "shop"), filepath.Join("testdata", "broken")
	var apps []application
	for i := range 8 {
		app := application{name: "shop", namespace: "shop", repository: commit(t, shop), path: "."}
		if i%4 == 3 {
			app = application{name: "broken", namespace: "shop", repository: commit(t, broken), path: "."}
		}
		apps = append(apps, app)
	}
	want := direct(t, shop, apps[0])
	var calls sync.WaitGroup
	for i, app := range apps {
		calls.Go(func() {
			objects, err := r.generate(t.Context(), app)
			switch {
			case app.name == "broken" && err == nil:
				t.Errorf("call %d: %d manifests and no error", i, len(objects))
			case app.name == "shop" && err != nil:
				t.Errorf("call %d: %v", i, err)
			case app.name == "shop":
				same(t, objects, want)
			}
		})
	}
	calls.Wait()
	if names := left(t, s); names != nil {
		t.Errorf("left behind: %v", names)
	}
}

// TestLargeRepository has 20 MB beside what the plugin needs: many files and one
// big one that does not compress.
func TestLargeRepository(t *testing.T) {
	s := start(t)
	r := newRepoServer(t, s)
	repo := t.TempDir()
	shop := filepath.Join("testdata", "shop")
	if err := os.CopyFS(filepath.Join(repo, "shop"), os.DirFS(shop)); err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 14<<20)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(repo, "shop", "assets", "film.bin"), noise)
	for i := range 3000 {
		write(t, filepath.Join(repo, "shop", "docs", fmt.Sprintf("%02d", i%60), fmt.Sprintf("page-%d.md", i)), noise[i*2048:(i+1)*2048])
	}
	app := application{name: "shop", namespace: "shop", repository: commitIn(t, repo), path: "shop"}
	began := time.Now()
	objects, err := r.generate(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	// The repo server gives a plugin 60 s by default.
	if took := time.Since(began); took > 60*time.Second {
		t.Errorf("took %s", took)
	}
	same(t, objects, direct(t, shop, app))
}

// TestCancelled cancels calls at several moments. The server must live, leave
// nothing behind and answer the next call.
func TestCancelled(t *testing.T) {
	s := start(t)
	client := connect(t, s)
	shop := t.TempDir()
	if err := os.CopyFS(shop, os.DirFS(filepath.Join("testdata", "shop"))); err != nil {
		t.Fatal(err)
	}
	// Enough that the repository does not fit into one message.
	noise := make([]byte, 1<<20)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(shop, "film.bin"), noise)
	env := []string{"ARGOCD_APP_NAME=shop", "ARGOCD_APP_NAMESPACE=shop", "ARGOCD_APP_PARAMETERS=[]"}
	generate := func(ctx context.Context, wrap func(cmp.StreamSender) cmp.StreamSender, sent func()) (*apiclient.ManifestResponse, error) {
		stream, err := client.GenerateManifest(ctx)
		if err != nil {
			return nil, err
		}
		if err := cmp.SendRepoStream(ctx, shop, shop, wrap(stream), env, nil); err != nil {
			return nil, err
		}
		sent()
		return stream.CloseAndRecv()
	}
	plain := func(sender cmp.StreamSender) cmp.StreamSender { return sender }
	for _, test := range []struct {
		name string
		call func(ctx context.Context, cancel context.CancelFunc) error
		// late is whether the answer can be there before the cancellation.
		late bool
	}{
		{name: "before the repository", call: func(ctx context.Context, cancel context.CancelFunc) error {
			stream, err := client.GenerateManifest(ctx)
			if err != nil {
				return err
			}
			cancel()
			_, err = stream.CloseAndRecv()
			return err
		}},
		{name: "in the midst of the repository", call: func(ctx context.Context, cancel context.CancelFunc) error {
			_, err := generate(ctx, func(sender cmp.StreamSender) cmp.StreamSender {
				return &cutOff{StreamSender: sender, after: 500, cancel: cancel}
			}, func() {})
			return err
		}},
		{name: "with the last byte", call: func(ctx context.Context, cancel context.CancelFunc) error {
			_, err := generate(ctx, plain, cancel)
			return err
		}},
		{name: "while the plugin runs", late: true, call: func(ctx context.Context, cancel context.CancelFunc) error {
			_, err := generate(ctx, plain, func() {
				time.AfterFunc(20*time.Millisecond, cancel)
			})
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 3 {
				ctx, cancel := context.WithCancel(t.Context())
				err := test.call(ctx, cancel)
				cancel()
				if err == nil && !test.late {
					t.Error("the call was not cancelled")
				}
			}
			response, err := generate(t.Context(), plain, func() {})
			if err != nil {
				t.Fatalf("the next call: %v", err)
			}
			if len(response.Manifests) == 0 {
				t.Error("the next call has no manifests")
			}
			if names := left(t, s); names != nil {
				t.Errorf("left behind: %v", names)
			}
		})
	}
}

// cutOff cancels in the midst of sending.
type cutOff struct {
	cmp.StreamSender
	after  int
	cancel context.CancelFunc
}

// Send implements cmp.StreamSender.
func (c *cutOff) Send(request *apiclient.AppStreamRequest) error {
	if c.after == 0 {
		c.cancel()
	}
	c.after--
	return c.StreamSender.Send(request)
}

func connect(t *testing.T, s *cmpserver.Server) apiclient.ConfigManagementPluginServiceClient {
	t.Helper()
	conn, client, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return client
}

// direct is what the binary prints without Argo CD between.
func direct(t *testing.T, directory string, app application) []*unstructured.Unstructured {
	t.Helper()
	stdout, stderr, exit := runBinary(t, directory, app)
	if exit != 0 {
		t.Fatalf("exit code %d: %s", exit, stderr)
	}
	documents, err := fixture.Documents([]byte(stdout))
	if err != nil {
		t.Fatal(err)
	}
	return fixture.Objects(documents)
}

// runBinary runs `generate` in a directory with the environment that decides what
// it prints.
func runBinary(t *testing.T, directory string, app application) (stdout, stderr string, exit int) {
	t.Helper()
	command := exec.Command(fixture.Generate(t))
	command.Dir = directory
	command.Env = []string{"PATH=/usr/bin:/bin", "ARGOCD_APP_NAME=" + app.name, "ARGOCD_APP_NAMESPACE=" + app.namespace}
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	err := command.Run()
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		return out.String(), errs.String(), failed.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), 0
}

// same compares manifests, in their order, apart from Argo CD's tracking.
func same(t *testing.T, got, want []*unstructured.Unstructured) {
	t.Helper()
	ids := func(objects []*unstructured.Unstructured) (ids []string) {
		for _, obj := range objects {
			ids = append(ids, fixture.ID(obj))
		}
		return ids
	}
	if !slices.Equal(ids(got), ids(want)) {
		t.Errorf("got %v, want %v", ids(got), ids(want))
		return
	}
	for i := range got {
		a, b := got[i].DeepCopy(), want[i].DeepCopy()
		for _, obj := range []*unstructured.Unstructured{a, b} {
			annotations := obj.GetAnnotations()
			delete(annotations, "argocd.argoproj.io/tracking-id")
			if len(annotations) == 0 {
				annotations = nil
			}
			obj.SetAnnotations(annotations)
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s differs:\n%v\n%v", fixture.ID(a), a.Object, b.Object)
		}
	}
}

func find(t *testing.T, objects []*unstructured.Unstructured, kind, name string) *unstructured.Unstructured {
	t.Helper()
	var names []string
	for _, obj := range objects {
		if obj.GetKind() == kind && obj.GetName() == name {
			return obj
		}
		names = append(names, fixture.ID(obj))
	}
	t.Fatalf("no %s %s among %v", kind, name, names)
	return nil
}

func write(t testing.TB, path string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
