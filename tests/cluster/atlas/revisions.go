package atlas

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/schema"
	"ariga.io/atlas/sql/sqlclient"
)

const revisionsTable = "atlas_schema_revisions"

// revisions is the table in which Atlas notes the migrations of a database.
type revisions struct {
	schema.ExecQuerier
	schema   string
	postgres bool
}

// newRevisions finds the table's schema: the one named, the connection's, or one of its own.
func newRevisions(client *sqlclient.Client, name string) *revisions {
	return &revisions{ExecQuerier: client, schema: first(name, client.URL.Schema, revisionsTable), postgres: client.Name == "postgres"}
}

// with is the same table in a transaction.
func (r *revisions) with(e schema.ExecQuerier) *revisions {
	return &revisions{ExecQuerier: e, schema: r.schema, postgres: r.postgres}
}

// Ident implements migrate.RevisionReadWriter.
func (r *revisions) Ident() *migrate.TableIdent {
	return &migrate.TableIdent{Name: revisionsTable, Schema: r.schema}
}

func (r *revisions) quote(name string) string {
	if r.postgres {
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

func (r *revisions) table() string { return r.quote(r.schema) + "." + r.quote(revisionsTable) }

// statement writes `?` as the engine wants it.
func (r *revisions) statement(text string) string {
	if !r.postgres {
		return text
	}
	var b strings.Builder
	n := 0
	for _, c := range text {
		if c == '?' {
			n++
			fmt.Fprintf(&b, "$%d", n)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// exists asks whether the table is there, so that `migrate status` writes nothing.
func (r *revisions) exists(ctx context.Context) (bool, error) {
	rows, err := r.QueryContext(ctx, r.statement("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = ? AND table_name = ?"),
		r.schema, revisionsTable)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return false, err
		}
	}
	return n > 0, rows.Err()
}

// create makes the table where it is missing.
func (r *revisions) create(ctx context.Context) error {
	if ok, err := r.exists(ctx); err != nil || ok {
		return err
	}
	statements := []string{
		"CREATE SCHEMA IF NOT EXISTS " + r.quote(r.schema),
		"CREATE TABLE IF NOT EXISTS " + r.table() + " (version varchar(255) NOT NULL PRIMARY KEY, description varchar(255) NOT NULL, " +
			"type bigint NOT NULL DEFAULT 2, applied bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0, " +
			"executed_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, execution_time bigint NOT NULL, error text NULL, error_stmt text NULL, " +
			"hash varchar(255) NOT NULL, partial_hashes text NULL, operator_version varchar(255) NOT NULL)",
	}
	if r.schema != revisionsTable {
		statements = statements[1:]
	}
	for _, s := range statements {
		if _, err := r.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

const columns = "version, description, type, applied, total, executed_at, execution_time, error, error_stmt, hash, partial_hashes, " +
	"operator_version"

// ReadRevisions implements migrate.RevisionReadWriter.
func (r *revisions) ReadRevisions(ctx context.Context) ([]*migrate.Revision, error) {
	return r.read(ctx, "SELECT "+columns+" FROM "+r.table()+" ORDER BY version")
}

// ReadRevision implements migrate.RevisionReadWriter.
func (r *revisions) ReadRevision(ctx context.Context, version string) (*migrate.Revision, error) {
	found, err := r.read(ctx, "SELECT "+columns+" FROM "+r.table()+" WHERE version = ?", version)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, migrate.ErrRevisionNotExist
	}
	return found[0], nil
}

func (r *revisions) read(ctx context.Context, query string, args ...any) ([]*migrate.Revision, error) {
	rows, err := r.QueryContext(ctx, r.statement(query), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []*migrate.Revision
	for rows.Next() {
		v := &migrate.Revision{}
		var failure, statement, hashes sql.NullString
		var executed time.Time
		if err := rows.Scan(&v.Version, &v.Description, &v.Type, &v.Applied, &v.Total, &executed, &v.ExecutionTime, &failure, &statement,
			&v.Hash, &hashes, &v.OperatorVersion); err != nil {
			return nil, err
		}
		v.ExecutedAt, v.Error, v.ErrorStmt = executed, failure.String, statement.String
		if hashes.String != "" {
			if err := json.Unmarshal([]byte(hashes.String), &v.PartialHashes); err != nil {
				return nil, err
			}
		}
		found = append(found, v)
	}
	return found, rows.Err()
}

// WriteRevision implements migrate.RevisionReadWriter.
func (r *revisions) WriteRevision(ctx context.Context, v *migrate.Revision) error {
	hashes, err := json.Marshal(v.PartialHashes)
	if err != nil {
		return err
	}
	set := []string{}
	for _, c := range strings.Split(columns, ", ")[1:] {
		if r.postgres {
			set = append(set, c+" = EXCLUDED."+c)
		} else {
			set = append(set, c+" = VALUES("+c+")")
		}
	}
	conflict := " ON DUPLICATE KEY UPDATE "
	if r.postgres {
		conflict = " ON CONFLICT (version) DO UPDATE SET "
	}
	_, err = r.ExecContext(ctx, r.statement("INSERT INTO "+r.table()+" ("+columns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"+
		conflict+strings.Join(set, ", ")),
		v.Version, v.Description, int(v.Type), v.Applied, v.Total, v.ExecutedAt.UTC(), int64(v.ExecutionTime), v.Error, v.ErrorStmt, v.Hash,
		string(hashes), v.OperatorVersion)
	return err
}

// DeleteRevision implements migrate.RevisionReadWriter.
func (r *revisions) DeleteRevision(ctx context.Context, version string) error {
	_, err := r.ExecContext(ctx, r.statement("DELETE FROM "+r.table()+" WHERE version = ?"), version)
	return err
}
