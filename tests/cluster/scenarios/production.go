package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"argocd-atlas-plugin/cluster/rig"
)

// What goes wrong in production, one fault at a time. scenarios/random.go mixes them.

// first installs the application of the random runs.
func (s *S) first(v shop) {
	s.volume = true
	s.Needs("shop:1", "shop_db.items.name")
	v.write(s)
	s.Push("first version")
	s.CreateApplication()
	s.WaitHealthy(usual)
	s.Insert("INSERT INTO items (id, name) VALUES (1, 'kept')")
	s.Keep("SELECT name FROM items WHERE id = 1")
}

// another is the next version: a column, and an image that needs it.
func (s *S) another(v *shop) string {
	v.image++
	v.columns = append(v.columns, v.image)
	image := fmt.Sprintf("shop:%d", v.image)
	s.Needs(image, "shop_db.items.name", fmt.Sprintf("shop_db.items.c%d", v.image))
	v.write(s)
	return image
}

func refused(s *S) {
	for _, engine := range []string{"mariadb", "postgres"} {
		v := shop{engine: engine, image: 1}
		if engine == "postgres" {
			v.image = 11
			s.Needs("shop:11", "shop_db.items.name")
			s.Say("POSTGRES next")
			s.removeApplication()
		}
		s.first(v)
		for _, name := range []string{"the database has no connections left", "the database refuses the password", "the database does not answer"} {
			f := faultCalled(name)
			image := s.another(&v)
			s.during(f, -time.Second, 20*time.Second, fmt.Sprintf("%s, %s", name, image), s.webhook)
			s.WaitHealthy(usual)
			s.Expect(image+" is in force", s.Image("shop-api") == image)
		}
		s.checkKept()
		s.kept = nil
	}
}

// removeApplication takes the Application and what it deployed away, the claim too.
func (s *S) removeApplication() {
	s.Kubectl("-n", "argocd", "delete", "application", s.Name)
	s.Kubectl("-n", s.Namespace, "delete", "deployments,statefulsets,atlasschemas,services,secrets", "--all")
	s.Kubectl("-n", s.Namespace, "delete", "pvc", "--all")
}

func faultCalled(name string) *fault {
	for i := range faults {
		if faults[i].name == name {
			return &faults[i]
		}
	}
	panic(stop{"no fault is called " + name})
}

func full(s *S) {
	s.Kubelet.SmallVolumes(s.Namespace, 160)
	v := shop{engine: "postgres", image: 1}
	s.first(v)
	s.Needs("shop:2", "shop_db.items.name", "shop_db.orders.id")
	v.image = 2
	v.write(s)
	s.File("schema.sql", s.Read("schema.sql")+"create table orders (id int not null primary key);\n")
	claims, err := filepath.Glob(filepath.Join(s.State, "claims", s.Namespace+".*"))
	s.must(err)
	s.Expect("there is one claim", len(claims) == 1)
	ballast := filepath.Join(claims[0], "ballast")
	f, err := os.Create(ballast)
	s.must(err)
	block, written := make([]byte, 4096), 0
	for err == nil {
		_, err = f.Write(block)
		written += len(block)
	}
	f.Close()
	s.Say("VOLUME full after %d MiB: %v", written>>20, err)
	s.PushFaulty("table orders, shop:2")
	s.Stays("the old image", 30*time.Second, func() bool { return s.Image("shop-api") == "shop:1" })
	s.show()
	s.must(os.Remove(ballast))
	s.Say("VOLUME has room")
	s.WaitHealthy(usual)
	s.Expect("the new image is in force", s.Image("shop-api") == "shop:2")
}

// programs kills one program after the other while a sync runs. The webhook is sent again after each: a comparison that
// failed is otherwise repeated by Argo CD's next poll, up to three minutes later, which `renders` waits for.
func programs(s *S) {
	v := shop{engine: "mariadb", image: 1}
	s.first(v)
	for _, p := range []struct {
		name         string
		moment, away time.Duration
	}{
		{"kube-apiserver", 4 * time.Second, 20 * time.Second},
		{"application-controller", 4 * time.Second, 5 * time.Second},
		{"repo-server", 0, 5 * time.Second},
		{"cmp-server", 0, 5 * time.Second},
		{"redis", 0, 5 * time.Second},
	} {
		image := s.another(&v)
		s.PushFaulty(fmt.Sprintf("%s is killed %s after the push, %s", p.name, p.moment, image))
		s.sleep(p.moment)
		end := stopped(p.name, true).begin(s, 0)
		s.Say("FAULT %s is killed", p.name)
		s.sleep(p.away)
		end()
		s.Say("FAULT %s is back", p.name)
		s.webhook()
		s.WaitHealthy(randomLimit)
		s.Expect(image+" is in force", s.Image("shop-api") == image)
	}
}

