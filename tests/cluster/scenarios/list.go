package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"argocd-atlas-plugin/cluster/rig"
)

// All scenarios, in the order of docs/testing.md.
var All = []Definition{
	{Name: "plain", CI: true, What: "the guide's manifests without waves, then a new column with a new image", Namespace: "default", Play: plain},
	{Name: "specs", CI: true, What: "the same as specs, then a new column with a new image", Play: specs},
	{Name: "broken", What: "three kinds of broken SQL, each corrected", Play: broken},
	{Name: "first", CI: true, What: "SQL that is broken from the first install on, then corrected", Play: brokenFirst},
	{Name: "destructive", CI: true, What: "a dropped column: refused, then allowed", Play: destructive},
	{Name: "revert", CI: true, What: "an added column with its image, the revert of that commit, and the revert of the revert", Play: revert},
	{Name: "revert-table", What: "the same with an added table, then `allow`", Play: revertTable},
	{Name: "revert-notnull", What: "the same with a column that old writers do not know and cannot do without", Play: revertNotNull},
	{Name: "revert-strict", What: "a column that may be null, rows that are, and the revert, which the rows do not allow", Play: revertStrict},
	{Name: "revert-enum", What: "the same with a column of a new enum of PostgreSQL", Play: revertEnum},
	{Name: "revert-error", What: "the same under `destructive: error`: refused, until the policy is the default", Play: revertError},
	{Name: "revert-allow", What: "the same under `destructive: allow`", Play: revertAllow},
	{Name: "deferred", CI: true, What: "a dropped column: it stays under the default, and goes with `allow` in a later commit", Play: deferred},
	{Name: "relax", CI: true, What: "not null, default, index, check and foreign key are taken away: refused under `error`, not under the default", Play: relax},
	{Name: "legacy", What: "the first run on a database that has other tables", Play: legacy},
	{Name: "unready", What: "an image that never becomes ready, then the revert", Play: unready},
	{Name: "waiting", What: "the same where another app waits for it: the sync is terminated by hand", Play: waiting},
	{Name: "operator", CI: true, Alone: true, What: "the operator is down while a change is pushed", Play: operatorDown},
	{Name: "killed", CI: true, What: "the database is killed while a schema is applied", Play: killed},
	{Name: "away", What: "the database is killed before a push, and is slow to come back", Play: away},
	{Name: "recreated", CI: true, What: "a database without a volume is recreated", Play: recreated},
	{Name: "emptied", CI: true, What: "the pod of a database without a volume is deleted by hand, then an image alone changes", Play: emptied},
	{Name: "emptied-files", What: "the same with versioned migrations", Play: emptiedFiles},
	{Name: "after", What: "the database is killed just after a rollout", Play: after},
	{Name: "moments", What: "the database is killed at ten moments after pushes of a column or of an image alone", Play: moments},
	{Name: "retry", Alone: true, What: "the operator starts while the database is away and nothing is synced, then the action Retry", Play: retry},
	{Name: "secret", CI: true, What: "a Secret with the credentials that comes late", Play: lateSecret},
	{Name: "migrations", CI: true, What: "versioned migrations on PostgreSQL, a broken one and its correction", Play: migrations},
	{Name: "migrations-back", CI: true, What: "the revert of a migration: refused, then a migration forward", Play: migrationsBack},
	{Name: "migrations-down", What: "the revert of a migration with `migrateDown`", Play: migrationsDown},
	{Name: "migrations-half", What: "a migration that fails halfway on MariaDB, its revert and its correction", Play: migrationsHalf},
	{Name: "chain", What: "two databases, two schemas and three apps, an environment and parameters", Play: chain},
	{Name: "prune", What: "an app pruned, a database taken out of Git and put back, the Application deleted", Play: prune},
	{Name: "install", CI: true, What: "the command for the health checks of docs/install.md keeps every other key of argocd-cm", Play: install},
	{Name: "refused", What: "the database has no connections left, refuses the password, does not answer, during a push each", Play: refused},
	{Name: "full", What: "the volume of the database is full while a table is added, and has room again", Play: full},
	{Name: "programs", Alone: true, What: "each program of Argo CD and the API server is killed during a sync", Play: programs},
	{Name: "renders", Alone: true, What: "the plugin server, then the repo server, is killed while the plugin runs", Play: renders},
	{Name: "self-heal", What: "the image, the schema and the whole Deployment are changed by hand", Play: selfHeal},
	{Name: "out-of-sync", Alone: true, What: "`ApplyOutOfSyncOnly`: a column, then the image that needs it, while the operator is down", Play: outOfSync, Known: map[string]string{
		Early: "an unchanged AtlasSchema is skipped, and not waited for (docs/health.md)"}},
	{Name: "many", Alone: true, What: "an app of 30 apps, then a new column and a new image in all of them", Play: many},
	{Name: "guide-first", Alone: true, What: "with the guide's health check: the first install", Play: guideFirst, Known: map[string]string{
		Needless: "the guide's health check says Degraded while the operator works (docs/health.md)"}},
	{Name: "guide-operator", Alone: true, What: "with the guide's health check: the operator is down while a change is pushed", Play: guideOperator, Known: map[string]string{
		Early:    "the guide's health check believes a status of the generation before (docs/health.md)",
		Needless: "the guide's health check says Degraded while the operator works (docs/health.md)"}},
}

