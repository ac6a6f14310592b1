package atlas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"ariga.io/atlas/atlasexec"
	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/schema"
	"ariga.io/atlas/sql/sqlclient"
)

// migration is what the three commands have in common.
type migration struct {
	flags     *flags
	client    *sqlclient.Client
	dir       *migrate.LocalDir
	revisions *revisions
}

func openMigration(ctx context.Context, f *flags) (*migration, error) {
	dir, err := localDir(f.dir)
	if err != nil {
		return nil, err
	}
	client, err := open(ctx, "the URL", f.url)
	if err != nil {
		return nil, err
	}
	return &migration{f, client, dir, newRevisions(client, f.revisionsSchema)}, nil
}

func localDir(address string) (*migrate.LocalDir, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "file" || u.RawQuery != "" {
		return nil, unsupported("a migration directory at %q", address)
	}
	return migrate.NewLocalDir(filepath.Join(u.Host, u.Path))
}

// applied reads the history, which is empty where the table is missing.
func (m *migration) applied(ctx context.Context) ([]*migrate.Revision, error) {
	if ok, err := m.revisions.exists(ctx); err != nil || !ok {
		return nil, err
	}
	return m.revisions.ReadRevisions(ctx)
}

func (m *migration) environment() atlasexec.Env {
	e := environmentOf(m.client)
	e.Dir = m.dir.Path()
	return e
}

func (m *migration) order() (migrate.ExecutorOption, error) {
	switch m.flags.execOrder {
	case "", "linear":
		return migrate.WithExecOrder(migrate.ExecOrderLinear), nil
	case "linear-skip":
		return migrate.WithExecOrder(migrate.ExecOrderLinearSkip), nil
	case "non-linear":
		return migrate.WithExecOrder(migrate.ExecOrderNonLinear), nil
	}
	return nil, fmt.Errorf("unknown execution order: %q", m.flags.execOrder)
}

func (m *migration) executor(driver migrate.Driver, r migrate.RevisionReadWriter, options ...migrate.ExecutorOption) (*migrate.Executor, error) {
	order, err := m.order()
	if err != nil {
		return nil, err
	}
	options = append(options, order, migrate.WithOperatorVersion("Atlas CLI "+Version+"-standin"))
	return migrate.NewExecutor(driver, m.dir, r, options...)
}

func reported(files []migrate.File) []atlasexec.File {
	var out []atlasexec.File
	for _, f := range files {
		out = append(out, atlasexec.File{Name: f.Name(), Version: f.Version(), Description: f.Desc(), Content: string(f.Bytes())})
	}
	return out
}

func migrateStatus(ctx context.Context, f *flags, out io.Writer) error {
	m, err := openMigration(ctx, f)
	if err != nil {
		return err
	}
	defer m.client.Close()
	if err := migrate.Validate(m.dir); err != nil {
		return err
	}
	available, err := m.dir.Files()
	if err != nil {
		return err
	}
	applied, err := m.applied(ctx)
	if err != nil {
		return err
	}
	report := &atlasexec.MigrateStatus{Env: m.environment(), Available: reported(available)}
	var pending []migrate.File
	if len(applied) == 0 {
		// Whether the database is clean is asked when something is applied.
		if pending, err = migrate.FilesFromLastCheckpoint(m.dir); err != nil {
			return err
		}
		report.Current = "No migration applied yet"
	} else {
		e, err := m.executor(m.client, m.revisions)
		if err != nil {
			return err
		}
		if pending, err = e.Pending(ctx); err != nil && !errors.Is(err, migrate.ErrNoPendingFiles) {
			return err
		}
		last := applied[len(applied)-1]
		report.Current = last.Version
		report.Count, report.Total, report.Error, report.SQL = last.Applied, last.Total, last.Error, last.ErrorStmt
		for _, r := range applied {
			report.Applied = append(report.Applied, &atlasexec.Revision{Version: r.Version, Description: r.Description, Type: r.Type.String(),
				Applied: r.Applied, Total: r.Total, ExecutedAt: r.ExecutedAt, ExecutionTime: r.ExecutionTime, Error: r.Error,
				ErrorStmt: r.ErrorStmt, OperatorVersion: r.OperatorVersion})
		}
	}
	report.Pending = reported(pending)
	report.Status, report.Next = "OK", "Already at latest version"
	if len(pending) > 0 {
		report.Status, report.Next = "PENDING", pending[0].Version()
	}
	return write(out, f.format, report)
}

