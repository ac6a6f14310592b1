package atlas_test

import (
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ariga.io/atlas/atlasexec"

	"argocd-atlas-plugin/cluster/servers"
)

// probe is a schema with what `generate` says that Atlas leaves out of it.
type probe struct {
	name, says, empty string
	fails             bool
	sql               string
}

// probes are those of a file in tests/sql_fixtures/left_out, which tests/fast/left_out.rs holds against `generate`.
func probes(t *testing.T, engine string) []probe {
	text, err := os.ReadFile("../../sql_fixtures/left_out/" + engine + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	var found []probe
	for _, part := range strings.Split(string(text), "-- probe: ")[1:] {
		var p probe
		p.name, p.sql, _ = strings.Cut(part, "\n")
		for line := range strings.Lines(p.sql) {
			line = strings.TrimSpace(line)
			if v, ok := strings.CutPrefix(line, "-- says:"); ok {
				p.says = strings.TrimSpace(v)
			} else if v, ok := strings.CutPrefix(line, "-- empty: "); ok {
				p.empty = v
			} else if strings.HasPrefix(line, "-- fails: ") {
				p.fails = true
			}
		}
		found = append(found, p)
	}
	if len(found) < 5 {
		t.Fatalf("%d probes", len(found))
	}
	return found
}

// Everything that a schema can have beside columns, keys and checks, by the classes of crates/sql. A class without rows in
// a probe's list is not looked at: permissions, calls.
var inventories = map[string]string{
	"postgres": `
		SELECT CASE WHEN c.relispartition THEN 'Partition' WHEN c.relkind = 'v' THEN 'View' WHEN c.relkind = 'm' THEN 'MaterializedView'
			WHEN c.relkind = 'S' THEN 'Sequence' WHEN c.relkind = 'f' THEN 'ForeignTable' WHEN c.relkind = 'c' THEN 'CompositeType'
			WHEN c.relkind IN ('i', 'I') THEN 'Index' ELSE 'Table' END || ' ' || c.relname
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = 'public' AND NOT EXISTS (SELECT FROM pg_index x WHERE x.indexrelid = c.oid AND x.indisprimary) AND NOT (c.relkind IN ('i', 'I') AND c.relispartition)
			AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid AND c.relkind IN ('i', 'I'))
			AND NOT EXISTS (SELECT FROM pg_index x JOIN pg_class p ON p.oid = x.indrelid WHERE x.indexrelid = c.oid AND p.relkind = 'm')
		UNION ALL SELECT CASE p.prokind WHEN 'p' THEN 'Procedure' WHEN 'a' THEN 'Aggregate' ELSE 'Function' END || ' ' || p.proname
			FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'
			AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype IN ('e', 'i'))
		UNION ALL SELECT CASE WHEN t.typtype = 'd' THEN 'Domain' WHEN t.typtype = 'e' THEN 'Enum' WHEN t.typtype = 'r' THEN 'RangeType' ELSE 'BaseType' END
			|| ' ' || t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
			WHERE n.nspname = 'public' AND (t.typtype IN ('d', 'e', 'r') OR t.typtype IN ('b', 'p') AND t.typelem = 0)
			AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
		UNION ALL SELECT 'Trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0
		UNION ALL SELECT 'EventTrigger ' || evtname FROM pg_event_trigger
		UNION ALL SELECT 'Policy ' || polname FROM pg_policy
		UNION ALL SELECT 'RowSecurity ' || relname FROM pg_class WHERE relrowsecurity
		UNION ALL SELECT 'Rule ' || rulename FROM pg_rewrite WHERE rulename <> '_RETURN' AND oid >= 16384
		UNION ALL SELECT 'Extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'
		UNION ALL SELECT 'Operator ' || oprname FROM pg_operator WHERE oid >= 16384
			AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_operator.oid AND d.deptype = 'e')
		UNION ALL SELECT 'Cast' FROM pg_cast WHERE oid >= 16384
			AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_cast.oid AND d.deptype IN ('e', 'i'))
		UNION ALL SELECT 'Collation ' || collname FROM pg_collation WHERE oid >= 16384
		UNION ALL SELECT 'Conversion ' || conname FROM pg_conversion WHERE oid >= 16384
		UNION ALL SELECT 'TextSearch ' || cfgname FROM pg_ts_config WHERE oid >= 16384
		UNION ALL SELECT 'TextSearch ' || dictname FROM pg_ts_dict WHERE oid >= 16384
			AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_ts_dict.oid AND d.deptype = 'e')
		UNION ALL SELECT 'Statistics ' || stxname FROM pg_statistic_ext
		UNION ALL SELECT 'Publication ' || pubname FROM pg_publication
		UNION ALL SELECT 'ForeignServer ' || srvname FROM pg_foreign_server
		UNION ALL SELECT 'ForeignServer ' || fdwname FROM pg_foreign_data_wrapper WHERE oid >= 16384
		UNION ALL SELECT 'Role ' || rolname FROM pg_roles WHERE oid >= 16384 AND NOT rolcanlogin`,
	"mariadb": `
		SELECT CONCAT(CASE TABLE_TYPE WHEN 'VIEW' THEN 'View' WHEN 'SEQUENCE' THEN 'Sequence' WHEN 'SYSTEM VERSIONED' THEN 'VersionedTable' ELSE 'Table' END,
			' ', TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop'
		UNION ALL SELECT CONCAT(IF(ROUTINE_TYPE = 'PROCEDURE', 'Procedure ', IF(ROUTINE_TYPE = 'FUNCTION', 'Function ', 'Package ')), ROUTINE_NAME)
			FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'shop' AND ROUTINE_TYPE NOT LIKE '%BODY'
		UNION ALL SELECT CONCAT('Trigger ', TRIGGER_NAME) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'shop'
		UNION ALL SELECT CONCAT('Event ', EVENT_NAME) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'shop'
		UNION ALL SELECT CONCAT('Role ', User) FROM mysql.user WHERE is_role = 'Y' AND User <> 'PUBLIC'`,
}

// wipeAll makes both servers as new.
func wipeAll(t *testing.T, e *engine) {
	t.Helper()
	if e.name == "mariadb" {
		// Databases are dropped table by table, in no order of theirs.
		for _, s := range []*servers.Server{e.target, e.dev} {
			if err := s.Exec(ctx, "SET GLOBAL foreign_key_checks = 0"); err != nil {
				t.Fatal(err)
			}
			defer s.Exec(ctx, "SET GLOBAL foreign_key_checks = 1")
		}
	}
	wipe(t, e)
	statements := []string{"CREATE OR REPLACE DATABASE dev"}
	if e.name == "postgres" {
		statements = []string{`DO $$ DECLARE n text; BEGIN
			FOR n IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('DROP EVENT TRIGGER %I', n); END LOOP;
			FOR n IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', n); END LOOP;
			FOR n IN SELECT fdwname FROM pg_foreign_data_wrapper LOOP EXECUTE format('DROP FOREIGN DATA WRAPPER %I CASCADE', n); END LOOP;
			FOR n IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
				LOOP EXECUTE format('DROP SCHEMA %I CASCADE', n); END LOOP;
			DROP SCHEMA public CASCADE; CREATE SCHEMA public;
			FOR n IN SELECT rolname FROM pg_roles WHERE oid >= 16384 AND NOT rolcanlogin LOOP EXECUTE format('DROP OWNED BY %I', n); EXECUTE format('DROP ROLE %I', n); END LOOP;
			END $$`}
		if err := e.target.Exec(ctx, statements[0]); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range statements {
		if err := e.dev.Exec(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	if e.name == "mariadb" {
		for _, s := range []*servers.Server{e.target, e.dev} {
			if err := s.Exec(ctx, "DROP ROLE IF EXISTS reader"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func inventory(t *testing.T, e *engine) []string {
	t.Helper()
	found := must[[]string](t)(e.target.Ask(ctx, inventories[e.name]))
	found = slices.DeleteFunc(found, func(s string) bool { return strings.Contains(s, "atlas_schema_revisions") })
	slices.Sort(found)
	return found
}

// minus is what is in a and not in b.
func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// leftOut applies a schema as an AtlasMigration, and then as an AtlasSchema: what the second lacks.
func leftOut(t *testing.T, e *engine, sql string) (missing []string, migrated, applied error) {
	t.Helper()
	wipeAll(t, e)
	c, _ := client(t, e, "", map[string]string{"migrations/1.sql": sql, "schema.sql": sql})
	if _, migrated = c.MigrateApply(ctx, &atlasexec.MigrateApplyParams{Env: "kubernetes", TxMode: "none"}); migrated != nil {
		return nil, migrated, nil
	}
	all := inventory(t, e)
	wipeAll(t, e)
	_, applied = apply(c, false)
	return minus(all, inventory(t, e)), nil, applied
}

// What the table in src/left_out.rs says of each class, the engine itself does.
func TestLeftOut(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		for _, p := range probes(t, e.name) {
			t.Run(p.name, func(t *testing.T) {
				missing, migrated, applied := leftOut(t, e, p.sql)
				if migrated != nil {
					t.Fatalf("the migration fails: %s", migrated)
				}
				if (applied != nil) != p.fails {
					t.Fatalf("the schema: %v", applied)
				}
				if p.fails {
					return
				}
				var says []string
				for _, s := range strings.Split(p.says, ", ") {
					class, _, _ := strings.Cut(s, " ")
					if !slices.Contains([]string{"", "Data", "Permission", "Call"}, class) {
						says = append(says, s)
					}
				}
				slices.SortFunc(says, cmp.Compare[string])
				if !slices.Equal(missing, says) {
					t.Errorf("left out: %q, said: %q", missing, says)
				}
				if p.empty != "" {
					if n := must[[]string](t)(e.target.Ask(ctx, "SELECT count(*) FROM "+p.empty)); n[0] != "0" {
						t.Errorf("%s rows in %s", n[0], p.empty)
					}
				}
			})
		}
	})
}

// place is where a diagnostic points.
type place struct{ Line, Column, EndLine, EndColumn int }

// found is a diagnostic that `generate check --format json` prints.
type found struct {
	Code, Message string
	Place         place
	Labels        []struct {
		Text  string
		Place place
	}
}

// said are the names that `generate` lists as left out of a schema, and whether it says that Atlas fails.
func said(t *testing.T, generate, engine, sql string) (names []string, fails, extension bool) {
	t.Helper()
	dir := t.TempDir()
	spec := "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: Schema\nmetadata: {name: shop}\nspec:\n  url: " + engine +
		"://db.example.com/shop\n  files: [s.sql]\n"
	for name, text := range map[string]string{"a.yaml": spec, "s.sql": sql} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, _ := exec.Command(generate, "check", "--format", "json", dir).Output()
	var report struct{ Diagnostics []found }
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("%s: %s", err, out)
	}
	lines := strings.Split(sql, "\n")
	name := func(p place) string {
		// What is in a block is shown by the whole block.
		if p.EndLine > p.Line {
			return ""
		}
		text := string([]rune(lines[p.Line-1])[p.Column-1 : p.EndColumn-1])
		text = strings.NewReplacer("`", "", `"`, "").Replace(text)
		return strings.ToLower(text[strings.LastIndex(text, ".")+1:])
	}
	for _, d := range report.Diagnostics {
		if d.Code != "atlas-leaves-out" {
			continue
		}
		fails = fails || strings.HasSuffix(d.Message, "fails to create what needs it") || strings.HasSuffix(d.Message, "fails to create what needs them")
		extension = extension || strings.Contains(d.Message, "extension")
		if strings.Contains(d.Message, "statement") {
			continue
		}
		names = append(names, name(d.Place))
		for _, l := range d.Labels {
			if l.Text == "" {
				names = append(names, name(l.Place))
			}
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" }), fails, extension
}

// Over real schemas, `generate` names what the engine leaves out, no more and no fewer. GENERATE is its binary, and SHARED the
// folder that contains corpus/sql.
func TestLeftOutOfRealSchemas(t *testing.T) {
	generate, shared := os.Getenv("GENERATE"), os.Getenv("SHARED")
	if generate == "" || shared == "" {
		t.Skip("GENERATE or SHARED is not set")
	}
	engines(t, func(t *testing.T, e *engine) {
		prefix := map[string]string{"postgres": "postgres__", "mariadb": "mysql__"}[e.name]
		files := must[[]string](t)(filepath.Glob(filepath.Join(shared, "corpus/sql", prefix+"*.sql")))
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				sql := string(must[[]byte](t)(os.ReadFile(file)))
				missing, migrated, applied := leftOut(t, e, sql)
				if migrated != nil {
					t.Skipf("this server refuses it: %.300s", migrated)
				}
				names, fails, extension := said(t, generate, e.name, sql)
				if applied != nil {
					if !fails && !extension {
						t.Errorf("not said that it fails: %.300s", applied)
					}
					t.Logf("fails: %.300s", applied)
					return
				}
				if fails {
					t.Error("said that it fails")
				}
				var want []string
				for _, s := range missing {
					class, name, _ := strings.Cut(s, " ")
					if !slices.Contains([]string{"RowSecurity", "Cast", "Role"}, class) {
						want = append(want, strings.ToLower(name))
					}
				}
				slices.Sort(want)
				want = slices.Compact(want)
				if !slices.Equal(want, names) {
					t.Errorf("left out and not said: %q; said and not left out: %q", minus(want, names), minus(names, want))
				}
			})
		}
	})
}
