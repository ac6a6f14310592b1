package scenarios

import (
	"strings"
	"time"

	"argocd-atlas-plugin/cluster/rig"
	"argocd-atlas-plugin/cluster/servers"
)

// The paths of docs/rollback.md: the new version is bad, and the old one has to come back.

// How the versions of an application write to the seed's table: the first, and one that knows short_bio no longer.
const (
	ada         = "INSERT INTO users (name, email, short_bio) VALUES ('Ada', 'ada@example.com', 'first')"
	oldWriter   = "INSERT INTO users (name, email, short_bio) VALUES ('Old', UUID(), 'old')"
	newWriter   = "INSERT INTO users (name, email) VALUES ('New', UUID())"
	lastColumn  = "      short_bio varchar(255) not null,\n"
	endOfTable  = "      primary key (id)\n    );\n"
	ofDatabase  = "  database: mysql\n"
	errorPolicy = "  policy: {destructive: error}\n"
	allowPolicy = "  policy: {destructive: allow}\n"
)

// undo makes the revert of the newest commit, which is to be pushed.
func (s *S) undo() { s.run(s.work, "git", "revert", "--no-commit", "HEAD") }

// takes checks that the database accepts a statement, and refuses that it does not.
func (s *S) takes(who, statement string) { s.takesIn(s.Database(), who, statement) }

func (s *S) takesIn(db *servers.Server, who, statement string) {
	err := db.Exec(s.ctx, statement)
	s.Note("%s: %v", statement, err)
	s.Expect("the database takes what "+who+" writes", err == nil)
}

func (s *S) refuses(who, statement, why string) {
	err := s.Database().Exec(s.ctx, statement)
	s.Note("%s: %v", statement, err)
	s.Expect("the database refuses what "+who+" writes: "+why, err != nil && strings.Contains(err.Error(), why))
}

// backInOneSync waits for the newest commit, which takes a single try of a single sync, and for an image in it.
func (s *S) backInOneSync(deployment, image string) {
	if !s.WaitHealthy(2 * time.Minute) {
		return
	}
	s.Expect(image+" is in force", s.Image(deployment) == image)
	tries := map[attempt]bool{}
	s.mu.Lock()
	for _, a := range s.syncs {
		if a.revision == s.revision {
			tries[attempt{started: a.started, retry: a.retry}] = true
		}
	}
	s.mu.Unlock()
	s.Expect("it took one try of one sync", len(tries) == 1)
}

// says waits for a message of a custom resource. Each try of a sync makes the operator begin anew, with other messages
// meanwhile.
func (s *S) says(kind, name, text string) {
	s.Wait(kind+"/"+name+" says: "+text, time.Minute, func() bool {
		message, _ := rig.Condition(s.Get(kind, name), "Ready")["message"].(string)
		return strings.Contains(message, text)
	})
}

// command runs the command of docs/rollback.md that begins so, with the names of this scenario.
func (s *S) command(begin string) string {
	page := strings.ReplaceAll(s.repositoryFile("docs/rollback.md"), "\\\n", "")
	for _, line := range strings.Split(page, "\n") {
		if strings.HasPrefix(line, begin) {
			line = strings.NewReplacer(" APP ", " "+s.Name+" ", "NAMESPACE", s.Namespace, "BAD_COMMIT", "HEAD~1").Replace(line)
			s.Say("COMMAND %s", line)
			return s.run(s.work, "sh", "-c", line)
		}
	}
	panic(stop{"docs/rollback.md has no command that begins with: " + begin})
}

// columnAndData pushes a column with an image that needs it, and writes to it.
func (s *S) columnAndData() {
	s.Insert(ada)
	s.addColumn("extra1", "nginx:1.27")
	s.Push("column extra1, nginx:1.27")
	s.WaitHealthy(usual)
	s.Insert("UPDATE users SET extra1 = 7")
}

func revert(s *S) {
	s.seedSpecs()
	s.columnAndData()
	s.Keep("SELECT CONCAT(name, extra1) FROM users WHERE name = 'Ada'")
	s.undo()
	s.Push("revert of the column and of the image")
	s.backInOneSync("nginx", "nginx")
	s.takes("the old image", oldWriter)
	s.undo()
	s.Push("revert of the revert")
	s.backInOneSync("nginx", "nginx:1.27")
}

