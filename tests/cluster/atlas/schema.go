package atlas

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"text/template"
	"time"

	"ariga.io/atlas/atlasexec"
	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/schema"
	"ariga.io/atlas/sql/sqlclient"
)

// write prints a report by the template of --format.
func write(out io.Writer, format string, report any) error {
	if format == "" {
		format = "{{ json . }}"
	}
	t, err := template.New("format").Funcs(template.FuncMap{
		"json": func(v any) (string, error) {
			text, err := json.Marshal(v)
			return string(text), err
		},
		"base64url": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"sql": func(v any) (string, error) {
			i, ok := v.(*inspection)
			if !ok {
				return "", fmt.Errorf("`sql` takes an inspected schema")
			}
			return i.SQL()
		},
	}).Parse(format)
	if err != nil {
		return unsupported("the format %q: %s", format, err)
	}
	if err := t.Execute(out, report); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out)
	return err
}

func environmentOf(client *sqlclient.Client) atlasexec.Env {
	return atlasexec.Env{Driver: client.Name, URL: client.URL}
}

// inspection is what `schema inspect` prints.
type inspection struct {
	ctx    context.Context
	client *sqlclient.Client
	realm  *schema.Realm
}

// MarshalHCL is the schema in Atlas's language.
func (i *inspection) MarshalHCL() (string, error) {
	text, err := i.client.MarshalSpec(i.realm)
	return string(text), err
}

// Hash is equal for equal schemas.
func (i *inspection) Hash() (string, error) {
	text, err := i.client.MarshalSpec(i.realm)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return base64.StdEncoding.EncodeToString(sum[:]), nil
}

// SQL is the statements that make the schema.
func (i *inspection) SQL() (string, error) {
	from := &schema.Realm{}
	if i.client.URL.Schema != "" {
		s := schema.New(i.realm.Schemas[0].Name).AddAttrs(i.realm.Schemas[0].Attrs...)
		s.Realm = from
		from.Schemas = []*schema.Schema{s}
	}
	cs, err := changes(i.client, from, i.realm, nil)
	if err != nil {
		return "", err
	}
	p, err := plan(i.ctx, i.client, cs)
	if err != nil {
		return "", err
	}
	text := ""
	for _, c := range p.Changes {
		text += c.Cmd + ";\n"
	}
	return text, nil
}

func schemaInspect(ctx context.Context, f *flags, out io.Writer) error {
	s := scope{f.schemas, f.exclude}
	i := &inspection{ctx: ctx}
	if len(f.url) > 5 && f.url[:5] == "file:" {
		dev, err := open(ctx, "the dev database's URL", f.dev)
		if err != nil {
			return err
		}
		defer dev.Close()
		i.client = dev
		if i.realm, err = desired(ctx, dev, f.url, s); err != nil {
			return err
		}
	} else {
		client, err := open(ctx, "the URL", f.url)
		if err != nil {
			return err
		}
		defer client.Close()
		i.client = client
		if i.realm, err = live(client, s).ReadState(ctx); err != nil {
			return err
		}
	}
	if f.format == "" {
		f.format = "{{ .MarshalHCL }}"
	}
	return write(out, f.format, i)
}

func schemaApply(ctx context.Context, f *flags, out io.Writer) error {
	if !f.dryRun && !f.autoApprove {
		return unsupported("`schema apply` with neither --dry-run nor --auto-approve: there is nobody to ask")
	}
	start := time.Now()
	s := scope{f.schemas, f.exclude}
	client, err := open(ctx, "the URL", f.url)
	if err != nil {
		return err
	}
	defer client.Close()
	dev, err := open(ctx, "the dev database's URL", f.dev)
	if err != nil {
		return err
	}
	defer dev.Close()
	if (client.URL.Schema == "") != (dev.URL.Schema == "") {
		return fmt.Errorf("the database and the dev database must both be bound to a schema, or neither")
	}
	to, err := desired(ctx, dev, f.to, s)
	if err != nil {
		return err
	}
	from, err := live(client, s).ReadState(ctx)
	if err != nil {
		return err
	}
	// As the program does: both states were read from a server, which has put every expression into its own words. Without this,
	// a check that keeps its name and gets another expression would not be a change.
	cs, err := changes(client, from, to, append(f.project.diff, schema.DiffNormalized()))
	if err != nil {
		return err
	}
	p, err := plan(ctx, client, cs)
	if err != nil {
		return err
	}
	report := &atlasexec.SchemaApply{Env: environmentOf(client), Start: start}
	applied := 0
	if !f.dryRun {
		applied, err = execute(ctx, client, p, f.txMode)
	}
	for i, c := range p.Changes {
		if i < applied {
			report.Changes.Applied = append(report.Changes.Applied, c.Cmd)
		} else {
			report.Changes.Pending = append(report.Changes.Pending, c.Cmd)
		}
	}
	if err != nil {
		report.Changes.Error = &atlasexec.StmtError{Text: err.Error()}
		if applied < len(p.Changes) {
			report.Changes.Error.Stmt = p.Changes[applied].Cmd
		}
	}
	report.End = time.Now()
	if werr := write(out, f.format, report); werr != nil && err == nil {
		err = werr
	}
	return err
}

// execute runs a plan and returns how many of its statements are in force.
func execute(ctx context.Context, client *sqlclient.Client, p *migrate.Plan, txMode string) (int, error) {
	// MariaDB commits by itself at each of these statements, so that a transaction takes nothing back there.
	implicit := client.Name != "postgres"
	var execer schema.ExecQuerier = client
	var tx *sqlclient.TxClient
	switch txMode {
	case "", "file", "all":
		if len(p.Changes) > 0 {
			var err error
			if tx, err = client.Tx(ctx, nil); err != nil {
				return 0, err
			}
			execer = tx
		}
	case "none":
	default:
		return 0, fmt.Errorf("unknown tx-mode %q", txMode)
	}
	for i, c := range p.Changes {
		if _, err := execer.ExecContext(ctx, c.Cmd, c.Args...); err != nil {
			if c.Comment != "" {
				err = fmt.Errorf("%s: %w", c.Comment, err)
			}
			if tx != nil {
				if rerr := tx.Rollback(); rerr != nil {
					err = fmt.Errorf("%w: %v", err, rerr)
				}
				if !implicit {
					return 0, err
				}
			}
			return i, err
		}
	}
	if tx != nil {
		if err := tx.Commit(); err != nil {
			return 0, err
		}
	}
	return len(p.Changes), nil
}
