// Package atlas is a stand-in for the program `atlas` that the Atlas Operator calls. The program itself is on no registry;
// its engine is: the module `ariga.io/atlas` inspects, compares, plans and runs migrations here as it does there.
//
// It does what the community build does without a login. What it cannot do it refuses, with exit status 1 and a message
// that starts with "the stand-in": nothing is passed over in silence that would change a result.
package atlas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	// The engines, and the drivers that they are opened with.
	_ "ariga.io/atlas/sql/mysql"
	_ "ariga.io/atlas/sql/postgres"
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/lib/pq"
)

// errRequireLogin is what `atlas whoami` says without a login. The operator compares the whole text.
var errRequireLogin = errors.New("command requires 'atlas login'")

// unsupported is the error for what the program can do and this package cannot.
func unsupported(format string, args ...any) error {
	return fmt.Errorf("the stand-in for atlas cannot do this: "+format, args...)
}

// Main runs the program with its arguments, without its name, and returns its exit status.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if err := run(ctx, args, stdout); err != nil {
		fmt.Fprintf(stderr, "Error: %s\n", err)
		return 1
	}
	return 0
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if os.Getenv("ATLAS_TOKEN") != "" {
		return unsupported("ATLAS_TOKEN is set, and it has no login")
	}
	name, flags, err := parseFlags(args)
	if err != nil {
		return err
	}
	switch name {
	case "version":
		// The operator accepts `atlas version vX.Y.Z` only; the community build writes `atlas community version`.
		_, err := fmt.Fprintf(out, "atlas version %s-standin\n", Version)
		return err
	case "whoami":
		return errRequireLogin
	case "schema inspect":
		return schemaInspect(ctx, flags, out)
	case "schema apply":
		return schemaApply(ctx, flags, out)
	case "migrate status":
		return migrateStatus(ctx, flags, out)
	case "migrate apply":
		return migrateApply(ctx, flags, out)
	case "migrate down":
		return migrateDown(ctx, flags, out)
	}
	return unsupported("the command `%s`", name)
}

// Version is that of the module `ariga.io/atlas` in go.mod, which a test compares.
const Version = "v1.2.3"

// flags are the values of a command line, with the settings of `atlas.hcl` below them.
type flags struct {
	env, config, url, dev, to, format string
	schemas, exclude                  []string
	txMode, plan                      string
	dryRun, autoApprove               bool

	dir, revisionsSchema, baseline, execOrder, toVersion string
	allowDirty                                           bool
	amount                                               uint64

	project *environment
}

// Flags that each command takes, beside --env, --config, --var and --format.
var known = map[string][]string{
	"version":        {},
	"whoami":         {},
	"schema inspect": {"--url", "--dev-url", "--schema", "--exclude"},
	"schema apply":   {"--url", "--to", "--dev-url", "--schema", "--exclude", "--tx-mode", "--dry-run", "--auto-approve"},
	"migrate status": {"--url", "--dir", "--revisions-schema"},
	"migrate apply": {"--url", "--dir", "--revisions-schema", "--baseline", "--tx-mode", "--exec-order", "--to-version", "--allow-dirty",
		"--dry-run", "--context"},
	"migrate down": {"--url", "--dev-url", "--dir", "--revisions-schema", "--to-version", "--context"},
}

// parseFlags reads a command line as atlasexec writes it: a flag, and its value as the next argument.
func parseFlags(args []string) (string, *flags, error) {
	if len(args) == 0 {
		return "", nil, errors.New("a command is missing")
	}
	name, rest := args[0], args[1:]
	if (name == "schema" || name == "migrate") && len(rest) > 0 {
		name, rest = name+" "+rest[0], rest[1:]
	}
	accepted, ok := known[name]
	if !ok {
		return "", nil, unsupported("the command `%s`", name)
	}
	f := &flags{}
	for len(rest) > 0 {
		flag := rest[0]
		rest = rest[1:]
		switch flag {
		case "--dry-run", "--auto-approve", "--allow-dirty":
			if !slices.Contains(accepted, flag) {
				return "", nil, unsupported("the flag %s of `%s`", flag, name)
			}
			switch flag {
			case "--dry-run":
				f.dryRun = true
			case "--auto-approve":
				f.autoApprove = true
			case "--allow-dirty":
				f.allowDirty = true
			}
			continue
		}
		if !strings.HasPrefix(flag, "--") {
			n, err := strconv.ParseUint(flag, 10, 64)
			if err != nil || !strings.HasPrefix(name, "migrate ") {
				return "", nil, unsupported("the argument %q of `%s`", flag, name)
			}
			f.amount = n
			continue
		}
		if !slices.Contains([]string{"--env", "--config", "--var", "--format"}, flag) && !slices.Contains(accepted, flag) {
			return "", nil, unsupported("the flag %s of `%s`", flag, name)
		}
		if len(rest) == 0 {
			return "", nil, fmt.Errorf("flag needs an argument: %s", flag)
		}
		value := rest[0]
		rest = rest[1:]
		switch flag {
		case "--env":
			f.env = value
		case "--config":
			f.config = value
		case "--var":
			// An atlas.hcl that uses a variable is refused when it is read.
		case "--context":
			// Who called: for the cloud alone.
		case "--format":
			f.format = value
		case "--url":
			f.url = value
		case "--to":
			f.to = value
		case "--dev-url":
			f.dev = value
		case "--schema":
			f.schemas = append(f.schemas, strings.Split(value, ",")...)
		case "--exclude":
			f.exclude = append(f.exclude, strings.Split(value, ",")...)
		case "--tx-mode":
			f.txMode = value
		case "--dir":
			f.dir = value
		case "--revisions-schema":
			f.revisionsSchema = value
		case "--baseline":
			f.baseline = value
		case "--exec-order":
			f.execOrder = value
		case "--to-version":
			f.toVersion = value
		}
	}
	if name == "version" || name == "whoami" {
		return name, f, nil
	}
	return name, f, f.withProject()
}

// withProject fills what the command line leaves open from the environment of `atlas.hcl`.
func (f *flags) withProject() error {
	f.project = &environment{}
	if f.env == "" {
		return nil
	}
	path := strings.TrimPrefix(f.config, "file://")
	if path == "" {
		path = "atlas.hcl"
	}
	env, err := readProject(path, f.env)
	if err != nil {
		return err
	}
	f.project = env
	f.dev = first(f.dev, env.dev)
	f.dir = first(f.dir, env.dir)
	f.txMode = first(f.txMode, env.txMode)
	f.execOrder = first(f.execOrder, env.execOrder)
	f.baseline = first(f.baseline, env.baseline)
	f.revisionsSchema = first(f.revisionsSchema, env.revisionsSchema)
	if len(f.schemas) == 0 {
		f.schemas = env.schemas
	}
	if len(f.exclude) == 0 {
		f.exclude = env.exclude
	}
	f.to = env.resolve(f.to)
	if f.to == "" {
		f.to = env.src
	}
	f.url = env.resolve(f.url)
	if f.url == "" {
		f.url = env.url
	}
	return nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