func revertTable(s *S) {
	s.seedSpecs()
	s.Insert(ada)
	s.Needs("nginx:1.27", append([]string{"example.orders.total"}, users...)...)
	s.Edit("app.yaml", endOfTable, endOfTable+`    create table orders (
      id int not null auto_increment primary key,
      user_id int not null,
      total int not null,
      index orders_total (total),
      constraint orders_user foreign key (user_id) references users (id)
    );
`, "image: nginx\n", "image: nginx:1.27\n")
	s.Push("table orders, nginx:1.27")
	s.WaitHealthy(usual)
	s.Insert("INSERT INTO orders (user_id, total) SELECT id, 7 FROM users")
	s.Keep("SELECT total FROM orders")
	s.undo()
	s.Push("revert of the table and of the image")
	s.backInOneSync("nginx", "nginx")
	s.takes("the old image", oldWriter)
	// The foreign key of the table that stays is still in force.
	s.refuses("the old image", "DELETE FROM users WHERE name = 'Ada'", "orders_user")
	s.checkKept()
	s.kept = nil
	s.Edit("app.yaml", ofDatabase, ofDatabase+allowPolicy)
	s.Push("policy: {destructive: allow}")
	s.WaitHealthy(usual)
	s.Expect("the table is gone", !s.Has("example.orders.total"))
	s.takes("the old image", "DELETE FROM users WHERE name = 'Ada'")
}

func revertNotNull(s *S) {
	s.seedSpecs()
	s.Insert(ada)
	s.Keep("SELECT name FROM users WHERE name = 'Ada'")
	s.addColumn("extra1", "nginx:1.27")
	s.Edit("app.yaml", "extra1 int,", "extra1 int not null,")
	s.Push("column extra1, which is not null and has no default, nginx:1.27")
	s.Wait("the column", usual, func() bool { return s.Has("example.users.extra1") })
	s.Expect("the old image still runs", s.Image("nginx") == "nginx")
	s.refuses("the old image", oldWriter, "extra1")
	s.WaitHealthy(usual)
	s.undo()
	s.Push("revert of the column and of the image")
	s.backInOneSync("nginx", "nginx")
	s.refuses("the old image", oldWriter, "extra1")
	s.Edit("app.yaml", lastColumn, lastColumn+"      extra1 int not null default 0,\n")
	s.Push("the column is back in Git, with a default")
	s.backInOneSync("nginx", "nginx")
	s.takes("the old image", oldWriter)
}

func revertError(s *S) {
	s.seedSpecs(ofDatabase, ofDatabase+errorPolicy)
	s.columnAndData()
	s.Keep("SELECT CONCAT(name, extra1) FROM users WHERE name = 'Ada'")
	s.undo()
	s.PushFaulty("revert of the column and of the image")
	s.WaitFailure(2 * time.Minute)
	s.Wait("the message that the page asks for", time.Minute, func() bool {
		return strings.Contains(s.command("kubectl -n NAMESPACE get atlasschema"), "myapp: destructive changes detected:\n- ALTER TABLE `users` DROP COLUMN `extra1`")
	})
	s.Stays("the bad image", 15*time.Second, func() bool { return s.Image("nginx") == "nginx:1.27" })
	s.Edit("app.yaml", errorPolicy, "")
	s.Push("the default policy")
	s.WaitHealthy(usual)
	s.Expect("the old image is back", s.Image("nginx") == "nginx")
	s.takes("the old image", oldWriter)
}

func revertAllow(s *S) {
	s.seedSpecs(ofDatabase, ofDatabase+allowPolicy)
	s.columnAndData()
	s.Keep("SELECT name FROM users WHERE name = 'Ada'")
	s.undo()
	s.Push("revert of the column and of the image")
	s.Wait("the column is gone", usual, func() bool { return !s.Has("example.users.extra1") })
	s.Expect("the image that needs it still runs", s.Image("nginx") == "nginx:1.27")
	s.backInOneSync("nginx", "nginx")
}

