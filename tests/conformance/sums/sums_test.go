// Package sums holds `generate sum`, and the check of atlas.sum, against Atlas's own library.
package sums

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ariga.io/atlas/sql/migrate"

	"argocd-atlas-plugin/conformance/internal/fixture"
)

// directories is how many generated directories are compared.
const directories = 200

func TestSum(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for number := range directories {
		dir := filepath.Join(t.TempDir(), "migrations")
		write(t, random, dir, number)
		run(t, dir, "sum", dir)
		written, err := os.ReadFile(filepath.Join(dir, migrate.HashFileName))
		if err != nil {
			t.Fatal(err)
		}
		local, err := migrate.NewLocalDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := local.Checksum()
		if err != nil {
			t.Fatal(err)
		}
		want, err := sum.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(written, want) {
			t.Fatalf("directory %d: `generate sum` wrote\n%s\nand Atlas\n%s\nfor %s", number, written, want, listing(t, dir))
		}
		if err := migrate.Validate(local); err != nil {
			t.Fatalf("directory %d: Atlas refuses it: %v", number, err)
		}
	}
}

// What the plugin accepts and refuses is what Atlas does.
func TestCheck(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	var accepted, refused int
	for number := range directories {
		project := t.TempDir()
		dir := filepath.Join(project, "migrations")
		write(t, random, dir, number)
		run(t, project, "sum", dir)
		spoil(t, random, dir)
		spec := "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: Schema\nmetadata: {name: shop}\n" +
			"spec: {url: 'sqlite://shop.db', migrations: migrations}\n"
		if err := os.WriteFile(filepath.Join(project, "app.yaml"), []byte(spec), 0o644); err != nil {
			t.Fatal(err)
		}
		local, err := migrate.NewLocalDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		atlas := migrate.Validate(local)
		output, _ := command(t, project, "check", project).CombinedOutput()
		ours := strings.Contains(string(output), "error[atlas-sum]")
		if ours != (atlas != nil) {
			t.Fatalf("directory %d: Atlas says %v, and we\n%s\nof %s", number, atlas, output, listing(t, dir))
		}
		if ours {
			refused++
		} else {
			accepted++
		}
	}
	if accepted == 0 || refused == 0 {
		t.Fatalf("%d accepted and %d refused: this test cannot fail", accepted, refused)
	}
}

// Atlas reads both ways of what other tools wrote, and we refuse each such directory, once. What it reads rightly we
// accept.
func TestOtherTools(t *testing.T) {
	const up, down = "create table a (id int);", "drop table a;"
	both := func(first, second string) map[string]string {
		return map[string]string{"1_init.sql": first + "\n" + up + "\n" + second + "\n" + down + "\n"}
	}
	for _, c := range []struct {
		name   string
		files  map[string]string
		undoes bool
	}{
		{"goose", both("-- +goose Up", "-- +goose Down"), true},
		{"dbmate", both("-- migrate:up", "-- migrate:down"), true},
		{"sql-migrate", both("-- +migrate Up", "-- +migrate Down"), true},
		{"node-pg-migrate", both("-- Up Migration", "-- Down Migration"), true},
		{"MyBatis", both("-- // init", "-- //@UNDO"), true},
		{"golang-migrate", map[string]string{"1_init.up.sql": up, "1_init.down.sql": down}, true},
		{"db-migrate", map[string]string{"1-init-up.sql": up, "1-init-down.sql": down}, true},
		{"Flyway's undo", map[string]string{"V1__init.sql": up, "U1__init.sql": down}, true},
		{"Flyway", map[string]string{"V1__init.sql": up, "V2__more.sql": "create table b (id int);"}, false},
		{"goose without a way down", map[string]string{"1_init.sql": "-- +goose Up\n" + up + "\n"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			project := t.TempDir()
			dir := filepath.Join(project, "migrations")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			for name, text := range c.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			run(t, project, "sum", dir)
			local, err := migrate.NewLocalDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			files, err := local.Files()
			if err != nil {
				t.Fatal(err)
			}
			undoes := false
			for _, file := range files {
				statements, err := file.Stmts()
				if err != nil {
					t.Fatal(err)
				}
				for _, statement := range statements {
					undoes = undoes || strings.Contains(statement, "drop table a")
				}
			}
			if undoes != c.undoes {
				t.Fatalf("Atlas runs the way down: %v", undoes)
			}
			spec := "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: Schema\nmetadata: {name: shop}\n" +
				"spec: {url: 'sqlite://shop.db', migrations: migrations}\n"
			if err := os.WriteFile(filepath.Join(project, "app.yaml"), []byte(spec), 0o644); err != nil {
				t.Fatal(err)
			}
			output, _ := command(t, project, "check", project).CombinedOutput()
			n := strings.Count(string(output), "error[")
			refused := strings.Count(string(output), "error[other-tool]")
			if want := map[bool]int{true: 1}[c.undoes]; refused != want || n != want {
				t.Errorf("%d errors of %d expected:\n%s", n, want, output)
			}
		})
	}
}

// write makes a directory of migrations, some with the directives that change the sum.
func write(t *testing.T, random *rand.Rand, dir string, number int) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for file := range 1 + random.Intn(6) {
		name := fmt.Sprintf("2024%02d%02d_step-%d.sql", number%12+1, file+1, random.Intn(100))
		var text strings.Builder
		switch random.Intn(6) {
		case 0:
			text.WriteString("-- atlas:sum ignore\n\n")
		case 1:
			text.WriteString("-- atlas:checkpoint\n\n")
		case 2:
			text.WriteString("-- atlas:checkpoint v1.2\n\n")
		case 3:
			text.WriteString("-- a comment\r\n")
		}
		for column := range random.Intn(5) {
			fmt.Fprintf(&text, "create table t%d_%d_%d (id int, name varchar(255) default 'é');\n", number, file, column)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// Neither counts.
	for _, name := range []string{"README.md", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("no migration"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// spoil changes a directory in one way, or not at all.
func spoil(t *testing.T, random *rand.Rand, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	file := files[random.Intn(len(files))]
	switch random.Intn(5) {
	case 0:
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(file, append(text, "-- one more line\n"...), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	case 1:
		added := filepath.Join(dir, "20990101_added.sql")
		if err := os.WriteFile(added, []byte("create table added (id int);\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	case 2:
		if len(files) > 1 {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func command(t *testing.T, dir string, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(fixture.Generate(t), arguments...)
	command.Dir = dir
	command.Env = []string{}
	return command
}

func run(t *testing.T, dir string, arguments ...string) {
	t.Helper()
	if output, err := command(t, dir, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", arguments, err, output)
	}
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	var text strings.Builder
	for _, file := range files {
		bytes, _ := os.ReadFile(file)
		fmt.Fprintf(&text, "%s: %q\n", filepath.Base(file), bytes)
	}
	return text.String()
}