const (
	usual = 4 * time.Minute
	seed  = "testdata/seed/as_specs/input/app.yaml"
)

var users = []string{"example.users.id", "example.users.name", "example.users.email", "example.users.short_bio"}

func (s *S) repositoryFile(name string) string {
	text, err := os.ReadFile(filepath.Join(s.Root, name))
	s.must(err)
	return string(text)
}

// seedSpecs installs the guide's example as specs.
func (s *S) seedSpecs(edits ...string) {
	s.File("app.yaml", s.repositoryFile(seed))
	if len(edits) > 0 {
		s.Edit("app.yaml", edits...)
	}
	s.Needs("nginx", users...)
	s.Push("first version")
	s.CreateApplication()
	s.WaitHealthy(usual)
}

var extra = regexp.MustCompile(`extra\d+`)

// addColumn adds a column to the seed's specs and an image that needs it, beside all that came before.
func (s *S) addColumn(column, image string) {
	old := "image: " + s.imageInGit() + "\n"
	s.Edit("app.yaml", "      short_bio varchar(255) not null,\n", "      short_bio varchar(255) not null,\n      "+column+" int,\n", old, "image: "+image+"\n")
	needs := append([]string{}, users...)
	for _, c := range extra.FindAllString(s.Read("app.yaml"), -1) {
		needs = append(needs, "example.users."+c)
	}
	s.Needs(image, needs...)
}

func (s *S) imageInGit() string {
	return regexp.MustCompile(`image: (nginx\S*)`).FindStringSubmatch(s.Read("app.yaml"))[1]
}

func plain(s *S) {
	dir := "testdata/seed/plain/input"
	entries, err := os.ReadDir(filepath.Join(s.Root, dir))
	s.must(err)
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".yaml") {
			continue
		}
		s.File(e.Name(), s.repositoryFile(filepath.Join(dir, e.Name())))
	}
	s.Needs("nginx", users...)
	s.Push("the guide's manifests")
	s.CreateApplication()
	s.WaitHealthy(usual)
	s.Needs("nginx:1.27", append([]string{"example.users.extra1"}, users...)...)
	edited := 0
	for _, e := range entries {
		text := s.Read(e.Name())
		changed := strings.Replace(strings.Replace(text, "        short_bio varchar(255) not null,\n", "        short_bio varchar(255) not null,\n        extra1 int,\n", 1),
			"image: nginx\n", "image: nginx:1.27\n", 1)
		if changed != text {
			edited++
			s.File(e.Name(), changed)
		}
	}
	s.Expect("two files of the guide were edited", edited == 2)
	s.Push("column extra1, nginx:1.27")
	s.WaitHealthy(usual)
}