func revertStrict(s *S) {
	s.seedSpecs()
	s.Insert(ada)
	s.Keep("SELECT name FROM users ORDER BY name LIMIT 1")
	s.Needs("nginx:1.27", users...)
	s.Edit("app.yaml", lastColumn, "      short_bio varchar(255),\n", "image: nginx\n", "image: nginx:1.27\n")
	s.Push("short_bio may be null, nginx:1.27")
	s.WaitHealthy(usual)
	s.takes("the new image", newWriter)
	s.undo()
	s.PushFaulty("revert of the column and of the image")
	s.WaitFailure(2 * time.Minute)
	s.says("AtlasSchema", "myapp", "short_bio")
	s.Stays("the bad image", 15*time.Second, func() bool { return s.Image("nginx") == "nginx:1.27" })
	s.Edit("app.yaml", lastColumn, "      short_bio varchar(255),\n")
	s.Push("the old image with the new schema")
	s.WaitHealthy(usual)
	s.Expect("the old image is back", s.Image("nginx") == "nginx")
	s.takes("the old image", oldWriter)
}

func deferred(s *S) {
	s.seedSpecs()
	s.Insert(ada)
	s.Keep("SELECT short_bio FROM users WHERE name = 'Ada'")
	s.Needs("nginx:dropped", users[:3]...)
	s.Edit("app.yaml", lastColumn, "", "image: nginx\n", "image: nginx:dropped\n")
	s.Push("short_bio is gone, and the image that needs it")
	s.backInOneSync("nginx", "nginx:dropped")
	s.Expect("short_bio is still in the database", s.Has("example.users.short_bio"))
	s.takes("the old image", oldWriter)
	s.refuses("the new image", newWriter, "short_bio")
	nullable := "      short_bio varchar(255),\n"
	s.Edit("app.yaml", "      primary key (id)\n", nullable+"      primary key (id)\n")
	s.Push("short_bio is back, and may be null")
	s.backInOneSync("nginx", "nginx:dropped")
	s.takes("the new image", newWriter)
	s.Edit("app.yaml", nullable, "")
	s.Push("short_bio is gone")
	s.backInOneSync("nginx", "nginx:dropped")
	s.takes("the new image", newWriter)
	s.checkKept()
	s.kept = nil
	s.Keep("SELECT name FROM users WHERE name = 'Ada'")
	s.Edit("app.yaml", ofDatabase, ofDatabase+allowPolicy)
	s.Push("policy: {destructive: allow}")
	s.backInOneSync("nginx", "nginx:dropped")
	s.Expect("short_bio is gone from the database", !s.Has("example.users.short_bio"))
	s.takes("the new image", newWriter)
	s.undo()
	s.Push("the default policy again")
	s.backInOneSync("nginx", "nginx:dropped")
}

// relaxed is the same on both engines: strict, then without a `not null`, a default, an index, a check and a foreign key.
var relaxed = [2]string{`create table people (id int not null primary key);
create table items (
  id int not null primary key,
  name varchar(20) not null,
  code varchar(20) not null default 'none',
  price int not null,
  person int,
  constraint price_positive check (price > 0),
  constraint items_person foreign key (person) references people (id)
);
create unique index items_code on items (code);
`, `create table people (id int not null primary key);
create table items (
  id int not null primary key,
  name varchar(20),
  code varchar(20),
  price int not null,
  person int
);
`}

func relax(s *S) {
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
spec:
  database: shop-db
  files: [schema.sql]
  policy: {destructive: error}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: bill}
spec:
  database: bill-db
  files: [schema.sql]
  policy: {destructive: error}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: shop-api}
