package atlas_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ariga.io/atlas/atlasexec"
)

// What `generate diff` says of a change under `destructive: defer` is what happens: random pairs of schemas are applied one after
// the other by Atlas's own planning to real servers, with the drops left out as the operator has them left out. A change is
// refused if and only if `diff` says that it fails, and what stays as a NOT NULL column without a default is what `diff` names.
//
// OUTCOMES is how many pairs are tried for each engine, OUTCOMES_SEED the first of their numbers.
func TestOutcomes(t *testing.T) {
	generate := os.Getenv("GENERATE")
	if generate == "" {
		t.Skip("GENERATE does not name the program")
	}
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return otherwise
	}
	n, first := number("OUTCOMES", 25), number("OUTCOMES_SEED", 1)
	const skip = "  diff {\n    skip {\n      drop_schema = true\n      drop_table = true\n      drop_column = true\n    }\n  }"
	engines(t, func(t *testing.T, e *engine) {
		tried, failed, stayed := 0, 0, 0
		for seed := first; seed < first+n; seed++ {
			r := rand.New(rand.NewPCG(uint64(seed), 1))
			before := randomSchema(r, e.name)
			after := before.changed(r)
			if len(after.tables) == 0 {
				continue
			}
			said, err := diffOf(t, generate, e.name, before.sql(), after.sql())
			if err != nil {
				t.Errorf("%d: %s\n%s\n-- becomes\n%s", seed, err, before.sql(), after.sql())
				continue
			}
			reset(t, e)
			apply := func(sql, extra string) error {
				c, _ := client(t, e, extra, map[string]string{"schema.sql": sql})
				_, err := c.SchemaApply(ctx, &atlasexec.SchemaApplyParams{Env: "kubernetes", To: "env://schema.src", AutoApprove: true})
				return err
			}
			// What a server does not take by itself is no change.
			if apply(after.sql(), "") != nil {
				continue
			}
			reset(t, e)
			if apply(before.sql(), "") != nil {
				continue
			}
			tried++
			err = apply(after.sql(), skip)
			explain := func(format string, args ...any) {
				t.Helper()
				t.Errorf("%d: %s\n%s\n-- becomes\n%s\n-- diff says\n%s", seed, fmt.Sprintf(format, args...), before.sql(), after.sql(),
					strings.Join(said.all, "\n"))
			}
			switch {
			case err != nil && !said.fails && !said.mayFail:
				explain("refused, and diff does not say so: %s", err)
			case err == nil && said.fails:
				explain("made, and diff says that it is refused")
			}
			if err != nil {
				failed++
				continue
			}
			left := mandatory(t, e, after)
			if len(left) > 0 {
				stayed++
			}
			if !slices.Equal(left, said.mandatory) {
				explain("an INSERT has to name %q, and diff says %q", left, said.mandatory)
			}
		}
		t.Logf("%s: %d changes, of which %d were refused and %d left a column that an INSERT has to name", e.name, tried, failed, stayed)
		if tried < n/3 || failed == 0 || stayed == 0 {
			t.Error("these changes try too little")
		}
	})
}