func specs(s *S) {
	s.seedSpecs()
	s.Insert("INSERT INTO users (name, email, short_bio) VALUES ('Ada', 'ada@example.com', 'first')")
	s.Keep("SELECT name FROM users")
	s.addColumn("extra1", "nginx:1.27")
	s.Push("column extra1, nginx:1.27")
	s.WaitHealthy(usual)
}

// mistakes are three kinds of SQL that is wrong: what is unknown to every server, what only a server can judge, and an
// expression.
var mistakes = []struct{ kind, old, new string }{
	{"type", "      short_bio varchar(255) not null,\n", "      short_bio varchar(255) not null,\n      broken frobnicate(3),\n"},
	{"foreign key", "      primary key (id)\n", "      primary key (id),\n      owner varchar(10),\n      foreign key (owner) references users (id)\n"},
	{"expression", "      primary key (id)\n", "      primary key (id),\n      total int as (nosuchfunction(id)) stored\n"},
}

func broken(s *S) {
	s.seedSpecs()
	s.Insert("INSERT INTO users (name, email, short_bio) VALUES ('Ada', 'ada@example.com', 'first')")
	s.Keep("SELECT name FROM users")
	for i, m := range mistakes {
		image, good := s.imageInGit(), s.Read("app.yaml")
		wrong := fmt.Sprintf("nginx:broken%d", i)
		s.Edit("app.yaml", m.old, m.new, "image: "+image+"\n", "image: "+wrong+"\n")
		s.Never(wrong)
		s.PushFaulty("broken: " + m.kind)
		s.WaitFailure(2 * time.Minute)
		s.Stays("the old image", 10*time.Second, func() bool { return s.Image("nginx") == image })
		s.File("app.yaml", good)
		s.addColumn(fmt.Sprintf("extra%d", i+1), fmt.Sprintf("nginx:fixed%d", i))
		s.Push("corrected: " + m.kind)
		s.WaitHealthy(usual)
	}
}

func brokenFirst(s *S) {
	good := s.repositoryFile(seed)
	s.File("app.yaml", strings.Replace(good, "short_bio varchar(255) not null", "short_bio frobnicate(3)", 1))
	s.Needs("nginx", users...)
	s.PushFaulty("broken from the beginning")
	s.CreateApplication()
	s.WaitFailure(2 * time.Minute)
	s.Stays("no nginx", 15*time.Second, func() bool { return s.Image("nginx") == "" })
	s.File("app.yaml", good)
	s.Push("corrected")
	s.WaitHealthy(usual)
}

func destructive(s *S) {
	s.seedSpecs("  database: mysql\n", "  database: mysql\n  policy: {destructive: error}\n")
	s.Insert("INSERT INTO users (name, email, short_bio) VALUES ('Ada', 'ada@example.com', 'first')")
	s.Keep("SELECT name FROM users")
	s.Edit("app.yaml", "      short_bio varchar(255) not null,\n", "", "image: nginx\n", "image: nginx:dropped\n")
	s.Needs("nginx:dropped", users[:3]...)
	s.PushFaulty("short_bio is gone")
	s.WaitFailure(2 * time.Minute)
	s.Stays("the old image", 15*time.Second, func() bool { return s.Image("nginx") == "nginx" })
	s.Expect("short_bio is still in the database", s.Has("example.users.short_bio"))
	s.Edit("app.yaml", "  policy: {destructive: error}\n", "  policy: {destructive: allow}\n")
	s.Push("policy: {destructive: allow}")
	s.WaitHealthy(usual)
	s.Expect("short_bio is gone from the database", !s.Has("example.users.short_bio"))
}

func operatorDown(s *S) {
	s.seedSpecs()
	s.Stop("operator", false)
	s.Say("OPERATOR stopped")
	s.addColumn("extra1", "nginx:1.27")
	s.Push("column extra1, nginx:1.27")
	s.Stays("the old image", 30*time.Second, func() bool { return s.Image("nginx") == "nginx" })
	s.must(s.Start("operator"))
	s.Say("OPERATOR started")
	s.WaitHealthy(usual)
}