spec: {image: "shop:1", port: 8080, env: {SHOP: "${shop.host}", BILL: "${bill.host}"}}
`)
	s.File("schema.sql", relaxed[0])
	needs := []string{"shop_db.items.code", "bill_db.items.code"}
	s.Needs("shop:1", needs...)
	s.Needs("shop:2", needs...)
	s.Push("first version")
	s.CreateApplication()
	s.WaitHealthy(usual)
	strict := "INSERT INTO items (id, name, code, price) VALUES (1, 'a', 'a', 1)"
	loose := "INSERT INTO items (id, name, code, price, person) VALUES (2, NULL, 'a', -1, 7), (3, NULL, NULL, -1, 7)"
	databases := s.Kubelet.Databases(s.Namespace)
	s.Expect("there are two databases", len(databases) == 2)
	for _, db := range databases {
		s.must(db.Exec(s.ctx, strict))
		s.Expect("what the new image writes is refused before it", db.Exec(s.ctx, loose) != nil)
	}
	s.File("schema.sql", relaxed[1])
	s.Edit("app.yaml", "shop:1", "shop:2")
	s.PushFaulty("everything is relaxed, shop:2")
	s.WaitFailure(2 * time.Minute)
	s.says("AtlasSchema", "shop", "destructive changes detected")
	s.says("AtlasSchema", "bill", "destructive changes detected")
	s.Stays("the old image", 10*time.Second, func() bool { return s.Image("shop-api") == "shop:1" })
	s.Edit("app.yaml", errorPolicy, "")
	s.Push("the default policy")
	s.WaitHealthy(usual)
	s.Expect("the new image is in force", s.Image("shop-api") == "shop:2")
	for _, db := range databases {
		s.takesIn(db, "the new image", loose)
		rows, err := db.Ask(s.ctx, "SELECT name FROM items WHERE id = 1")
		s.Expect("the row of before is there", err == nil && len(rows) == 1 && rows[0] == "a")
	}
}

func legacy(s *S) {
	database := `apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: mysql, storage: 1Gi, credentials: {user: root, password: secret}}
`
	s.File("app.yaml", database)
	s.Push("a database alone")
	s.CreateApplication()
	s.WaitHealthy(usual)
	for _, statement := range []string{"CREATE TABLE legacy (id int not null primary key)", "INSERT INTO legacy VALUES (7)",
		"CREATE TABLE items (id int not null primary key, name varchar(20), old varchar(20), KEY items_name (name))", "INSERT INTO items VALUES (1, 'kept', 'too')"} {
		s.Insert(statement)
	}
	s.Keep("SELECT id FROM legacy")
	s.Keep("SELECT CONCAT(name, old) FROM items")
	s.File("app.yaml", database+`---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec:
  database: shop-db
  policy: {destructive: error}
  files: [schema.sql]
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: shop-api}
spec: {image: "shop:1", port: 8080, env: {DB: "${shop.host}"}}
`)
	table, index := "create table items (id int not null primary key, name varchar(20), price int);\n", "create index items_name on items (name);\n"
	s.File("schema.sql", table+index)
	s.Needs("shop:1", "shop_db.items.price")
	s.Needs("shop:2", "shop_db.items.price")
	s.PushFaulty("a schema for a database that has other tables, under `error`")
	s.WaitFailure(2 * time.Minute)
	s.says("AtlasSchema", "shop", "DROP TABLE")
	// The first run refuses whatever holds `DROP `, under the default too.
	s.Edit("app.yaml", errorPolicy, "")
	s.File("schema.sql", table)
	s.PushFaulty("the default policy, without an index that the database has")
	s.WaitFailure(2 * time.Minute)
	s.says("AtlasSchema", "shop", "destructive changes detected:\n- ALTER TABLE `items` ADD COLUMN `price` int NULL, DROP INDEX `items_name`\n")
	s.Expect("no application yet", s.Image("shop-api") == "")
	s.File("schema.sql", table+index)
	s.Push("the index is in Git")
	s.WaitHealthy(usual)
	s.Expect("what Git does not name is still there", s.Has("shop_db.legacy.id") && s.Has("shop_db.items.old"))
	s.File("schema.sql", table)
	s.Edit("app.yaml", "shop:1", "shop:2")
	s.Push("the index is not needed, shop:2")
	s.backInOneSync("shop-api", "shop:2")
	rows, err := s.Database().Ask(s.ctx, "SELECT index_name FROM information_schema.statistics WHERE index_name = 'items_name'")
	s.Expect("the index is gone", err == nil && len(rows) == 0)
}

func unready(s *S) {
	s.seedSpecs()
	s.Insert(ada)
	s.Keep("SELECT name FROM users WHERE name = 'Ada'")
	s.Kubelet.NeverReady("nginx:unready")
	s.addColumn("extra1", "nginx:unready")
	s.Push("column extra1, an image that never becomes ready")
	s.Wait("the new image", usual, func() bool { return s.Image("nginx") == "nginx:unready" })
	s.Stays("not healthy, and both old pods are ready", 10*time.Second, func() bool {
		return !s.Healthy() && rig.Number(s.Get("Deployment", "nginx"), "status", "readyReplicas") == 2
	})
	s.takes("the old image", oldWriter)
	s.undo()
	s.Push("revert of the column and of the image")
	s.backInOneSync("nginx", "nginx")
	s.Expect("the column is still in the database", s.Has("example.users.extra1"))
	s.Insert("ALTER TABLE users DROP COLUMN extra1")
	s.addColumn("extra2", "nginx:1.28")
	s.Push("extra1 was dropped by hand; another column, nginx:1.28")
	s.backInOneSync("nginx", "nginx:1.28")
	s.Expect("extra1 is not back", !s.Has("example.users.extra1"))
}

func waiting(s *S) {
	s.File("app.yaml", s.repositoryFile(seed)+`---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: front}