// What `generate diff` says of changes that the random ones do not make: labels of enums, and names that differ in case alone.
func TestOutcomesOfNamedChanges(t *testing.T) {
	generate := os.Getenv("GENERATE")
	if generate == "" {
		t.Skip("GENERATE does not name the program")
	}
	const skip = "  diff {\n    skip {\n      drop_schema = true\n      drop_table = true\n      drop_column = true\n    }\n  }"
	const enum = "CREATE TYPE state AS ENUM (%s); CREATE TABLE t (id int PRIMARY KEY, s state);"
	type change struct {
		engine, what, before, after string
		refused                     bool
	}
	changes := []change{
		{"postgres", "the first label is removed", fmt.Sprintf(enum, "'a', 'b'"), fmt.Sprintf(enum, "'b'"), true},
		{"postgres", "a label between is removed", fmt.Sprintf(enum, "'a', 'b', 'c'"), fmt.Sprintf(enum, "'a', 'c'"), true},
		{"postgres", "the last label is removed", fmt.Sprintf(enum, "'a', 'b'"), fmt.Sprintf(enum, "'a'"), false},
		{"postgres", "the last label is another one", fmt.Sprintf(enum, "'a', 'b'"), fmt.Sprintf(enum, "'a', 'c'"), false},
		{"postgres", "labels change places", fmt.Sprintf(enum, "'a', 'b'"), fmt.Sprintf(enum, "'b', 'a'"), true},
		{"postgres", "a label is added at the end", fmt.Sprintf(enum, "'a', 'b'"), fmt.Sprintf(enum, "'a', 'b', 'c'"), false},
		{"postgres", "a label is added between", fmt.Sprintf(enum, "'a', 'c'"), fmt.Sprintf(enum, "'a', 'b', 'c'"), false},
		{"mariadb", "a name changes its case", "CREATE TABLE t (id int PRIMARY KEY, Name int);", "CREATE TABLE t (id int PRIMARY KEY, name int);", true},
		{"mariadb", "a column is added", "CREATE TABLE t (id int PRIMARY KEY);", "CREATE TABLE t (id int PRIMARY KEY, name int);", false},
	}
	engines(t, func(t *testing.T, e *engine) {
		for _, c := range changes {
			if c.engine != e.name {
				continue
			}
			said, err := diffOf(t, generate, e.name, c.before, c.after)
			if err != nil {
				t.Errorf("%s: %s", c.what, err)
				continue
			}
			apply := func(sql, extra string) error {
				atlas, _ := client(t, e, extra, map[string]string{"schema.sql": sql})
				_, err := atlas.SchemaApply(ctx, &atlasexec.SchemaApplyParams{Env: "kubernetes", To: "env://schema.src", AutoApprove: true})
				return err
			}
			reset(t, e)
			if err := apply(c.before, ""); err != nil {
				t.Fatalf("%s: %s", c.what, err)
			}
			err = apply(c.after, skip)
			if (err != nil) != c.refused || said.fails != c.refused {
				t.Errorf("%s: refused %v (%v), and diff says %q", c.what, err != nil, err, said.all)
			}
		}
	})
}

// reset makes the database empty.
func reset(t *testing.T, e *engine) {
	t.Helper()
	if e.name == "mariadb" {
		// It does not take a database away whose tables refer to each other.
		drops, err := e.target.Ask(ctx, "SELECT concat('ALTER TABLE shop.', table_name, ' DROP FOREIGN KEY ', constraint_name)"+
			" FROM information_schema.table_constraints WHERE constraint_type = 'FOREIGN KEY' AND table_schema = 'shop'")
		if err != nil {
			t.Fatal(err)
		}
		for _, drop := range drops {
			if err := e.target.Exec(ctx, drop); err != nil {
				t.Fatal(err)
			}
		}
	}
	wipe(t, e)
}

// verdict is what `diff` says.
type verdict struct {
	fails, mayFail bool
	mandatory      []string
	all            []string
}