func killed(s *S) {
	s.seedSpecs("  credentials: {user: root, password: pass}\n", "  credentials: {user: root, password: pass}\n  storage: 1Gi\n")
	s.Insert("INSERT INTO users (name, email, short_bio) VALUES ('Ada', 'ada@example.com', 'first')")
	s.Keep("SELECT name FROM users")
	s.addColumn("extra1", "nginx:1.27")
	generation := s.generation()
	s.PushFaulty("column extra1, the database is killed when the AtlasSchema changes")
	s.Wait("a changed AtlasSchema", time.Minute, func() bool { return s.generation() > generation })
	s.KillDatabase(15 * time.Second)
	s.Say("DATABASE killed")
	s.WaitHealthy(2 * time.Minute)
}

func (s *S) generation() int64 {
	if o := s.Get("AtlasSchema", "myapp"); o != nil {
		return o.GetGeneration()
	}
	return 0
}

func away(s *S) {
	s.seedSpecs("  credentials: {user: root, password: pass}\n", "  credentials: {user: root, password: pass}\n  storage: 1Gi\n")
	s.Insert("INSERT INTO users (name, email, short_bio) VALUES ('Ada', 'ada@example.com', 'first')")
	s.Keep("SELECT name FROM users")
	s.KillDatabase(25 * time.Second)
	s.Say("DATABASE killed")
	s.addColumn("extra1", "nginx:1.27")
	s.PushFaulty("column extra1 while the database is away")
	s.WaitHealthy(2 * time.Minute)
}

func recreated(s *S) {
	s.seedSpecs("  engine: mysql\n", "  engine: mysql\n  version: \"8.4\"\n")
	s.Needs("nginx:1.27", users...)
	s.Edit("app.yaml", "  version: \"8.4\"\n", "  version: \"8.4.3\"\n", "image: nginx\n", "image: nginx:1.27\n")
	s.Push("another version of a database that keeps nothing, and nginx:1.27")
	s.WaitHealthy(usual)
}

func emptied(s *S) {
	s.seedSpecs()
	s.emptyDatabase()
	s.Needs("nginx:1.27", users...)
	s.Edit("app.yaml", "image: nginx\n", "image: nginx:1.27\n")
	s.Push("nginx:1.27")
	s.WaitHealthy(usual)
}

// emptyDatabase deletes the pod of a database that keeps nothing, and waits for the next.
func (s *S) emptyDatabase() {
	old := s.Database()
	s.Kubectl("-n", s.Namespace, "delete", "pod", "-l", "app.kubernetes.io/component=database", "--wait=false")
	s.Say("POD of the database deleted")
	s.Wait("another database that answers", usual, func() bool {
		found := s.Kubelet.Databases(s.Namespace)
		if len(found) != 1 || found[0] == old {
			return false
		}
		_, err := found[0].Ask(s.ctx, "SELECT 1")
		return err == nil
	})
	columns, _ := s.Rig.Columns(s.ctx, s.Namespace)
	s.Expect("the database is empty", len(columns) == 0)
}

func emptiedFiles(s *S) {
	s.File("app.yaml", `apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: postgres, credentials: {user: shop, password: secret}}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec: {database: shop-db, migrations: migrations}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: shop-api}
spec: {image: "shop:1", env: {PGHOST: "${shop.host}"}}
`)
	s.File("migrations/20260101000000_users.sql", "create table users (id bigint primary key, name text not null);\n")
	s.Generate("sum", "migrations")
	s.Needs("shop:1", "shop_db.users.name")
	s.Push("one migration")
	s.CreateApplication()
	s.WaitHealthy(usual)
	s.emptyDatabase()
	s.Needs("shop:2", "shop_db.users.name")
	s.Edit("app.yaml", "shop:1", "shop:2")
	s.Push("shop:2")
	s.WaitHealthy(usual)
	s.Needs("shop:3", "shop_db.users.name")
	s.Edit("app.yaml", "shop:2", "shop:3", "engine: postgres", "engine: postgres, args: [-c, max_connections=50]")
	s.Push("arguments of the server, shop:3")
	s.WaitHealthy(usual)
}