// renders kills the servers while the plugin runs, which is made slow. No webhook is sent again: after the plugin
// server's death, Argo CD's next poll has to find the commit.
func renders(s *S) {
	v := shop{engine: "mariadb", image: 1}
	s.first(v)
	for _, name := range []string{"cmp-server", "repo-server"} {
		s.must(s.SlowPlugin(6 * time.Second))
		image := s.another(&v)
		s.PushFaulty(fmt.Sprintf("%s is killed while the plugin runs, %s", name, image))
		s.sleep(3 * time.Second)
		end := stopped(name, true).begin(s, 0)
		s.Say("FAULT %s is killed", name)
		s.must(s.SlowPlugin(0))
		end()
		s.Say("FAULT %s is back", name)
		s.WaitHealthy(randomLimit)
		s.Expect(image+" is in force", s.Image("shop-api") == image)
	}
}

func selfHeal(s *S) {
	v := shop{engine: "mariadb", image: 1}
	s.first(v)
	s.another(&v)
	s.Push("column c2, shop:2")
	s.WaitHealthy(usual)
	// The image of before.
	s.Kubectl("-n", s.Namespace, "set", "image", "deployment/shop-api", "*=shop:1")
	s.Say("BY HAND shop:1")
	s.Wait("shop:2 is back", time.Minute, func() bool { return s.Image("shop-api") == "shop:2" && s.Healthy() })
	s.Kubectl("-n", s.Namespace, "delete", "deployment", "shop-api")
	s.Say("BY HAND the Deployment is deleted")
	s.Wait("the Deployment is back", time.Minute, func() bool { return s.Image("shop-api") == "shop:2" && s.Healthy() })
	o := s.Get("AtlasSchema", "shop")
	text := rig.Text(o, "spec", "schema", "sql")
	s.Expect("the schema is inline", strings.Contains(text, "c2 int"))
	s.Patch("AtlasSchema", "shop", fmt.Sprintf(`{"spec":{"schema":{"sql":%q}}}`, strings.Replace(text, "c2 int", "c2 int,\n  byhand int", 1)))
	s.Say("BY HAND a column in the AtlasSchema")
	s.Wait("the AtlasSchema of Git is back", time.Minute, func() bool {
		return rig.Text(s.Get("AtlasSchema", "shop"), "spec", "schema", "sql") == text && s.Healthy()
	})
	s.Kubectl("-n", s.Namespace, "delete", "atlasschema", "shop")
	s.Say("BY HAND the AtlasSchema is deleted")
	s.Wait("the AtlasSchema is back", 2*time.Minute, func() bool { return s.Get("AtlasSchema", "shop") != nil && s.Healthy() })
	s.Expect("column c2 is there", s.Has("shop_db.items.c2"))
	s.another(&v)
	s.Push("column c3, shop:3")
	s.WaitHealthy(usual)
}

func outOfSync(s *S) {
	v := shop{engine: "mariadb", image: 1}
	s.first(v)
	s.Patch("Application", s.Name, `{"spec":{"syncPolicy":{"syncOptions":["CreateNamespace=true","ApplyOutOfSyncOnly=true"]}}}`)
	s.another(&v)
	s.Push("column c2, shop:2")
	s.WaitHealthy(usual)
	s.Stop("operator", false)
	s.Say("OPERATOR stopped")
	image := s.another(&v)
	v.image--
	v.write(s)
	s.Push("column c3")
	s.sleep(15 * time.Second)
	v.image++
	v.write(s)
	s.Push(image)
	s.sleep(15 * time.Second)
	s.Note("the image is %s", s.Image("shop-api"))
	s.must(s.Start("operator"))
	s.Say("OPERATOR started")
	s.WaitHealthy(usual)
}

