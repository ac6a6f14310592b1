package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"argocd-atlas-plugin/cluster/rig"
)

// healthCommand stands in docs/install.md.
const healthCommand = "generate health | kubectl -n argocd patch configmap argocd-cm --type merge --patch-file /dev/stdin"

// install runs the page's command on Argo CD's own argocd-cm, in a namespace for each way in which it can have been applied.
// The one of the rig itself is left alone: others use it.
func install(s *S) {
	page := s.repositoryFile("docs/install.md")
	command, err := rig.Command(page, healthCommand)
	s.must(err)
	var patch struct{ Data map[string]string }
	s.must(yaml.Unmarshal([]byte(s.Generate("health")), &patch))
	for _, what := range []string{"health", "actions"} {
		for _, kind := range []string{"AtlasSchema", "AtlasMigration"} {
			key := "resource.customizations." + what + ".db.atlasgo.io_" + kind
			s.Expect("`generate health` prints "+key, patch.Data[key] != "")
		}
	}

	upstream := s.argocdCM()
	own := map[string]any{"url": "https://argocd.example.com", "dex.config": "connectors: []\n", "resource.exclusions": "[]\n", "timeout.reconciliation": "60s"}
	for way, apply := range map[string][]string{
		"client": {"apply"},
		"server": {"apply", "--server-side", "--force-conflicts"},
	} {
		namespace := s.Namespace + "-" + way
		s.Kubectl("create", "namespace", namespace)
		defer func() { _, _ = s.Rig.Kubectl(s.ctx, "", "delete", "namespace", namespace, "--wait=false") }()
		set := func(what string, data map[string]any, with []string) {
			o := upstream.DeepCopy()
			o.SetNamespace(namespace)
			s.must(unstructured.SetNestedMap(o.Object, data, "data"))
			text, err := o.MarshalJSON()
			s.must(err)
			_, err = s.Rig.Kubectl(s.ctx, string(text), append(append([]string{}, with...), "-f", "-")...)
			s.must(err)
			s.Say("%s-side: %s", way, what)
		}
		check := func(want map[string]any) {
			o, err := s.Rig.Kubectl(s.ctx, "", "-n", namespace, "get", "configmap", "argocd-cm", "-o", "json")
			s.must(err)
			var live struct{ Data map[string]string }
			s.must(yaml.Unmarshal([]byte(o), &live))
			for k, v := range want {
				s.Expect(fmt.Sprintf("%s-side: %s is kept", way, k), live.Data[k] == v)
			}
			for k, v := range patch.Data {
				s.Expect(fmt.Sprintf("%s-side: %s is in force", way, k), live.Data[k] == v)
			}
			s.Expect(fmt.Sprintf("%s-side: nothing else is there", way), len(live.Data) == len(want)+len(patch.Data))
		}
		inNamespace := strings.Replace(command, "-n argocd", "-n "+namespace, 1)
		set("Argo CD's argocd-cm with four keys of our own", own, apply)
		s.run(s.work, "sh", "-c", inNamespace)
		check(own)
		s.run(s.work, "sh", "-c", inNamespace)
		check(own)
		set("the same again", own, apply)
		check(own)
		set("Argo CD's own manifest, which has no keys", map[string]any{}, apply)
		check(map[string]any{})
		// The next to apply may do it in the other way.
		other := []string{"apply", "--server-side", "--force-conflicts"}
		if way == "server" {
			other = []string{"apply"}
		}
		set("the four keys again, in the other way", own, other)
		check(own)
		_, err := s.Rig.Run(s.ctx, s.work, "", "sh", "-c", "generate health | kubectl -n "+namespace+" apply -f -")
		s.Expect(way+"-side: `kubectl apply` refuses what is printed", err != nil && strings.Contains(err.Error(), "kind"))
		check(own)
	}
	// And the rig's own was installed by the page's kustomization: the checks and Argo CD's labels are there.
	live := s.Kubectl("-n", "argocd", "get", "configmap", "argocd-cm", "-o", "yaml")
	for k := range patch.Data {
		s.Expect("the kustomization has installed "+k, strings.Contains(live, k))
	}
	sidecar := s.Kubectl("-n", "argocd", "get", "deployment", "argocd-repo-server", "-o", "jsonpath={.spec.template.spec.containers[*].name}")
	s.Expect("the kustomization has installed the sidecar", strings.Contains(sidecar, "argocd-atlas-plugin"))
}

// argocdCM is the ConfigMap in the manifest that Argo CD is installed from.
func (s *S) argocdCM() *unstructured.Unstructured {
	text, err := os.ReadFile(filepath.Join(s.ArgoCD, "manifests", "install.yaml"))
	s.must(err)
	for _, document := range strings.Split(string(text), "\n---\n") {
		o := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(document), &o.Object); err == nil && o.GetKind() == "ConfigMap" && o.GetName() == "argocd-cm" {
			return o
		}
	}
	panic(stop{"Argo CD's install.yaml has no argocd-cm"})
}

// withGuidesHealth plays something with the health checks of Atlas's guide in place of ours.
func (s *S) withGuidesHealth(play func()) {
	dir := filepath.Join(s.Root, "tests/conformance/syncing/testdata/guide/db.atlasgo.io")
	data := map[string]string{}
	for _, kind := range []string{"AtlasSchema", "AtlasMigration"} {
		text, err := os.ReadFile(filepath.Join(dir, kind, "health.lua"))
		s.must(err)
		data["resource.customizations.health.db.atlasgo.io_"+kind] = string(text)
	}
	body, err := yaml.Marshal(map[string]any{"data": data})
	s.must(err)
	set := func(patch string) {
		_, err := s.Rig.Kubectl(s.ctx, patch, "-n", "argocd", "patch", "configmap", "argocd-cm", "--type", "merge", "--patch-file", "/dev/stdin")
		s.must(err)
		// The controller notices, and reads the cluster anew.
		s.sleep(5 * time.Second)
	}
	defer func() { set(s.Generate("health")) }()
	set(string(body))
	s.Say("HEALTH CHECKS: the guide's")
	play()
}

func guideFirst(s *S) {
	s.withGuidesHealth(func() { s.seedSpecs() })
}

func guideOperator(s *S) {
	s.withGuidesHealth(func() {
		s.seedSpecs()
		s.Stop("operator", false)
		s.Say("OPERATOR stopped")
		s.addColumn("extra1", "nginx:1.27")
		s.Push("column extra1, nginx:1.27")
		s.sleep(30 * time.Second)
		s.must(s.Start("operator"))
		s.Say("OPERATOR started")
		s.WaitHealthy(usual)
	})
}