func after(s *S) {
	s.seedSpecs("  credentials: {user: root, password: pass}\n", "  credentials: {user: root, password: pass}\n  storage: 1Gi\n")
	s.Needs("nginx:1.27", users...)
	s.Edit("app.yaml", "image: nginx\n", "image: nginx:1.27\n")
	s.Push("nginx:1.27")
	s.Wait("the new image", usual, func() bool { return s.Image("nginx") == "nginx:1.27" })
	s.KillDatabase(15 * time.Second)
	s.Say("DATABASE killed")
	s.WaitHealthy(usual)
	s.Stays("healthy", 20*time.Second, s.Healthy)
}

func moments(s *S) {
	s.seedSpecs("  credentials: {user: root, password: pass}\n", "  credentials: {user: root, password: pass}\n  storage: 1Gi\n")
	s.Insert("INSERT INTO users (name, email, short_bio) VALUES ('Ada', 'ada@example.com', 'first')")
	s.Keep("SELECT name FROM users")
	needs := users
	for i, delay := range []time.Duration{1, 3, 5, 7, 9, 11, 13, 16, 20, 25} {
		image := fmt.Sprintf("nginx:1.%d", i)
		if i%2 == 0 {
			s.addColumn(fmt.Sprintf("extra%d", i), image)
			needs = append(needs[:len(needs):len(needs)], fmt.Sprintf("example.users.extra%d", i))
		} else {
			s.Edit("app.yaml", "image: "+s.imageInGit()+"\n", "image: "+image+"\n")
			s.Needs(image, needs...)
		}
		s.PushFaulty(image)
		s.sleep(delay * time.Second)
		s.KillDatabase(10 * time.Second)
		s.Say("DATABASE killed %d s after the push", delay)
		s.WaitHealthy(usual)
		s.Stays("healthy", 5*time.Second, s.Healthy)
	}
}

func retry(s *S) {
	s.seedSpecs("  credentials: {user: root, password: pass}\n", "  credentials: {user: root, password: pass}\n  storage: 1Gi\n")
	s.Stop("operator", false)
	s.KillDatabase(40 * time.Second)
	s.must(s.Start("operator"))
	s.Say("OPERATOR started, DATABASE killed")
	s.Wait("a schema that is Degraded", time.Minute, func() bool { return rig.Text(s.Get("Application", s.Name), "status", "health", "status") == "Degraded" })
	s.Wait("the database again", usual, func() bool {
		found := s.Kubelet.Databases(s.Namespace)
		if len(found) != 1 {
			return false
		}
		_, err := found[0].Ask(s.ctx, "SELECT 1")
		return err == nil
	})
	s.Stays("not healthy", 10*time.Second, func() bool { return !s.Healthy() })
	// What actions/retry/action.lua comes to; Argo CD's server, which runs it, is not part of the rig.
	s.Patch("AtlasSchema", "myapp", `{"spec":{"devURL":""}}`)
	s.Say("RETRY")
	s.WaitHealthy(usual)
	s.Patch("AtlasSchema", "myapp", `{"spec":{"devURL":null}}`)
	s.Say("RETRY once more")
	s.sleep(3 * time.Second)
	s.WaitHealthy(usual)
}

func lateSecret(s *S) {
	s.File("app.yaml", `apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: mariadb, storage: 1Gi}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec:
  database: shop-db
  sql: create table items (id int not null primary key);
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: shop-api}
spec: {image: "shop:1", env: {DB: "${shop.url}"}}
`)
	s.Needs("shop:1", "shop_db.items.id")
	s.Push("first version")
	s.CreateApplication()
	s.Stays("no rollout", 30*time.Second, func() bool { return s.Image("shop-api") == "" })
	s.Kubectl("-n", s.Namespace, "create", "secret", "generic", "shop-db-credentials", "--from-literal=username=shop", "--from-literal=password=p%s@:/#?w")
	s.Say("SECRET made")
	s.WaitHealthy(usual)
}