const applications = 30

// many: the scenario's own Application has 30 others in its directory.
func many(s *S) {
	write := func(image string) {
		for i := range applications {
			v := shop{engine: "postgres", image: 1}
			if image == "2" {
				v.columns, v.image = []int{2}, 2
			}
			s.path = filepath.Join("apps", fmt.Sprint(i))
			v.write(s)
			text := strings.NewReplacer("shop-db", fmt.Sprintf("db%d", i), "{name: shop}", fmt.Sprintf("{name: schema%d}", i), "${shop.", fmt.Sprintf("${schema%d.", i),
				"shop-api", fmt.Sprintf("api%d", i), "\"shop:", fmt.Sprintf("\"shop%d:", i)).Replace(s.Read("app.yaml"))
			s.File("app.yaml", text)
			needs := []string{fmt.Sprintf("db%d.items.name", i)}
			if image == "2" {
				needs = append(needs, fmt.Sprintf("db%d.items.c2", i))
			}
			s.Needs(fmt.Sprintf("shop%d:%s", i, image), needs...)
		}
		s.path = "deploy"
	}
	write("1")
	for i := range applications {
		name, path := fmt.Sprintf("%s-%d", s.Name, i), filepath.Join("apps", fmt.Sprint(i))
		s.path = path
		text := s.Generate("application", "-q", "--repo", "file://"+s.bare, "--namespace", s.Namespace, "--name", name, "--path", path, "--revision", "main", ".")
		s.path = "deploy"
		s.File(name+".yaml", text)
	}
	s.Kubectl("create", "namespace", s.Namespace)
	s.Push("30 Applications")
	root := fmt.Sprintf(`{"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"name":%q,"namespace":"argocd"},"spec":{"project":"default",
		"destination":{"server":"https://kubernetes.default.svc","namespace":"argocd"},"source":{"repoURL":%q,"targetRevision":"main","path":"deploy"},
		"syncPolicy":{"automated":{"prune":true,"selfHeal":true}}}}`, s.Name, "file://"+s.bare)
	_, err := s.Rig.Kubectl(s.ctx, root, "apply", "-f", "-")
	s.must(err)
	s.Say("APPLICATION created")
	all := func() bool {
		for i := range applications {
			o := s.Get("Application", fmt.Sprintf("%s-%d", s.Name, i))
			if o == nil || rig.Text(o, "status", "sync", "status") != "Synced" || rig.Text(o, "status", "health", "status") != "Healthy" ||
				rig.Text(o, "status", "operationState", "phase") != "Succeeded" || rig.Text(o, "status", "operationState", "syncResult", "revision") != s.revision {
				return false
			}
		}
		return true
	}
	judge := func() {
		for i := range applications {
			o := s.Get("Application", fmt.Sprintf("%s-%d", s.Name, i))
			if n := rig.Number(o, "status", "operationState", "retryCount"); n > 0 {
				s.count(Needless, "the sync of %s-%d needed %d retries: %s", s.Name, i, n, rig.Text(o, "status", "operationState", "message"))
			}
		}
	}
	s.Wait("30 Applications that are Synced and Healthy", 10*time.Minute, all)
	judge()
	write("2")
	s.commit("column c2 and another image, in all of them")
	for i := range applications {
		s.Patch("Application", fmt.Sprintf("%s-%d", s.Name, i), `{"metadata":{"annotations":{"argocd.argoproj.io/refresh":"normal"}}}`)
	}
	s.Wait("30 Applications that are Synced and Healthy", 10*time.Minute, all)
	judge()
	// Each rollout asks 30 servers, so the watcher falls behind, and some are judged later than they happen.
	s.Wait("every rollout is judged", 3*time.Minute, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.rollouts >= 2*applications
	})
	for i := range applications {
		s.Expect(fmt.Sprintf("shop%d:2 is in force", i), s.Image(fmt.Sprintf("api%d", i)) == fmt.Sprintf("shop%d:2", i))
		_, _ = s.Rig.Kubectl(s.ctx, "", "-n", "argocd", "delete", "application", fmt.Sprintf("%s-%d", s.Name, i), "--wait=false")
	}
}
