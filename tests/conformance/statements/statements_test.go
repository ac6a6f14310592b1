// Package statements holds the text that several SQL files become against the scanners of Atlas's own drivers: what they
// read there is what is in the files, no more and no less.
package statements

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/mysql"
	"ariga.io/atlas/sql/postgres"
	"ariga.io/atlas/sql/sqlite"

	"argocd-atlas-plugin/conformance/internal/fixture"
)

// projects is how many random splits are tried of each schema.
const projects = 60

// sqlServer is the scanner with every option that was made for SQL Server, whose driver is not public.
type sqlServer struct{}

func (sqlServer) ScanStmts(input string) ([]*migrate.Stmt, error) {
	return (&migrate.Scanner{ScannerOptions: migrate.ScannerOptions{
		MatchBegin: true, MatchBeginTryCatch: true, BeginEndTerminator: true, GoCommand: true,
	}}).Scan(input)
}

// A schema: its URL, the scanner of its driver, and statements of which each needs only those before it.
type schema struct {
	url        string
	scanner    migrate.StmtScanner
	statements []string
	// delimiters that none of the statements contains.
	delimiters []string
}

func schemas(t *testing.T) map[string]schema {
	ordered := func(engine string, scanner migrate.StmtScanner, files ...string) []string {
		var all []string
		for _, file := range files {
			text, err := os.ReadFile(filepath.Join(fixture.Repository(t), "tests/sql_fixtures", engine, file+".sql"))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, scan(t, scanner, string(text))...)
		}
		return all
	}
	my, pg, lite := &mysql.Driver{}, &postgres.Driver{}, &sqlite.Driver{}
	return map[string]schema{
		"mysql": {"mysql://db.example.com/shop", my, append(ordered("mysql", my, "customers", "products", "a_orders", "a_report", "b_triggers"),
			"create procedure p() begin select 1; select 2; end", "create table `a;b` (x int comment 'a\\';#')"), []string{"//", "$$", ";;", "|"}},
		"postgres": {"postgres://db.example.com/shop", pg, append(ordered("postgres", pg, "types", "customers", "products", "a_orders", "a_report", "b_triggers"),
			"create function f() returns int language plpgsql as $body$ begin return 1; end $body$",
			"create function g() returns int language sql begin atomic select 1; select 2; end",
			"create table \"a;b\" (x int, y text default ';--')"), []string{"//", ";;", "~~~"}},
		"sqlite": {"sqlite://shop.db", lite, append(ordered("sqlite", lite, "customers", "a_orders", "b_triggers"),
			"create table [a b] (x int)"), []string{"//", "$$", "END_OF_STATEMENT"}},
		"sqlserver": {"sqlserver://db.example.com?database=shop", sqlServer{}, []string{
			"create table a (x int)", "create view b as select x from a", "create table c (x int)", "create schema d",
		}, []string{"//"}},
	}
}

// Random splits of a schema into files with random names and ends.
func TestSplits(t *testing.T) {
	for name, schema := range schemas(t) {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewSource(3))
			for range projects {
				project := t.TempDir()
				if err := os.Mkdir(filepath.Join(project, "sql"), 0o755); err != nil {
					t.Fatal(err)
				}
				for rest := schema.statements; len(rest) > 0; {
					n := 1 + random.Intn(min(3, len(rest)))
					file := filepath.Join(project, "sql", fmt.Sprintf("%08x.sql", random.Uint32()))
					if err := os.WriteFile(file, []byte(schema.file(random, rest[:n])), 0o644); err != nil {
						t.Fatal(err)
					}
					rest = rest[n:]
				}
				check(t, schema, project, schema.statements)
			}
		})
	}
}