func migrations(s *S) {
	s.File("app.yaml", `apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: postgres, storage: 1Gi}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec: {database: shop-db, migrations: migrations}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: shop-api}
spec:
  image: shop:1
  port: 8080
  env: {PGHOST: "${shop.host}", PGUSER: "${shop.user}", PGPASSWORD: "${shop.password}"}
`)
	s.File("migrations/20260101000000_users.sql", "create table users (id bigint primary key, name text not null);\n")
	s.File("migrations/20260102000000_orders.sql", "create table orders (id bigint primary key, user_id bigint not null references users (id));\n")
	s.Generate("sum", "migrations")
	first := []string{"shop_db.users.name", "shop_db.orders.user_id"}
	s.Needs("shop:1", first...)
	s.Kubectl("create", "namespace", s.Namespace)
	s.Kubectl("-n", s.Namespace, "create", "secret", "generic", "shop-db-credentials", "--from-literal=username=shop", "--from-literal=password=p@ss/w:rd#1")
	s.Push("two migrations")
	s.CreateApplication()
	s.WaitHealthy(usual)
	s.Insert("INSERT INTO users VALUES (1, 'Ada')")
	s.Keep("SELECT name FROM users")

	s.File("migrations/20260103000000_total.sql", "alter table orders add column total numeric not null default 0;\n")
	s.Generate("sum", "migrations")
	s.Needs("shop:2", append([]string{"shop_db.orders.total"}, first...)...)
	s.Edit("app.yaml", "image: shop:1", "image: shop:2")
	s.Push("third migration, shop:2")
	s.WaitHealthy(usual)

	s.File("migrations/20260104000000_broken.sql", "alter table orders add column note frobnicate;\n")
	s.Generate("sum", "migrations")
	s.Never("shop:3")
	s.Edit("app.yaml", "image: shop:2", "image: shop:3")
	s.PushFaulty("the fourth migration is wrong, shop:3")
	s.WaitFailure(2 * time.Minute)
	s.Stays("the old image", 10*time.Second, func() bool { return s.Image("shop-api") == "shop:2" })
	s.Remove("migrations/20260104000000_broken.sql")
	s.File("migrations/20260104000000_note.sql", "alter table orders add column note text;\n")
	s.Generate("sum", "migrations")
	s.Needs("shop:4", append([]string{"shop_db.orders.note"}, first...)...)
	s.Edit("app.yaml", "image: shop:3", "image: shop:4")
	s.Push("the fourth migration is corrected, shop:4")
	s.WaitHealthy(usual)
}

func chain(s *S) {
	s.File("app.yaml", `apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: mariadb, credentials: {user: root, password: secret}}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: bill-db}
spec: {engine: postgres, credentials: {user: bill, password: secret}}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec: {database: shop-db, files: [schema/shop.sql]}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: bill}
spec: {database: bill-db, files: [schema/bill.sql]}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: shop-api}
spec: {image: "shop:1", port: 8080, env: {DB: "${shop.host}"}}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: bill-api}
spec: {image: "bill:1", port: 8080, env: {DB: "${bill.host}", SHOP: "${shop-api.url}"}}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: front}
spec: {image: "front:1", dependsOn: [bill-api]}
`)
	s.File("schema/shop.sql", "create table items (id int not null primary key, name varchar(100));\n")
	s.File("schema/bill.sql", "create table bills (id int not null primary key, total numeric);\n")
	s.File("environments/prod/app.yaml", "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {name: front}\nspec: {replicas: 3}\n")
	s.Needs("shop:1", "shop_db.items.name")
	s.Needs("shop:7", "shop_db.items.name")
	s.Needs("bill:1", "bill_db.bills.total")
	s.Needs("front:1", "bill_db.bills.total", "shop_db.items.name")
	s.Needs("bill:2", "bill_db.bills.due")
	s.Needs("front:9", "bill_db.bills.due")
	s.Push("first version")
	s.CreateApplication()
	s.Patch("Application", s.Name, `{"spec":{"source":{"plugin":{"name":"argocd-atlas-plugin","parameters":[{"name":"environment","string":"prod"},
		{"name":"images","map":{"shop-api":"shop:7"}},{"name":"set","map":{"App/front:spec.env.COLOUR":"blue"}}]}}}}`)
	s.Wait("the parameters in force", usual, func() bool {
		front := s.Get("Deployment", "front")
		return s.Healthy() && front != nil && rig.Number(front, "spec", "replicas") == 3 && s.Image("shop-api") == "shop:7"
	})
	s.Edit("schema/bill.sql", "total numeric", "total numeric, due date")
	s.Edit("app.yaml", "bill:1", "bill:2", "front:1", "front:9")
	s.Push("bill: column due, bill:2, front:9")
	s.WaitHealthy(usual)
}

