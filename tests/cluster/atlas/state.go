package atlas

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/schema"
	"ariga.io/atlas/sql/sqlclient"
	"github.com/hashicorp/hcl/v2/hclparse"
)

// open opens a database, of the engines that the community build has and that this project tests with.
func open(ctx context.Context, what, address string) (*sqlclient.Client, error) {
	if address == "" {
		return nil, fmt.Errorf("%s is missing", what)
	}
	scheme, _, _ := strings.Cut(address, "://")
	if !sqlclient.HasDriver(scheme) {
		return nil, unsupported("%s with the scheme %q", what, scheme)
	}
	return sqlclient.Open(ctx, address)
}

// scope is what of a database is looked at.
type scope struct{ schemas, exclude []string }

// live is the state of a database itself.
func live(client *sqlclient.Client, s scope) migrate.StateReader {
	if name := client.URL.Schema; name != "" {
		return migrate.SchemaConn(client, name, &schema.InspectOptions{Exclude: s.exclude})
	}
	return migrate.RealmConn(client, &schema.InspectRealmOption{Schemas: s.schemas, Exclude: s.exclude})
}

// desired is the state that a file of SQL or HCL describes, as the dev database shows it: SQL is run there, HCL is created
// there, and what the engine made of it is read back. Views, functions, triggers and the like are not read back, as without
// a login.
func desired(ctx context.Context, dev *sqlclient.Client, address string, s scope) (*schema.Realm, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "file" {
		return nil, unsupported("a desired state at %q", address)
	}
	path := filepath.Join(u.Host, u.Path)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	switch filepath.Ext(path) {
	case ".sql":
		dir := &migrate.MemDir{}
		if err := dir.WriteFile("schema.sql", text); err != nil {
			return nil, err
		}
		sum, err := dir.Checksum()
		if err != nil {
			return nil, err
		}
		if err := migrate.WriteSumFile(dir, sum); err != nil {
			return nil, err
		}
		realm, err := replay(ctx, dev, dir, "", s)
		// The program's own words: the health checks tell by them that a statement was refused.
		if refused := (*migrate.StmtExecError)(nil); errors.As(err, &refused) {
			return nil, fmt.Errorf("read state from %q: executing statement: %q: %w", filepath.Base(path), refused.Stmt.Text, refused.Err)
		}
		return realm, err
	case ".hcl":
		parser := hclparse.NewParser()
		if _, diags := parser.ParseHCL(text, filepath.Base(path)); diags.HasErrors() {
			return nil, diags
		}
		return normalized(ctx, dev, parser, s)
	}
	return nil, unsupported("a desired state in %q", path)
}

// replay runs a migration directory, up to a version where one is named, on the dev database.
func replay(ctx context.Context, dev *sqlclient.Client, dir migrate.Dir, version string, s scope) (*schema.Realm, error) {
	executor, err := migrate.NewExecutor(dev, dir, migrate.NopRevisionReadWriter{})
	if err != nil {
		return nil, err
	}
	return executor.Replay(ctx, live(dev, s), migrate.ReplayToVersion(version))
}

func normalized(ctx context.Context, dev *sqlclient.Client, parser *hclparse.Parser, s scope) (*schema.Realm, error) {
	realm := &schema.Realm{}
	if err := dev.Eval(parser, realm, nil); err != nil {
		return nil, err
	}
	normalizer, ok := dev.Driver.(schema.Normalizer)
	if !ok {
		return nil, fmt.Errorf("driver %s cannot normalize", dev.Name)
	}
	if dev.URL.Schema == "" {
		r, err := normalizer.NormalizeRealm(ctx, realm)
		if err != nil {
			return nil, err
		}
		return schema.ExcludeRealm(r, s.exclude)
	}
	if len(realm.Schemas) != 1 {
		return nil, fmt.Errorf("the dev database is bound to a schema, and the file defines %d schemas", len(realm.Schemas))
	}
	n, err := normalizer.NormalizeSchema(ctx, realm.Schemas[0])
	if err != nil {
		return nil, err
	}
	r := &schema.Realm{Schemas: []*schema.Schema{n}}
	n.Realm = r
	if _, err := schema.ExcludeSchema(n, s.exclude); err != nil {
		return nil, err
	}
	return r, nil
}

// changes compares two states as the connection sees them: one schema, or all of them.
func changes(client *sqlclient.Client, from, to *schema.Realm, options []schema.DiffOption) ([]schema.Change, error) {
	if client.URL.Schema == "" {
		return client.RealmDiff(from, to, options...)
	}
	if len(from.Schemas) != 1 || len(to.Schemas) != 1 {
		return nil, errors.New("a connection that is bound to a schema is compared with one schema")
	}
	// The dev database's schema has a name of its own.
	to.Schemas[0].Name = from.Schemas[0].Name
	return client.SchemaDiff(from.Schemas[0], to.Schemas[0], options...)
}

// plan is the SQL of changes, without the schema's name where the connection is bound to it.
func plan(ctx context.Context, client *sqlclient.Client, changes []schema.Change) (*migrate.Plan, error) {
	if len(changes) == 0 {
		return &migrate.Plan{}, nil
	}
	return client.PlanChanges(ctx, "plan", changes, func(o *migrate.PlanOptions) {
		o.Mode = migrate.PlanModeInPlace
		if client.URL.Schema != "" {
			o.SchemaQualifier = new(string)
		}
	})
}