// Each of these was read otherwise once.
func TestEnds(t *testing.T) {
	all := schemas(t)
	for _, c := range []struct {
		schema string
		files  []string
		want   []string
	}{
		{"mysql", []string{"create table a (x int)", "create table b (x int)"}, []string{"create table a (x int)", "create table b (x int)"}},
		{"mysql", []string{"DELIMITER $$\ncreate procedure p() begin select 1; END$$", "create table b (x int);"}, []string{"create procedure p() begin select 1; END", "create table b (x int)"}},
		{"mysql", []string{"DELIMITER //\ncreate procedure p() begin select 1; end", "create table b (x int);"}, []string{"create procedure p() begin select 1; end", "create table b (x int)"}},
		{"mysql", []string{"DELIMITER //\ncreate procedure p() begin select 1; end//\ncreate table a (x int);\nDELIMITER ;\ncreate table b (x int);"}, []string{"create procedure p() begin select 1; end", "create table a (x int)", "create table b (x int)"}},
		{"postgres", []string{"create table a (x int) -- done; really", "-- atlas:delimiter \\n\\n\ncreate table b (x int)\n\ncreate table c (x int)", "create table d (x int)"}, []string{"create table a (x int)", "create table b (x int)", "create table c (x int)", "create table d (x int)"}},
		{"postgres", []string{"-- nothing; here", "-- atlas:delimiter -- end\ncreate table b (x int)\n-- end\ncreate table c (x int)", "/* nothing; here */", "create table d (x int)"}, []string{"create table b (x int)", "create table c (x int)", "create table d (x int)"}},
		{"sqlite", []string{"create table a (x int);\ncreate trigger t after insert on a begin select 1; end -- done", "create table b (x int)"}, []string{"create table a (x int)", "create trigger t after insert on a begin select 1; end", "create table b (x int)"}},
		{"sqlserver", []string{"create table a (x int)", "create view b as select x from a\nGO", "create table c (x int);"}, []string{"create table a (x int)", "create view b as select x from a", "create table c (x int)"}},
	} {
		project := t.TempDir()
		if err := os.Mkdir(filepath.Join(project, "sql"), 0o755); err != nil {
			t.Fatal(err)
		}
		for number, text := range c.files {
			file := filepath.Join(project, "sql", fmt.Sprintf("%d.sql", number))
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		check(t, all[c.schema], project, c.want)
	}
}

// file is a file with these statements, in one of the ways in which people write one.
func (s schema) file(random *rand.Rand, statements []string) string {
	fits := func(delimiter string) bool {
		return !slices.ContainsFunc(statements, func(one string) bool { return strings.Contains(one, delimiter) })
	}
	delimiter := s.delimiters[random.Intn(len(s.delimiters))]
	lines := []string{"\n\n\n", "-- end"}[random.Intn(2)]
	last := func(delimiter string) string { return []string{delimiter, ""}[random.Intn(2)] }
	var text string
	switch style := random.Intn(4); {
	case style == 0 && fits(delimiter):
		text = "DELIMITER " + delimiter + "\n" + strings.Join(statements, delimiter+"\n")
		if random.Intn(2) == 0 {
			text += delimiter + "\nDELIMITER ;"
		} else {
			text += last(delimiter)
		}
	case style == 1 && fits(lines):
		text = "-- atlas:delimiter " + strings.ReplaceAll(lines, "\n", `\n`) + "\n" + strings.Join(statements, "\n"+lines+"\n") + last("\n"+lines)
	case s.scanner == sqlServer{}:
		text = strings.Join(statements, "\nGO\n") + last("\nGO")
	default:
		text = strings.Join(statements, ";\n") + last(";")
	}
	tails := []string{"", "\n", "\n-- done; really", "\n/* done; */", "\n\n\n", " -- '\n"}
	if strings.HasSuffix(text, "GO") {
		// Nothing may follow it.
		tails = tails[:5]
	}
	text += tails[random.Intn(len(tails))]
	if random.Intn(5) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return []string{"", "", "\ufeff"}[random.Intn(3)] + text
}

// check compiles a project, and compares what Atlas reads in the AtlasSchema, in any order, with what should be there.
func check(t *testing.T, schema schema, project string, want []string) {
	t.Helper()
	spec := "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: Schema\nmetadata: {name: shop}\n" +
		"spec: {url: '" + schema.url + "', files: ['sql/*.sql']}\n"
	if err := os.WriteFile(filepath.Join(project, "app.yaml"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(fixture.Generate(t), project)
	command.Env = []string{}
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, complaints.String(), listing(t, project))
	}
	documents, err := fixture.Documents(output)
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range fixture.Objects(documents) {
		if object.GetKind() != "AtlasSchema" {
			continue
		}
		desired := object.Object["spec"].(map[string]any)["schema"].(map[string]any)
		text := desired["sql"].(string)
		got, wanted := scan(t, schema.scanner, text), normal(want)
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Fatalf("Atlas reads\n%s\nand not\n%s\nin\n%s", strings.Join(got, "\n== \n"), strings.Join(wanted, "\n== \n"), text)
		}
		return
	}
	t.Fatalf("no AtlasSchema in\n%s", output)
}

// scan is what Atlas reads. `GO` after a delimiter makes a statement with nothing in it, which a server takes.
func scan(t *testing.T, scanner migrate.StmtScanner, text string) []string {
	t.Helper()
	found, err := scanner.ScanStmts(text)
	if err != nil {
		t.Fatalf("Atlas: %v in\n%s", err, text)
	}
	var all []string
	for _, one := range found {
		all = append(all, one.Text)
	}
	return slices.DeleteFunc(normal(all), func(one string) bool { return one == "" })
}

// normal is statements without delimiters and without comments behind them, which Atlas keeps with them.
func normal(statements []string) []string {
	all := make([]string, len(statements))
	for i, one := range statements {
		one = strings.ReplaceAll(one, "\r\n", "\n")
		for _, comment := range []string{"-- done; really", "/* done; */", "-- '"} {
			one = strings.TrimSuffix(strings.TrimSpace(one), comment)
		}
		all[i] = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(one), ";"))
	}
	return all
}

func listing(t *testing.T, project string) string {
	files, _ := filepath.Glob(filepath.Join(project, "sql", "*"))
	var text strings.Builder
	for _, file := range files {
		content, _ := os.ReadFile(file)
		fmt.Fprintf(&text, "%s: %q\n", filepath.Base(file), content)
	}
	return text.String()
}