func prune(s *S) {
	s.File("db.yaml", `apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: mysql, storage: 1Gi, credentials: {user: root, password: secret}}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec:
  database: shop-db
  sql: |
    create table items (id int not null primary key, name varchar(100));
`)
	s.File("api.yaml", "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {name: shop-api}\nspec: {image: \"shop:1\", port: 8080, env: {DB: \"${shop.host}\"}}\n")
	s.File("front.yaml", "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {name: front}\nspec: {image: \"front:1\", dependsOn: [shop-api]}\n")
	s.Needs("shop:1")
	s.Needs("front:1", "shop_db.items.name")
	s.Push("first version")
	s.CreateApplication()
	s.WaitHealthy(usual)
	s.Insert("INSERT INTO items VALUES (1, 'kept')")
	s.Keep("SELECT name FROM items")
	s.Remove("front.yaml")
	s.Push("front is gone")
	s.Wait("front is pruned", time.Minute, func() bool { return s.Get("Deployment", "front") == nil })
	s.WaitHealthy(usual)

	db := s.Read("db.yaml")
	s.Remove("db.yaml")
	s.Edit("api.yaml", "${shop.host}", "elsewhere")
	s.Push("the database and its schema are gone from Git")
	s.WaitHealthy(usual)
	s.Stays("the database and its way in", 20*time.Second, func() bool {
		return s.Healthy() && s.Get("StatefulSet", "shop-db") != nil && s.Get("Service", "shop-db") != nil && s.Get("Secret", "shop-db-credentials") != nil
	})
	s.Expect("the AtlasSchema is pruned", s.Get("AtlasSchema", "shop") == nil)
	s.Note("LEFT %v", s.left())
	s.checkKept()
	s.Needs("shop:2")
	s.Edit("api.yaml", "shop:1", "shop:2")
	s.Push("a later commit")
	s.WaitHealthy(usual)
	s.File("db.yaml", db)
	s.Edit("api.yaml", "elsewhere", "${shop.host}")
	s.Push("both are back")
	s.WaitHealthy(usual)

	s.Patch("Application", s.Name, `{"metadata":{"finalizers":["resources-finalizer.argocd.argoproj.io"]}}`)
	s.Kubectl("-n", "argocd", "delete", "application", s.Name, "--wait=false")
	s.Say("APPLICATION: its deletion is asked for")
	s.Stays("the database, without a confirmation", 20*time.Second, func() bool { return s.Get("StatefulSet", "shop-db") != nil })
	s.Note("LEFT %v", s.left())
	s.checkKept()
	// Beyond this the rows cannot be asked for: the server goes, and the claim keeps them.
	s.kept = nil
	if s.Get("Application", s.Name) != nil {
		s.Patch("Application", s.Name, `{"metadata":{"annotations":{"argocd.argoproj.io/deletion-approved":"`+time.Now().UTC().Format(time.RFC3339)+`"}}}`)
		s.Say("DELETION approved")
		s.Wait("the Application is gone", 2*time.Minute, func() bool { return s.Get("Application", s.Name) == nil })
	}
	s.Note("LEFT %v", s.left())
	s.Expect("the claim is left", len(s.Names("PersistentVolumeClaim")) == 1)
}

func (s *S) left() map[string][]string {
	left := map[string][]string{}
	for _, k := range []string{"Deployment", "StatefulSet", "Service", "Secret", "AtlasSchema", "PersistentVolumeClaim"} {
		left[k] = s.Names(k)
	}
	return left
}