// unlessFailed is the history inside a transaction of PostgreSQL, which takes no statement after one that failed.
type unlessFailed struct {
	*revisions
	failed bool
}

// Log implements migrate.Logger.
func (u *unlessFailed) Log(e migrate.LogEntry) {
	if _, ok := e.(migrate.LogError); ok {
		u.failed = true
	}
}

// WriteRevision implements migrate.RevisionReadWriter.
func (u *unlessFailed) WriteRevision(ctx context.Context, r *migrate.Revision) error {
	if u.failed {
		return nil
	}
	return u.revisions.WriteRevision(ctx, r)
}

// logs hands the executor's entries to several.
type logs []migrate.Logger

// Log implements migrate.Logger.
func (l logs) Log(e migrate.LogEntry) {
	for _, one := range l {
		one.Log(e)
	}
}

// account writes down what was run of a file.
type account struct{ file *atlasexec.AppliedFile }

// Log implements migrate.Logger.
func (a *account) Log(e migrate.LogEntry) {
	switch e := e.(type) {
	case migrate.LogFile:
		a.file.Skipped = e.Skip
	case migrate.LogStmt:
		a.file.Applied = append(a.file.Applied, e.SQL)
	case migrate.LogError:
		if n := len(a.file.Applied); n > 0 && a.file.Applied[n-1] == e.SQL {
			a.file.Applied = a.file.Applied[:n-1]
		}
		a.file.Error = &struct{ Stmt, Text string }{e.SQL, e.Error.Error()}
	}
}

func migrateApply(ctx context.Context, f *flags, out io.Writer) error {
	if f.toVersion != "" || f.amount > 0 {
		return unsupported("`migrate apply` up to a version, or a number of files")
	}
	m, err := openMigration(ctx, f)
	if err != nil {
		return err
	}
	defer m.client.Close()
	// Two that apply to one database at once: the second waits, then has nothing to do.
	unlock, err := m.client.Lock(ctx, "atlas_migrate_execute", 10*time.Second)
	if err != nil {
		return fmt.Errorf("acquiring database lock: %w", err)
	}
	defer func() { _ = unlock() }()

	report := &atlasexec.MigrateApply{Env: m.environment(), Start: time.Now()}
	if f.dryRun {
		return unsupported("`migrate apply --dry-run`")
	}
	if err := m.revisions.create(ctx); err != nil {
		return err
	}
	applied, err := m.revisions.ReadRevisions(ctx)
	if err != nil {
		return err
	}
	if len(applied) > 0 {
		report.Current = applied[len(applied)-1].Version
	}
	e, err := m.executor(m.client, m.revisions, migrate.WithAllowDirty(f.allowDirty), migrate.WithBaselineVersion(f.baseline))
	if err != nil {
		return err
	}
	pending, err := e.Pending(ctx)
	switch {
	case errors.Is(err, migrate.ErrNoPendingFiles):
		report.End = time.Now()
		return write(out, f.format, report)
	case err != nil:
		return err
	}
	report.Target = pending[len(pending)-1].Version()
	report.Pending = reported(pending)
	err = m.execute(ctx, pending, report)
	report.End = time.Now()
	if err != nil {
		report.Error = err.Error()
	}
	if werr := write(out, f.format, report); werr != nil && err == nil {
		err = werr
	}
	return err
}

// txModeOf is the mode of one file: its own directive is stronger than the command's.
func txModeOf(file migrate.File, mode string) (string, error) {
	mode = first(mode, "file")
	if l, ok := file.(*migrate.LocalFile); ok {
		if ds := l.Directive("txmode"); len(ds) > 0 {
			if mode == "all" && ds[0] != "all" {
				return "", fmt.Errorf("cannot set txmode directive to %q in %q when txmode %q is set globally", ds[0], file.Name(), mode)
			}
			mode = ds[0]
		}
	}
	if !slices.Contains([]string{"none", "file", "all"}, mode) {
		return "", fmt.Errorf("unknown txmode %q found in file directive %q", mode, file.Name())
	}
	return mode, nil
}

