package plugin

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/cache"
	"github.com/argoproj/argo-cd/v3/reposerver/metrics"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	cacheutil "github.com/argoproj/argo-cd/v3/util/cache"
	"github.com/argoproj/argo-cd/v3/util/git"

	"argocd-atlas-plugin/conformance/internal/cmpserver"
)

// repoServer is Argo CD's repo server without its network listener.
type repoServer struct {
	*repository.Service
	server *cmpserver.Server
}

func newRepoServer(t *testing.T, s *cmpserver.Server) repoServer {
	t.Helper()
	t.Setenv(common.EnvPluginSockFilePath, s.Sockets)
	// Every revision is checked for a signature by a script of the repo server's
	// image. There are none here.
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "git-verify-wrapper.sh"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	store := cache.NewCache(cacheutil.NewCache(cacheutil.NewInMemoryCache(time.Hour)), time.Hour, time.Hour, 10*time.Second)
	limits := repository.RepoServerInitConstants{
		MaxCombinedDirectoryManifestsSize: resource.MustParse("10M"),
		// The defaults of the repo server's flags.
		PauseGenerationAfterFailedGenerationAttempts: 3,
		PauseGenerationOnFailureForMinutes:           60,
	}
	service := repository.NewService(metrics.NewMetricsServer(), store, limits, &git.NoopCredsStore{}, t.TempDir())
	if err := service.Init(); err != nil {
		t.Fatal(err)
	}
	return repoServer{Service: service, server: s}
}

// application is what a person writes about one Application.
type application struct {
	name       string
	namespace  string
	repository string
	path       string
	env        v1alpha1.Env
	parameters v1alpha1.ApplicationSourcePluginParameters
	// apis are what the cluster serves, as Argo CD tells it to plugins.
	apis []string
}

func (a application) source(pluginName string) *v1alpha1.ApplicationSource {
	return &v1alpha1.ApplicationSource{
		RepoURL: a.repository, Path: a.path, TargetRevision: "HEAD",
		Plugin: &v1alpha1.ApplicationSourcePlugin{Name: pluginName, Env: a.env, Parameters: a.parameters},
	}
}

// generate is the controller's request for manifests. It asks past the cache,
// as a Hard Refresh does.
func (r repoServer) generate(ctx context.Context, a application) ([]*unstructured.Unstructured, error) {
	response, err := r.GenerateManifest(ctx, &apiclient.ManifestRequest{
		Repo:               &v1alpha1.Repository{Repo: a.repository},
		Revision:           "HEAD",
		AppName:            a.name,
		Namespace:          a.namespace,
		ProjectName:        "default",
		ApplicationSource:  a.source(r.server.Name),
		KubeVersion:        "1.36.1",
		ApiVersions:        a.apis,
		AppLabelKey:        common.LabelKeyAppInstance,
		TrackingMethod:     string(v1alpha1.TrackingMethodAnnotation),
		NoCache:            true,
		ProjectSourceRepos: []string{"*"},
	})
	if err != nil {
		return nil, err
	}
	var objects []*unstructured.Unstructured
	for _, manifest := range response.Manifests {
		obj, err := v1alpha1.UnmarshalToUnstructured(manifest)
		if err != nil {
			return nil, err
		}
		objects = append(objects, obj)
	}
	return objects, nil
}

// parameters is the UI's request for what can be set.
func (r repoServer) parameters(ctx context.Context, a application) ([]*apiclient.ParameterAnnouncement, error) {
	response, err := r.GetAppDetails(ctx, &apiclient.RepoServerAppDetailsQuery{
		Repo: &v1alpha1.Repository{Repo: a.repository}, Source: a.source(r.server.Name), AppName: a.name, NoCache: true,
	})
	if err != nil {
		return nil, err
	}
	return response.Plugin.ParametersAnnouncement, nil
}

// commit makes a Git repository of a directory and gives its address.
func commit(t testing.TB, directory string) string {
	t.Helper()
	repo := t.TempDir()
	if err := os.CopyFS(repo, os.DirFS(directory)); err != nil {
		t.Fatal(err)
	}
	return commitIn(t, repo)
}

func commitIn(t testing.TB, repo string) string {
	t.Helper()
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"},
		{"add", "-A"},
		{"-c", "user.name=conformance", "-c", "user.email=conformance@example.com", "commit", "-q", "--allow-empty", "-m", "conformance"},
	} {
		command := exec.Command("git", args...)
		command.Dir = repo
		command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	return "file://" + filepath.ToSlash(repo)
}