func diffOf(t *testing.T, generate, engine, before, after string) (verdict, error) {
	t.Helper()
	dir := t.TempDir()
	for name, sql := range map[string]string{"before": before, "after": after} {
		folder := filepath.Join(dir, name)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		spec := "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: Database\nmetadata: {name: db}\nspec: {engine: " + engine + "}\n---\n" +
			"apiVersion: argocd-atlas-plugin/v1alpha1\nkind: Schema\nmetadata: {name: shop}\nspec: {database: db, files: [schema.sql]}\n"
		for file, text := range map[string]string{"specs.yaml": spec, "schema.sql": sql} {
			if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd := exec.Command(generate, "diff", "--quiet", "--format", "json", "--against-dir", "before", "after")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		var text []byte
		if exit, ok := err.(*exec.ExitError); ok {
			text = exit.Stderr
		}
		return verdict{}, fmt.Errorf("%w: %s", err, text)
	}
	var answer struct {
		SchemaChanges []struct{ Outcome, Change, Severity string }
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return verdict{}, err
	}
	var said verdict
	for _, c := range answer.SchemaChanges {
		said.all = append(said.all, fmt.Sprintf("%s, %s: %s", c.Severity, c.Outcome, c.Change))
		said.fails = said.fails || c.Outcome == "fails"
		said.mayFail = said.mayFail || c.Outcome == "unknown"
		if strings.Contains(c.Change, "NOT NULL without a default: an INSERT") {
			name, _, _ := strings.Cut(strings.TrimPrefix(c.Change, "column `"), "`")
			said.mandatory = append(said.mandatory, name)
		}
	}
	slices.Sort(said.mandatory)
	return said, nil
}

// mandatory are the columns that Git no longer names, in tables that it names, and without which no row can be inserted.
func mandatory(t *testing.T, e *engine, after schema) []string {
	t.Helper()
	query := "SELECT concat(table_name, '.', column_name) FROM information_schema.columns WHERE table_schema = 'shop' AND is_nullable = 'NO'" +
		" AND column_default IS NULL AND extra NOT LIKE '%auto_increment%' AND extra NOT LIKE '%GENERATED%'"
	if e.name == "postgres" {
		query = "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND is_nullable = 'NO'" +
			" AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER'"
	}
	all, err := e.target.Ask(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, name := range all {
		table, column, _ := strings.Cut(name, ".")
		at := slices.IndexFunc(after.tables, func(t *tableOf) bool { return t.name == table })
		if at >= 0 && !slices.ContainsFunc(after.tables[at].columns, func(c *columnOf) bool { return c.name == column }) {
			left = append(left, name)
		}
	}
	slices.Sort(left)
	return left
}

type schema struct {
	engine string
	types  []string
	tables []*tableOf
}

type tableOf struct {
	name    string
	columns []*columnOf
	primary []string
	unique  []string
	// Column, table and the column there.
	foreign [][3]string
}

type columnOf struct {
	name, kind string
	// `int` becomes `bigint`.
	wide, notNull, byDefault, numbered bool
	computedFrom                       string
}

func randomSchema(r *rand.Rand, engine string) schema {
	s := schema{engine: engine}
	if engine == "postgres" {
		s.types = []string{"mood", "state"}[:r.IntN(3)]
	}
	for i := range 1 + r.IntN(3) {
		t := &tableOf{name: fmt.Sprintf("t%d", i)}
		id := &columnOf{name: "id", kind: "int", notNull: true, numbered: r.IntN(3) == 0, wide: r.IntN(4) == 0}
		t.columns = append(t.columns, id)
		t.primary = []string{"id"}
		for j := range 1 + r.IntN(4) {
			t.columns = append(t.columns, s.randomColumn(r, fmt.Sprintf("c%d", j)))
		}
		for _, c := range t.columns[1:] {
			if c.kind == "int" && c.computedFrom == "" && r.IntN(4) == 0 {
				t.unique = append(t.unique, c.name)
			}
		}
		for _, other := range s.tables {
			if r.IntN(2) == 0 {
				continue
			}
			to := other.columns[0]
			if len(other.unique) > 0 && r.IntN(2) == 0 {
				to = other.column(other.unique[0])
			}
			c := &columnOf{name: "to_" + other.name, kind: "int", wide: to.wide, notNull: r.IntN(3) == 0}
			t.columns = append(t.columns, c)
			t.foreign = append(t.foreign, [3]string{c.name, other.name, to.name})
		}
		s.tables = append(s.tables, t)
	}
	return s
}

func (s schema) randomColumn(r *rand.Rand, name string) *columnOf {
	kinds := append([]string{"int", "int", "varchar(20)", "date"}, s.types...)
	c := &columnOf{name: name, kind: kinds[r.IntN(len(kinds))], notNull: r.IntN(2) == 0}
	switch {
	case c.kind == "int" && r.IntN(5) == 0:
		c.computedFrom, c.notNull = "id", false
	case c.kind == "int" || c.kind == "varchar(20)":
		c.byDefault = r.IntN(3) == 0
	}
	return c
}

func (t *tableOf) column(name string) *columnOf {
	at := slices.IndexFunc(t.columns, func(c *columnOf) bool { return c.name == name })
	return t.columns[at]
}

// changed is the schema after a few changes.
func (s schema) changed(r *rand.Rand) schema {
	next := schema{engine: s.engine, types: slices.Clone(s.types)}
	for _, t := range s.tables {
		copied := *t
		copied.columns = nil
		for _, c := range t.columns {
			one := *c
			copied.columns = append(copied.columns, &one)
		}
		copied.primary, copied.unique, copied.foreign = slices.Clone(t.primary), slices.Clone(t.unique), slices.Clone(t.foreign)
		next.tables = append(next.tables, &copied)
	}
	for range 1 + r.IntN(3) {
		if len(next.tables) == 0 {
			break
		}
		t := next.tables[r.IntN(len(next.tables))]
		switch r.IntN(8) {
		case 0:
			next.dropTable(t)
		case 1, 2:
			next.dropColumn(t, t.columns[r.IntN(len(t.columns))])
		case 3:
			t.columns = append(t.columns, next.randomColumn(r, fmt.Sprintf("n%d", r.IntN(100))))
		case 4:
			next.widen(t, t.columns[r.IntN(len(t.columns))])
		case 5:
			if len(t.unique) > 0 {
				next.dropUnique(t, t.unique[0])
			}
		case 6:
			c := t.columns[r.IntN(len(t.columns))]
			c.notNull = slices.Contains(t.primary, c.name)
			c.byDefault = false
		case 7:
			if len(next.types) > 0 {
				next.dropType(next.types[0])
			}
		}
	}
	// A name may have been taken twice.
	for _, t := range next.tables {
		seen := map[string]bool{}
		t.columns = slices.DeleteFunc(t.columns, func(c *columnOf) bool {
			defer func() { seen[c.name] = true }()
			return seen[c.name]
		})
	}
	next.tables = slices.DeleteFunc(next.tables, func(t *tableOf) bool { return len(t.columns) == 0 })
	return next
}

func (s *schema) dropTable(t *tableOf) {
	s.tables = slices.DeleteFunc(s.tables, func(other *tableOf) bool { return other == t })
	for _, other := range s.tables {
		other.foreign = slices.DeleteFunc(other.foreign, func(f [3]string) bool { return f[1] == t.name })
	}
}

func (s *schema) dropColumn(t *tableOf, c *columnOf) {
	if len(t.columns) == 1 {
		s.dropTable(t)
		return
	}
	t.columns = slices.DeleteFunc(t.columns, func(other *columnOf) bool { return other == c || other.computedFrom == c.name })
	isGone := func(name string) bool {
		return !slices.ContainsFunc(t.columns, func(c *columnOf) bool { return c.name == name })
	}
	t.primary = slices.DeleteFunc(t.primary, isGone)
	t.unique = slices.DeleteFunc(t.unique, isGone)
	t.foreign = slices.DeleteFunc(t.foreign, func(f [3]string) bool { return isGone(f[0]) })
	for _, other := range s.tables {
		other.foreign = slices.DeleteFunc(other.foreign, func(f [3]string) bool { return f[1] == t.name && isGone(f[2]) })
	}
	if len(t.columns) == 0 {
		s.dropTable(t)
	}
}

func (s *schema) dropUnique(t *tableOf, name string) {
	t.unique = slices.DeleteFunc(t.unique, func(other string) bool { return other == name })
	for _, other := range s.tables {
		other.foreign = slices.DeleteFunc(other.foreign, func(f [3]string) bool { return f[1] == t.name && f[2] == name })
	}
}

// widen makes a column wider, and takes away the foreign keys that hold it.
func (s *schema) widen(t *tableOf, c *columnOf) {
	if c.kind != "int" || c.wide {
		return
	}
	c.wide = true
	t.foreign = slices.DeleteFunc(t.foreign, func(f [3]string) bool { return f[0] == c.name })
	for _, other := range s.tables {
		other.foreign = slices.DeleteFunc(other.foreign, func(f [3]string) bool { return f[1] == t.name && f[2] == c.name })
	}
}

func (s *schema) dropType(name string) {
	s.types = slices.DeleteFunc(s.types, func(other string) bool { return other == name })
	for _, t := range slices.Clone(s.tables) {
		for _, c := range slices.Clone(t.columns) {
			if c.kind == name {
				s.dropColumn(t, c)
			}
		}
	}
}

func (s schema) sql() string {
	var b strings.Builder
	for _, name := range s.types {
		fmt.Fprintf(&b, "CREATE TYPE %s AS ENUM ('a', 'b');\n", name)
	}
	for _, t := range s.tables {
		var parts []string
		for _, c := range t.columns {
			kind := c.kind
			if c.wide {
				kind = "bigint"
			}
			part := c.name + " " + kind
			if c.computedFrom != "" {
				part += fmt.Sprintf(" GENERATED ALWAYS AS (%s + 1) STORED", c.computedFrom)
			}
			if c.notNull {
				part += " NOT NULL"
			}
			switch {
			case c.numbered && s.engine == "postgres":
				part += " GENERATED BY DEFAULT AS IDENTITY"
			case c.numbered:
				part += " AUTO_INCREMENT"
			case c.byDefault && c.kind == "int":
				part += " DEFAULT 7"
			case c.byDefault:
				part += " DEFAULT 'x'"
			}
			parts = append(parts, part)
		}
		if len(t.primary) > 0 {
			parts = append(parts, "PRIMARY KEY ("+strings.Join(t.primary, ", ")+")")
		}
		for _, name := range t.unique {
			parts = append(parts, "UNIQUE ("+name+")")
		}
		for _, f := range t.foreign {
			parts = append(parts, fmt.Sprintf("FOREIGN KEY (%s) REFERENCES %s (%s)", f[0], f[1], f[2]))
		}
		fmt.Fprintf(&b, "CREATE TABLE %s (%s);\n", t.name, strings.Join(parts, ", "))
	}
	return b.String()
}