spec: {image: "front:1", dependsOn: [nginx]}
`)
	s.Needs("nginx", users...)
	s.Needs("front:1", users...)
	s.Push("first version")
	s.CreateApplication()
	s.WaitHealthy(usual)
	s.Kubelet.NeverReady("nginx:unready")
	s.addColumn("extra1", "nginx:unready")
	s.PushFaulty("column extra1, an image that never becomes ready, which another app waits for")
	s.Wait("the new image", usual, func() bool { return s.Image("nginx") == "nginx:unready" })
	s.undo()
	s.Push("revert of the column and of the image")
	s.Stays("the sync of the bad commit waits", 20*time.Second, func() bool {
		o := s.Get("Application", s.Name)
		return s.Image("nginx") == "nginx:unready" && rig.Text(o, "status", "operationState", "phase") == "Running" &&
			rig.Text(o, "status", "operationState", "syncResult", "revision") != s.revision
	})
	s.command("kubectl -n argocd annotate application APP")
	// What `argocd app terminate-op` does as well.
	s.command("kubectl -n argocd patch application APP")
	s.backInOneSync("nginx", "nginx")
}

func revertEnum(s *S) {
	s.File("app.yaml", `apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: postgres, credentials: {user: shop, password: secret}}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec: {database: shop-db, files: [schema.sql]}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: shop-api}
