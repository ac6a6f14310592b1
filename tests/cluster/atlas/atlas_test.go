package atlas_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ariga.io/atlas/atlasexec"
	"ariga.io/atlas/sql/migrate"
	"github.com/ariga/atlas-operator/api/v1alpha1"

	"argocd-atlas-plugin/cluster/atlas"
	"argocd-atlas-plugin/cluster/servers"
)

// The test binary is the program as well: atlasexec starts it under the name `atlas`.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "atlas" {
		os.Exit(atlas.Main(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// engine is a target and a dev database of one engine, and what differs between the engines.
type engine struct {
	name        string
	target, dev *servers.Server
	url, devURL string
}

var ctx = context.Background()

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func start(t *testing.T, templates, name string, env map[string]string) *servers.Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "db")
	if err != nil {
		t.Fatal(err)
	}
	s := &servers.Server{Engine: name, IP: "127.0.0.1", Port: freePort(t), Data: filepath.Join(dir, "data"), Run: filepath.Join(dir, "run"),
		Templates: templates, Env: env}
	t.Cleanup(func() {
		s.Stop()
		os.RemoveAll(dir)
	})
	if err := s.Start(ctx); err != nil {
		text, _ := os.ReadFile(filepath.Join(dir, "run", "server.log"))
		t.Fatalf("%s\n%s", err, text)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
		if err == nil {
			c.Close()
			if _, err = s.Ask(ctx, "SELECT 1"); err == nil {
				return s
			}
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// engines runs a test on both engines. Their servers are started once for the whole test.
func engines(t *testing.T, test func(*testing.T, *engine)) {
	if missing := servers.Missing(); len(missing) > 0 {
		t.Skip("not installed: " + strings.Join(missing, ", "))
	}
	templates := t.TempDir()
	t.Run("mariadb", func(t *testing.T) {
		e := &engine{name: "mariadb",
			target: start(t, templates, servers.MariaDB, map[string]string{"MYSQL_ROOT_PASSWORD": "p@s:/s", "MYSQL_DATABASE": "shop"}),
			dev:    start(t, templates, servers.MariaDB, map[string]string{"MYSQL_ROOT_PASSWORD": "pass", "MYSQL_DATABASE": "dev"})}
		e.url = fmt.Sprintf("mysql://root:%s@127.0.0.1:%d/shop", url.QueryEscape("p@s:/s"), e.target.Port)
		e.devURL = fmt.Sprintf("mysql://root:pass@127.0.0.1:%d/dev", e.dev.Port)
		test(t, e)
	})
	t.Run("postgres", func(t *testing.T) {
		e := &engine{name: "postgres",
			target: start(t, templates, servers.Postgres, map[string]string{"POSTGRES_USER": "shop", "POSTGRES_PASSWORD": "secret", "POSTGRES_DB": "shop"}),
			dev:    start(t, templates, servers.Postgres, map[string]string{"POSTGRES_PASSWORD": "pass"})}
		e.url = fmt.Sprintf("postgres://shop:secret@127.0.0.1:%d/shop?sslmode=disable&search_path=public", e.target.Port)
		e.devURL = fmt.Sprintf("postgres://postgres:pass@127.0.0.1:%d/postgres?sslmode=disable&search_path=public", e.dev.Port)
		test(t, e)
	})
}

// client is atlasexec in a working directory of these files, beside the `atlas.hcl` that the operator writes.
func client(t *testing.T, e *engine, extra string, files map[string]string) (*atlasexec.Client, string) {
	t.Helper()
	dir := t.TempDir()
	hcl := fmt.Sprintf("env \"kubernetes\" {\n  schema {\n    src = \"file://schema.sql\"\n  }\n  url = %q\n  dev = %q\n  migration {\n"+
		"    dir = \"file://migrations\"\n  }\n%s\n}\n", e.url, e.devURL, extra)
	files["atlas.hcl"] = hcl
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "migrations")); err == nil && len(entries) > 0 {
		d, err := migrate.NewLocalDir(filepath.Join(dir, "migrations"))
		if err != nil {
			t.Fatal(err)
		}
		sum, err := d.Checksum()
		if err != nil {
			t.Fatal(err)
		}
		if err := migrate.WriteSumFile(d, sum); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "atlas")
	if err := os.Symlink(self, bin); err != nil {
		t.Fatal(err)
	}
	c, err := atlasexec.NewClient(dir, bin)
	if err != nil {
		t.Fatal(err)
	}
	return c, dir
}

func apply(c *atlasexec.Client, dry bool) (*atlasexec.SchemaApply, error) {
	return c.SchemaApply(ctx, &atlasexec.SchemaApplyParams{Env: "kubernetes", To: "env://schema.src", DryRun: dry, AutoApprove: !dry})
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func columns(t *testing.T, e *engine) string {
	t.Helper()
	all, err := e.target.Columns(ctx)
	if err != nil {
		t.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(c string) bool { return strings.Contains(c, "atlas_schema_revisions") })
	return strings.Join(all, " ")
}

func wipe(t *testing.T, e *engine) {
	t.Helper()
	statements := []string{"CREATE OR REPLACE DATABASE shop"}
	if e.name == "postgres" {
		statements = []string{"DROP SCHEMA public CASCADE", "CREATE SCHEMA public"}
	}
	for _, s := range statements {
		if err := e.target.Exec(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestVersionAndLogin(t *testing.T) {
	c, _ := client(t, &engine{}, "", map[string]string{})
	v := must[*atlasexec.Version](t)(c.Version(ctx))
	if "v"+v.Version != atlas.Version {
		t.Errorf("version %q", v.Version)
	}
	if _, err := c.WhoAmI(ctx, &atlasexec.WhoAmIParams{}); !errors.Is(err, atlasexec.ErrRequireLogin) {
		t.Errorf("whoami: %v", err)
	}
	if err := c.Login(ctx, &atlasexec.LoginParams{Token: "t", GrantOnly: true}); err == nil || !strings.Contains(err.Error(), "the stand-in") {
		t.Errorf("login: %v", err)
	}
}

// What the stand-in cannot do, it says.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ args, hcl, want string }{
		"command":   {"migrate lint --env kubernetes", "", "the command `migrate lint`"},
		"flag":      {"schema apply --plan atlas://x", "", "the flag --plan"},
		"login":     {"schema apply --env kubernetes --dry-run", "atlas {\n  cloud {\n    token = \"x\"\n  }\n}\n", "which is a login"},
		"review":    {"schema apply --env kubernetes --dry-run", "env \"kubernetes\" {\n  lint {\n    review = \"ALWAYS\"\n  }\n}\n", "attribute `review`"},
		"attribute": {"schema apply --env kubernetes --dry-run", "env \"kubernetes\" {\n  for_each = [1]\n}\n", "attribute `for_each`"},
		"variable":  {"schema apply --env kubernetes --dry-run", "env \"kubernetes\" {\n  url = var.x\n}\n", "which is no literal"},
		"engine":    {"schema apply --url sqlserver://x --to file://a.sql --dry-run", "", "the scheme \"sqlserver\""},
		"nobody":    {"schema apply --url mysql://x --to file://a.sql", "", "nobody to ask"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("atlas.hcl", []byte(c.hcl), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs strings.Builder
			if status := atlas.Main(ctx, strings.Fields(c.args), &out, &errs); status != 1 || out.String() != "" ||
				!strings.Contains(errs.String(), c.want) || !strings.Contains(errs.String(), "the stand-in for atlas") {
				t.Errorf("status %d, %q, %q", status, out.String(), errs.String())
			}
		})
	}
}

const users = "CREATE TABLE users (id int NOT NULL PRIMARY KEY, name varchar(100) NOT NULL, bio varchar(100));\n"

func TestSchema(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		t.Run("made, then nothing to do", func(t *testing.T) {
			c, _ := client(t, e, "", map[string]string{"schema.sql": users})
			dry := must[*atlasexec.SchemaApply](t)(apply(c, true))
			if len(dry.Changes.Pending) != 1 || len(dry.Changes.Applied) != 0 || columns(t, e) != "" {
				t.Fatalf("dry run: %+v, %s", dry.Changes, columns(t, e))
			}
			r := must[*atlasexec.SchemaApply](t)(apply(c, false))
			if len(r.Changes.Applied) != 1 || len(r.Changes.Pending) != 0 || r.Env.Driver == "" || r.URL.Schema == "" {
				t.Fatalf("%+v", r)
			}
			if got := columns(t, e); got != "shop.users.bio shop.users.id shop.users.name" && got != "shop.users.id shop.users.name shop.users.bio" {
				t.Fatal(got)
			}
			if r = must[*atlasexec.SchemaApply](t)(apply(c, false)); len(r.Changes.Applied) != 0 {
				t.Fatalf("applied again: %v", r.Changes.Applied)
			}
		})
		t.Run("hash", func(t *testing.T) {
			hash := func(sql string) string {
				c, _ := client(t, e, "", map[string]string{"schema.sql": sql})
				return must[string](t)(c.SchemaInspect(ctx, &atlasexec.SchemaInspectParams{Env: "kubernetes", URL: "env://schema.src", Format: "{{ .Hash }}"}))
			}
			one := hash(users)
			if one == "" || one != hash("-- a comment\n"+users) {
				t.Error("a comment changes the hash")
			}
			if one == hash(strings.Replace(users, "100));", "101));", 1)) {
				t.Error("a longer column does not change the hash")
			}
		})
		t.Run("inspect the database", func(t *testing.T) {
			c, _ := client(t, e, "", map[string]string{"schema.sql": users})
			text := must[string](t)(c.SchemaInspect(ctx, &atlasexec.SchemaInspectParams{Env: "kubernetes", Format: "sql"}))
			if !strings.Contains(text, "CREATE TABLE") || !strings.Contains(text, "users") {
				t.Error(text)
			}
		})
		t.Run("a column that is gone", func(t *testing.T) {
			without := strings.Replace(users, ", bio varchar(100)", "", 1)
			if err := e.target.Exec(ctx, "INSERT INTO users VALUES (1, 'Ada', 'kept')"); err != nil {
				t.Fatal(err)
			}
			c, _ := client(t, e, "  diff {\n    skip {\n      drop_schema = true\n      drop_table = true\n      drop_column = true\n    }\n  }", map[string]string{"schema.sql": without})
			if r := must[*atlasexec.SchemaApply](t)(apply(c, false)); len(r.Changes.Applied) != 0 {
				t.Fatalf("skipped, and yet: %v", r.Changes.Applied)
			}
			c, _ = client(t, e, "  lint {\n    destructive {\n      error = true\n    }\n  }", map[string]string{"schema.sql": without})
			// The operator searches for this text, with the space.
			if r := must[*atlasexec.SchemaApply](t)(apply(c, true)); len(r.Changes.Pending) != 1 || !strings.Contains(r.Changes.Pending[0], "DROP COLUMN") {
				t.Fatalf("%v", r.Changes.Pending)
			}
			must[*atlasexec.SchemaApply](t)(apply(c, false))
			if strings.Contains(columns(t, e), "bio") {
				t.Error("still there")
			}
		})
		t.Run("another table", func(t *testing.T) {
			if err := e.target.Exec(ctx, "CREATE TABLE legacy (id int)"); err != nil {
				t.Fatal(err)
			}
			c, _ := client(t, e, "", map[string]string{"schema.sql": users})
			if r := must[*atlasexec.SchemaApply](t)(apply(c, true)); !strings.Contains(strings.Join(r.Changes.Pending, "\n"), "DROP TABLE") {
				t.Fatalf("%v", r.Changes.Pending)
			}
			c, _ = client(t, e, "  exclude = [\"legacy\"]", map[string]string{"schema.sql": users})
			if r := must[*atlasexec.SchemaApply](t)(apply(c, true)); strings.Contains(strings.Join(r.Changes.Pending, "\n"), "DROP TABLE") {
				t.Fatalf("%v", r.Changes.Pending)
			}
		})
		t.Run("broken SQL", func(t *testing.T) {
			c, _ := client(t, e, "", map[string]string{"schema.sql": "CREATE TABLE users (id frobnicate(3));"})
			_, err := c.SchemaInspect(ctx, &atlasexec.SchemaInspectParams{Env: "kubernetes", URL: "env://schema.src", Format: "{{ .Hash }}"})
			// What deploy/health knows a refused statement by.
			refused := `Error: read state from "schema.sql": executing statement: "CREATE TABLE users (id frobnicate(3));": `
			if err == nil || !strings.HasPrefix(err.Error(), refused) {
				t.Fatal(err)
			}
			if _, err := apply(c, false); err == nil || !strings.HasPrefix(err.Error(), refused) {
				t.Fatal(err)
			}
		})
		t.Run("refused by the data", func(t *testing.T) {
			if err := e.target.Exec(ctx, "INSERT INTO users VALUES (2, 'Ada')"); err != nil {
				t.Fatal(err)
			}
			c, _ := client(t, e, "  exclude = [\"legacy\"]", map[string]string{"schema.sql": strings.Replace(users, "NOT NULL,", "NOT NULL UNIQUE,", 1)})
			_, err := apply(c, false)
			var failed *atlasexec.SchemaApplyError
			if !errors.As(err, &failed) || len(failed.Result) != 1 || failed.Result[0].Changes.Error == nil {
				t.Fatalf("%T %v", err, err)
			}
			if !strings.Contains(err.Error(), "Duplicate entry") && !strings.Contains(err.Error(), "could not create unique index") {
				t.Error(err)
			}
		})
		t.Run("a view is left out", func(t *testing.T) {
			wipe(t, e)
			c, _ := client(t, e, "", map[string]string{"schema.sql": users + "CREATE VIEW v AS SELECT id FROM users;\n"})
			must[*atlasexec.SchemaApply](t)(apply(c, false))
			if got := columns(t, e); strings.Contains(got, "shop.v.") || !strings.Contains(got, "shop.users.id") {
				t.Error(got)
			}
		})
		t.Run("HCL", func(t *testing.T) {
			wipe(t, e)
			c, _ := client(t, e, "", map[string]string{"schema.hcl": "schema \"shop\" {}\ntable \"t\" {\n  schema = schema.shop\n  column \"id\" {\n    type = int\n  }\n}\n"})
			if _, err := c.SchemaApply(ctx, &atlasexec.SchemaApplyParams{Env: "kubernetes", To: "file://schema.hcl", AutoApprove: true}); err != nil {
				t.Fatal(err)
			}
			if got := columns(t, e); got != "shop.t.id" {
				t.Error(got)
			}
		})
		t.Run("away", func(t *testing.T) {
			gone := *e
			gone.url = strings.Replace(e.url, fmt.Sprint(e.target.Port), fmt.Sprint(freePort(t)), 1)
			c, _ := client(t, &gone, "", map[string]string{"schema.sql": users})
			if _, err := apply(c, false); err == nil || !strings.Contains(err.Error(), "connection refused") {
				t.Fatal(err)
			}
		})
	})
}

// skipping is a policy as the operator writes it into `atlas.hcl`.
func skipping(s v1alpha1.SkipChanges) string {
	return string(v1alpha1.Diff{Skip: &s}.AsBlock().BuildTokens(nil).Bytes())
}

// What the policy of a Schema with `destructive: defer` is.
var deferred = v1alpha1.SkipChanges{DropSchema: true, DropTable: true, DropColumn: true}

func TestSkip(t *testing.T) {
	const parents = "CREATE TABLE parents (id int NOT NULL PRIMARY KEY);\n"
	const before = parents + "CREATE TABLE items (id int NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, code varchar(20) NOT NULL DEFAULT 'none',\n" +
		"  price int NOT NULL, parent int, extra varchar(20), note varchar(20),\n" +
		"  CONSTRAINT price_positive CHECK (price > 0), CONSTRAINT items_parent FOREIGN KEY (parent) REFERENCES parents (id));\n" +
		"CREATE UNIQUE INDEX items_code ON items (code);\nCREATE INDEX items_extra ON items (extra);\n" +
		"CREATE TABLE entries (id int NOT NULL PRIMARY KEY, item int NOT NULL, CONSTRAINT entries_item FOREIGN KEY (item) REFERENCES items (id));\n"
	engines(t, func(t *testing.T, e *engine) {
		// started brings the database to the schema before, and applies another with a policy.
		started := func(t *testing.T, policy, after string) []string {
			t.Helper()
			wipe(t, e)
			c, _ := client(t, e, "", map[string]string{"schema.sql": before})
			must[*atlasexec.SchemaApply](t)(apply(c, false))
			c, _ = client(t, e, policy, map[string]string{"schema.sql": after})
			dry := must[*atlasexec.SchemaApply](t)(apply(c, true))
			r := must[*atlasexec.SchemaApply](t)(apply(c, false))
			if !slices.Equal(dry.Changes.Pending, r.Changes.Applied) {
				t.Errorf("planned %q, applied %q", dry.Changes.Pending, r.Changes.Applied)
			}
			if again := must[*atlasexec.SchemaApply](t)(apply(c, false)); len(again.Changes.Applied) != 0 {
				t.Errorf("applied again: %q", again.Changes.Applied)
			}
			return r.Changes.Applied
		}
		takes := func(t *testing.T, statement string) {
			t.Helper()
			if err := e.target.Exec(ctx, statement); err != nil {
				t.Errorf("%s: %v", statement, err)
			}
		}
		t.Run("tables and columns that are gone stay", func(t *testing.T) {
			after := strings.Replace(before, ", note varchar(20)", "", 1)
			after = after[:strings.Index(after, "CREATE TABLE entries")]
			if applied := started(t, skipping(deferred), after); len(applied) != 0 {
				t.Fatalf("%q", applied)
			}
			if got := columns(t, e); !strings.Contains(got, "shop.items.note") || !strings.Contains(got, "shop.entries.item") {
				t.Error(got)
			}
		})
		t.Run("what is not skipped goes through beside what is", func(t *testing.T) {
			// The index goes, the column that it is on stays, and another column comes.
			after := strings.Replace(before, "extra varchar(20), note varchar(20)", "note varchar(20), more int", 1)
			after = strings.Replace(after, "CREATE INDEX items_extra ON items (extra);\n", "", 1)
			applied := strings.Join(started(t, skipping(deferred), after), "\n")
			if strings.Contains(applied, "DROP COLUMN") || !strings.Contains(applied, "DROP INDEX") || !strings.Contains(applied, "ADD COLUMN") {
				t.Error(applied)
			}
			if got := columns(t, e); !strings.Contains(got, "shop.items.extra") || !strings.Contains(got, "shop.items.more") {
				t.Error(got)
			}
		})
		t.Run("relaxed", func(t *testing.T) {
			after := parents + "CREATE TABLE items (id int NOT NULL PRIMARY KEY, name varchar(20), code varchar(20) NOT NULL,\n" +
				"  price int NOT NULL, parent int, extra varchar(20), note varchar(20));\n" + before[strings.Index(before, "CREATE INDEX"):]
			applied := strings.Join(started(t, skipping(deferred), after), "\n")
			if strings.Contains(applied, "DROP COLUMN") || strings.Contains(applied, "DROP TABLE") {
				t.Error(applied)
			}
			takes(t, "INSERT INTO items (id, name, code, price, parent) VALUES (1, NULL, 'a', -1, 7), (2, NULL, 'a', -1, 7)")
			if err := e.target.Exec(ctx, "INSERT INTO items (id, price) VALUES (3, 1)"); err == nil {
				t.Error("the default is still there")
			}
		})
		t.Run("a check with another expression", func(t *testing.T) {
			name := "price_positive"
			if e.name == "mariadb" {
				// The engine writes `DROP CHECK`, which is MySQL's: under its old name, MariaDB does not take the check.
				wipe(t, e)
				c, _ := client(t, e, "", map[string]string{"schema.sql": before})
				must[*atlasexec.SchemaApply](t)(apply(c, false))
				c, _ = client(t, e, skipping(deferred), map[string]string{"schema.sql": strings.Replace(before, "price > 0", "price >= 0", 1)})
				if _, err := apply(c, false); err == nil || !strings.Contains(err.Error(), "right syntax to use near 'CHECK `price_positive`") {
					t.Error(err)
				}
				name = "price_not_negative"
			}
			if applied := started(t, skipping(deferred), strings.Replace(before, "price_positive CHECK (price > 0)", name+" CHECK (price >= 0)", 1)); len(applied) == 0 {
				t.Fatal("nothing was applied")
			}
			takes(t, "INSERT INTO items (id, name, code, price) VALUES (1, 'a', 'a', 0)")
		})
		t.Run("everything skipped is nothing", func(t *testing.T) {
			all := v1alpha1.SkipChanges{AddSchema: true, DropSchema: true, ModifySchema: true, AddTable: true, DropTable: true, ModifyTable: true,
				AddColumn: true, DropColumn: true, ModifyColumn: true, AddIndex: true, DropIndex: true, ModifyIndex: true, AddForeignKey: true,
				DropForeignKey: true, ModifyForeignKey: true}
			after := parents + "CREATE TABLE items (id int NOT NULL PRIMARY KEY, name varchar(30), price int NOT NULL, parent int, more int);\nCREATE TABLE other (id int);\n"
			if applied := started(t, skipping(all), after); len(applied) != 0 {
				t.Errorf("%q", applied)
			}
		})
		t.Run("a table whose changes are all skipped", func(t *testing.T) {
			after := strings.Replace(before, "name varchar(20) NOT NULL", "name varchar(30)", 1)
			if applied := started(t, skipping(v1alpha1.SkipChanges{ModifyColumn: true}), after); len(applied) != 0 {
				t.Errorf("%q", applied)
			}
		})
		t.Run("without the policy", func(t *testing.T) {
			after := strings.Replace(before, ", note varchar(20)", "", 1)
			after = after[:strings.Index(after, "CREATE TABLE entries")]
			applied := strings.Join(started(t, "  diff {\n    skip {\n      drop_table = false\n    }\n  }", after), "\n")
			if !strings.Contains(applied, "DROP COLUMN") || !strings.Contains(applied, "DROP TABLE") {
				t.Error(applied)
			}
		})
		t.Run("schemas", func(t *testing.T) {
			if e.name != "postgres" {
				t.Skip("MariaDB's dev server has a database of its own, which is not clean")
			}
			wipe(t, e)
			whole := *e
			whole.url, whole.devURL = strings.Replace(e.url, "&search_path=public", "", 1), strings.Replace(e.devURL, "&search_path=public", "", 1)
			takes(t, "CREATE SCHEMA legacy")
			takes(t, "CREATE TABLE legacy.kept (id int)")
			for policy, drops := range map[string]bool{skipping(deferred): false, "": true} {
				c, _ := client(t, &whole, policy, map[string]string{"schema.sql": "CREATE TABLE public.users (id int);\n"})
				r := must[*atlasexec.SchemaApply](t)(apply(c, true))
				if all := strings.Join(r.Changes.Pending, "\n"); strings.Contains(all, "DROP SCHEMA") != drops || !strings.Contains(all, "CREATE TABLE") {
					t.Errorf("%s: %s", policy, all)
				}
			}
		})
		// What no policy of the operator can skip: the type of a column that stays. PostgreSQL refuses to drop it.
		t.Run("an enum", func(t *testing.T) {
			if e.name != "postgres" {
				t.Skip("a type of its own is PostgreSQL's")
			}
			wipe(t, e)
			c, _ := client(t, e, "", map[string]string{"schema.sql": "CREATE TYPE mood AS ENUM ('good', 'bad');\nCREATE TABLE users (id int, mood mood);\n"})
			must[*atlasexec.SchemaApply](t)(apply(c, false))
			c, _ = client(t, e, skipping(deferred), map[string]string{"schema.sql": "CREATE TABLE users (id int);\n"})
			if _, err := apply(c, false); err == nil || !strings.Contains(err.Error(), "cannot drop type mood because other objects depend on it") {
				t.Error(err)
			}
			c, _ = client(t, e, skipping(deferred), map[string]string{"schema.sql": "CREATE TYPE mood AS ENUM ('good', 'bad');\nCREATE TABLE users (id int);\n"})
			if r := must[*atlasexec.SchemaApply](t)(apply(c, false)); len(r.Changes.Applied) != 0 {
				t.Errorf("%q", r.Changes.Applied)
			}
		})
	})
}

func TestMigrations(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		files := map[string]string{"migrations/1_users.sql": users, "migrations/2_orders.sql": "CREATE TABLE orders (id int PRIMARY KEY);\nINSERT INTO orders VALUES (1);\n"}
		status := func(t *testing.T, c *atlasexec.Client) *atlasexec.MigrateStatus {
			t.Helper()
			return must[*atlasexec.MigrateStatus](t)(c.MigrateStatus(ctx, &atlasexec.MigrateStatusParams{Env: "kubernetes"}))
		}
		run := func(c *atlasexec.Client) (*atlasexec.MigrateApply, error) {
			return c.MigrateApply(ctx, &atlasexec.MigrateApplyParams{Env: "kubernetes", Context: &atlasexec.DeployRunContext{TriggerType: atlasexec.TriggerTypeKubernetes}})
		}
		with := func(more map[string]string) map[string]string {
			all := map[string]string{}
			for _, m := range []map[string]string{files, more} {
				for k, v := range m {
					all[k] = v
				}
			}
			return all
		}
		t.Run("applied once", func(t *testing.T) {
			c, _ := client(t, e, "", with(nil))
			if s := status(t, c); s.Status != "PENDING" || len(s.Pending) != 2 || len(s.Available) != 2 || len(s.Applied) != 0 {
				t.Fatalf("%+v", s)
			}
			r := must[*atlasexec.MigrateApply](t)(run(c))
			if r.Target != "2" || len(r.Applied) != 2 || len(r.Applied[1].Applied) != 2 || r.End.IsZero() {
				t.Fatalf("%+v", r)
			}
			s := status(t, c)
			if s.Status != "OK" || s.Current != "2" || len(s.Applied) != 2 || len(s.Pending) != 0 || time.Since(s.Applied[1].ExecutedAt) > time.Minute {
				t.Fatalf("%+v", s)
			}
			if r = must[*atlasexec.MigrateApply](t)(run(c)); len(r.Applied) != 0 {
				t.Fatalf("%+v", r)
			}
		})
		t.Run("failing in the middle, and corrected", func(t *testing.T) {
			c, _ := client(t, e, "", with(map[string]string{"migrations/3_broken.sql": "CREATE TABLE extra (id int);\nALTER TABLE orders ADD COLUMN note frobnicate;\n"}))
			_, err := run(c)
			var failed *atlasexec.MigrateApplyError
			if !errors.As(err, &failed) || len(failed.Result) != 1 {
				t.Fatalf("%T %v", err, err)
			}
			if !strings.HasPrefix(err.Error(), "sql/migrate: executing statement") {
				t.Error(err)
			}
			if a := failed.Result[0].Applied; len(a) != 1 || a[0].Error == nil || !strings.Contains(a[0].Error.Stmt, "frobnicate") || len(a[0].Applied) != 1 {
				t.Fatalf("%+v", a)
			}
			s := status(t, c)
			if e.name == "postgres" {
				// The transaction took everything back, the note of the attempt too.
				if len(s.Applied) != 2 || strings.Contains(columns(t, e), "extra") {
					t.Fatalf("%+v %s", s, columns(t, e))
				}
			} else if last := s.Applied[len(s.Applied)-1]; last.Version != "3" || last.Applied != 1 || last.Error == "" {
				t.Fatalf("%+v", last)
			}
			c, _ = client(t, e, "", with(map[string]string{"migrations/3_broken.sql": "CREATE TABLE extra (id int);\nALTER TABLE orders ADD COLUMN note varchar(10);\n"}))
			must[*atlasexec.MigrateApply](t)(run(c))
			if s := status(t, c); s.Status != "OK" || s.Current != "3" {
				t.Fatalf("%+v", s)
			}
			if !strings.Contains(columns(t, e), "shop.orders.note") {
				t.Error(columns(t, e))
			}
		})
		all := with(map[string]string{"migrations/3_broken.sql": "CREATE TABLE extra (id int);\nALTER TABLE orders ADD COLUMN note varchar(10);\n"})
		t.Run("down", func(t *testing.T) {
			// What the operator does: the directory of before, with `latest` beside it.
			c, dir := client(t, e, "", all)
			if err := os.Rename(filepath.Join(dir, "migrations"), filepath.Join(dir, "migrations-3")); err != nil {
				t.Fatal(err)
			}
			r, err := c.MigrateDown(ctx, &atlasexec.MigrateDownParams{Env: "kubernetes", DirURL: "file://migrations-3", ToVersion: "2",
				Context: &atlasexec.DeployRunContext{}})
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != "APPLIED" || r.Target != "2" || r.Total != 1 || len(r.Reverted) != 1 {
				t.Fatalf("%+v", r)
			}
			if got := columns(t, e); strings.Contains(got, "extra") || strings.Contains(got, "note") {
				t.Error(got)
			}
			c, _ = client(t, e, "", with(nil))
			if s := status(t, c); s.Status != "OK" || s.Current != "2" {
				t.Fatalf("%+v", s)
			}
		})
		t.Run("out of order", func(t *testing.T) {
			late := with(map[string]string{"migrations/1a_late.sql": "CREATE TABLE late (id int);\n"})
			c, _ := client(t, e, "", late)
			if _, err := run(c); err == nil || !strings.Contains(err.Error(), "out of order") {
				t.Fatal(err)
			}
			c, dir := client(t, e, "", late)
			text, _ := os.ReadFile(filepath.Join(dir, "atlas.hcl"))
			_ = os.WriteFile(filepath.Join(dir, "atlas.hcl"), []byte(strings.Replace(string(text), "migration {", "migration {\n    exec_order = \"non-linear\"", 1)), 0o600)
			must[*atlasexec.MigrateApply](t)(run(c))
		})
		t.Run("a sum that is wrong", func(t *testing.T) {
			c, dir := client(t, e, "", with(nil))
			if err := os.WriteFile(filepath.Join(dir, "migrations/1_users.sql"), []byte("CREATE TABLE x (id int);"), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := c.MigrateStatus(ctx, &atlasexec.MigrateStatusParams{Env: "kubernetes"}); err == nil || !strings.Contains(err.Error(), "checksum mismatch") {
				t.Fatal(err)
			}
		})
		t.Run("a database with tables, and a baseline", func(t *testing.T) {
			wipe(t, e)
			if err := e.target.Exec(ctx, strings.TrimSuffix(users, ";\n")); err != nil {
				t.Fatal(err)
			}
			c, dir := client(t, e, "", with(nil))
			if _, err := run(c); err == nil || !strings.Contains(err.Error(), "not clean") {
				t.Fatal(err)
			}
			text, _ := os.ReadFile(filepath.Join(dir, "atlas.hcl"))
			_ = os.WriteFile(filepath.Join(dir, "atlas.hcl"), []byte(strings.Replace(string(text), "migration {", "migration {\n    baseline = \"1\"", 1)), 0o600)
			r := must[*atlasexec.MigrateApply](t)(run(c))
			if len(r.Applied) != 1 || r.Target != "2" {
				t.Fatalf("%+v", r)
			}
		})
	})
}

func TestVersionIsTheModules(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "ariga.io/atlas").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(out)); got != atlas.Version {
		t.Errorf("go.mod has %s, Version says %s", got, atlas.Version)
	}
}