func (m *migration) execute(ctx context.Context, pending []migrate.File, report *atlasexec.MigrateApply) (err error) {
	var tx *sqlclient.TxClient
	// A transaction that is open at the end belongs to a file that failed, or to `all`.
	defer func() {
		if tx == nil {
			return
		}
		if err == nil {
			err = tx.Commit()
		} else if rerr := tx.Rollback(); rerr != nil {
			err = fmt.Errorf("%w: %v", err, rerr)
		}
	}()
	for _, file := range pending {
		mode, err := txModeOf(file, m.flags.txMode)
		if err != nil {
			return err
		}
		one := &atlasexec.AppliedFile{File: reported([]migrate.File{file})[0], Start: time.Now()}
		report.Applied = append(report.Applied, one)
		var driver migrate.Driver = m.client
		history := &unlessFailed{revisions: m.revisions}
		var log migrate.Logger = &account{one}
		if mode != "none" {
			if tx == nil {
				if tx, err = m.client.Tx(ctx, nil); err != nil {
					return err
				}
			}
			driver, history.revisions = tx.Driver, m.revisions.with(tx)
			if m.revisions.postgres {
				log = logs{log, history}
			}
		}
		e, err := m.executor(driver, history, migrate.WithLogger(log), migrate.WithAllowDirty(true))
		if err != nil {
			return err
		}
		err = e.Execute(ctx, file)
		one.End = time.Now()
		if err != nil {
			return err
		}
		if mode == "file" {
			done := tx
			tx = nil
			if err := done.Commit(); err != nil {
				return err
			}
		}
	}
	return nil
}

// migrateDown takes migrations back: the dev database shows the schema before and after each, and their difference is run.
func migrateDown(ctx context.Context, f *flags, out io.Writer) error {
	if f.toVersion == "" || f.amount > 0 {
		return unsupported("`migrate down` without --to-version")
	}
	m, err := openMigration(ctx, f)
	if err != nil {
		return err
	}
	defer m.client.Close()
	if err := migrate.Validate(m.dir); err != nil {
		return err
	}
	dev, err := open(ctx, "the dev database's URL", f.dev)
	if err != nil {
		return err
	}
	defer dev.Close()
	unlock, err := m.client.Lock(ctx, "atlas_migrate_execute", 10*time.Second)
	if err != nil {
		return fmt.Errorf("acquiring database lock: %w", err)
	}
	defer func() { _ = unlock() }()
	applied, err := m.applied(ctx)
	if err != nil {
		return err
	}
	files, err := m.dir.Files()
	if err != nil {
		return err
	}
	report := &atlasexec.MigrateDown{Start: time.Now(), Target: f.toVersion, Status: "APPLIED"}
	if len(applied) > 0 {
		report.Current = applied[len(applied)-1].Version
	}
	for i := len(applied) - 1; i >= 0 && applied[i].Version > f.toVersion; i-- {
		r := applied[i]
		if r.Applied != r.Total {
			return unsupported("`migrate down` of version %s, which is applied in part", r.Version)
		}
		at := slices.IndexFunc(files, func(f migrate.File) bool { return f.Version() == r.Version })
		if at <= 0 {
			return fmt.Errorf("migration file of version %s, or the one before it, was not found in %s", r.Version, m.dir.Path())
		}
		from, err := replay(ctx, dev, m.dir, r.Version, scope{})
		if err != nil {
			return err
		}
		to, err := replay(ctx, dev, m.dir, files[at-1].Version(), scope{})
		if err != nil {
			return err
		}
		p, err := m.downPlan(ctx, dev, from, to)
		if err != nil {
			return err
		}
		one := &atlasexec.RevertedFile{File: reported(files[at : at+1])[0], Start: time.Now(), Scope: "versions"}
		report.Planned = append(report.Planned, one.File)
		report.Reverted = append(report.Reverted, one)
		n, err := execute(ctx, m.client, p, "file")
		for _, c := range p.Changes[:n] {
			one.Applied = append(one.Applied, c.Cmd)
		}
		one.End = time.Now()
		if err != nil {
			return err
		}
		if err := m.revisions.DeleteRevision(ctx, r.Version); err != nil {
			return err
		}
		report.Total++
	}
	report.End = time.Now()
	return write(out, f.format, report)
}

func (m *migration) downPlan(ctx context.Context, dev *sqlclient.Client, from, to *schema.Realm) (*migrate.Plan, error) {
	cs, err := changes(dev, from, to, nil)
	if err != nil {
		return nil, err
	}
	return plan(ctx, m.client, cs)
}