spec: {image: "shop:1", port: 8080, env: {DB: "${shop.host}"}}
`)
	old, kind := "create table users (id int not null primary key);\n", "create type mood as enum ('good', 'bad');\n"
	s.File("schema.sql", old)
	s.Needs("shop:1", "shop_db.users.id")
	s.Needs("shop:2", "shop_db.users.mood")
	s.Push("first version")
	s.CreateApplication()
	s.WaitHealthy(usual)
	s.File("schema.sql", kind+strings.Replace(old, ");", ", mood mood);", 1))
	s.Edit("app.yaml", "shop:1", "shop:2")
	s.Push("a column of a new enum, shop:2")
	s.WaitHealthy(usual)
	s.Insert("INSERT INTO users VALUES (1, 'good')")
	s.Keep("SELECT mood FROM users")
	s.undo()
	s.PushFaulty("revert of the column, the enum and the image")
	s.WaitFailure(2 * time.Minute)
	s.says("AtlasSchema", "shop", "cannot drop type mood")
	s.File("schema.sql", kind+old)
	s.Push("the enum stays in Git")
	s.WaitHealthy(usual)
	s.Expect("the old image is back", s.Image("shop-api") == "shop:1")
}

const versioned = `apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: ENGINE, storage: 1Gi, credentials: {user: root, password: secret}}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec:
  database: shop-db
  migrations: migrations
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: shop-api}
spec: {image: "shop:1", port: 8080, env: {DB: "${shop.host}"}}
`

// versionedOn is a database with one migration, and an application.
func (s *S) versionedOn(engine string) {
	s.File("app.yaml", strings.Replace(versioned, "ENGINE", engine, 1))
	s.File("migrations/20260101000000_orders.sql", "create table orders (id int not null primary key);\n")
	s.Generate("sum", "migrations")
	s.Needs("shop:1", "shop_db.orders.id")
	s.Needs("shop:2", "shop_db.orders.total")
	s.Push("one migration, shop:1")
	s.CreateApplication()
	s.WaitHealthy(usual)
	s.Insert("INSERT INTO orders VALUES (1)")
	s.Keep("SELECT id FROM orders WHERE id = 1")
}

func (s *S) secondMigration() {
	s.File("migrations/20260102000000_total.sql", "alter table orders add column total int not null default 0;\n")
	s.Generate("sum", "migrations")
	s.Edit("app.yaml", "image: \"shop:1\"", "image: \"shop:2\"")
	s.Push("second migration, shop:2")
	s.WaitHealthy(usual)
}

func migrationsBack(s *S) {
	s.versionedOn("postgres")
	s.secondMigration()
	s.undo()
	s.PushFaulty("revert of the migration and of the image")
	s.WaitFailure(2 * time.Minute)
	s.says("AtlasMigration", "shop", "migrate down is not allowed")
	s.Stays("the bad image", 15*time.Second, func() bool { return s.Image("shop-api") == "shop:2" })
	s.command("git checkout BAD_COMMIT -- deploy/migrations")
	s.Push("the migration is back, the old image stays")
	s.WaitHealthy(usual)
	s.Expect("the old image is back", s.Image("shop-api") == "shop:1")
	s.Expect("the column is still there", s.Has("shop_db.orders.total"))
	s.takes("the old image", "INSERT INTO orders (id) VALUES (2)")
	s.File("migrations/20260103000000_no_total.sql", "alter table orders drop column total;\n")
	s.Generate("sum", "migrations")
	s.Push("a migration forward, which drops the column")
	s.backInOneSync("shop-api", "shop:1")
	s.Expect("the column is gone", !s.Has("shop_db.orders.total"))
}

func migrationsDown(s *S) {
	s.versionedOn("postgres")
	s.secondMigration()
	s.undo()
	s.Edit("app.yaml", "  migrations: migrations\n", "  migrations: migrations\n  migrateDown: {allow: true, autoApprove: true}\n")
	s.Push("revert of the migration and of the image, with migrateDown")
	s.Wait("the column is gone", usual, func() bool { return !s.Has("shop_db.orders.total") })
	s.Expect("the image that needs it still runs", s.Image("shop-api") == "shop:2")
	s.backInOneSync("shop-api", "shop:1")
	s.secondMigration()
	s.undo()
	s.Push("revert of the migration and of the image once more")
	s.backInOneSync("shop-api", "shop:1")
	s.Expect("the column is gone again", !s.Has("shop_db.orders.total"))
}

// MariaDB keeps the first statement of a migration whose second fails, and Atlas notes that the migration was begun.
func migrationsHalf(s *S) {
	s.versionedOn("mariadb")
	good, name := "alter table orders add column total int not null default 0;\n", "migrations/20260102000000_total.sql"
	s.File(name, good+"alter table orders add column note frobnicate;\n")
	s.Generate("sum", "migrations")
	s.Edit("app.yaml", "image: \"shop:1\"", "image: \"shop:2\"")
	s.PushFaulty("second migration, whose second statement is wrong, shop:2")
	s.WaitFailure(2 * time.Minute)
	s.Expect("the first statement is in force", s.Has("shop_db.orders.total"))
	s.undo()
	s.PushFaulty("revert of the migration and of the image")
	s.says("AtlasMigration", "shop", "is partially applied but migration file was not found")
	s.File(name, good+"alter table orders add column note varchar(20);\n")
	s.Generate("sum", "migrations")
	s.Push("the migration is corrected, the old image stays")
	s.Stays("the sync of the revert waits for the operator's tries", 15*time.Second, func() bool {
		return rig.Text(s.Get("Application", s.Name), "status", "operationState", "phase") == "Running" && !s.Has("shop_db.orders.note")
	})
	s.command("kubectl -n argocd patch application APP")
	s.WaitHealthy(usual)
	s.Expect("the old image is in force", s.Image("shop-api") == "shop:1")
	s.Expect("the second statement is in force", s.Has("shop_db.orders.note"))
}
