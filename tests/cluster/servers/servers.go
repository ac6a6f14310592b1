// Package servers runs real MariaDB and PostgreSQL servers as the official images would: the environment of the container
// decides the user, the password and the database, and a new volume is initialised by a server that listens on a socket alone.
package servers

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	// The drivers for asking and initialising.
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/lib/pq"
)

// Engines that there is a server for.
const (
	MariaDB  = "mariadb"
	Postgres = "postgres"
)

var image = regexp.MustCompile(`(?:^|/)(mysql|mariadb|postgres)(?::|@|$)`)

// EngineOf is the engine of a container image, or nothing. MariaDB stands for MySQL.
func EngineOf(name string) string {
	m := image.FindStringSubmatch(name)
	switch {
	case m == nil:
		return ""
	case m[1] == "postgres":
		return Postgres
	default:
		return MariaDB
	}
}

// Missing says which programs are not installed.
func Missing() []string {
	var missing []string
	for _, p := range []string{"mariadbd", "mariadb-install-db"} {
		if _, err := exec.LookPath(p); err != nil {
			if _, err := os.Stat("/usr/sbin/" + p); err != nil {
				missing = append(missing, p+" (Debian: mariadb-server)")
			}
		}
	}
	if postgresBin() == "" {
		missing = append(missing, "postgres (Debian: postgresql)")
	}
	return missing
}

func postgresBin() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return ""
	}
	slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(found[len(found)-1])
}

func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// Server is one database server.
type Server struct {
	Engine, IP string
	Port       int
	// Data is the volume, Run a short path of the server's own for its sockets and its log, Templates a directory that servers
	// share for new volumes.
	Data, Run, Templates string
	// Env and Args are the container's.
	Env  map[string]string
	Args []string

	log     *os.File
	process *process
}

type process struct {
	*exec.Cmd
	done chan struct{}
}

// DefaultPort is the engine's.
func DefaultPort(engine string) int {
	if engine == Postgres {
		return 5432
	}
	return 3306
}

// Start initialises an empty volume and runs the server. It may be started again when it has ended.
func (s *Server) Start(ctx context.Context) error {
	if len(s.Run) > 90 {
		return fmt.Errorf("%s: the path of a socket would be too long for this system", s.Run)
	}
	if err := os.MkdirAll(s.Run, 0o700); err != nil {
		return err
	}
	if s.log == nil {
		f, err := os.OpenFile(filepath.Join(s.Run, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		s.log = f
	}
	var err error
	if s.Engine == Postgres {
		err = s.startPostgres(ctx)
	} else {
		err = s.startMariaDB(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w (%s)", s.Engine, err, filepath.Join(s.Run, "server.log"))
	}
	return nil
}

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.process.done }

// Kill ends the server as a power cut would.
func (s *Server) Kill() {
	if s.process != nil {
		_ = s.process.Process.Kill()
		<-s.process.done
	}
}

// Freeze makes the server take connections and answer none, until Thaw.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw ends Freeze.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(signal syscall.Signal) {
	if s.process != nil {
		_ = s.process.Process.Signal(signal)
	}
}

// Stop ends the server in order.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	s.process.end(s.Engine)
}

func (p *process) end(engine string) {
	signal := syscall.SIGTERM
	if engine == Postgres {
		// The fast shutdown: connections are closed.
		signal = syscall.SIGINT
	}
	_ = p.Process.Signal(signal)
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		_ = p.Process.Kill()
		<-p.done
	}
}

func (s *Server) spawn(name string, args ...string) (*process, error) {
	p := &process{s.command(context.Background(), name, args...), make(chan struct{})}
	if err := p.Cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.Wait()
		close(p.done)
	}()
	return p, nil
}

func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr = s.log, s.log
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if s.Engine == Postgres {
		asAnother(c.SysProcAttr)
	}
	return c
}

// asAnother gives the process another user id, since PostgreSQL refuses to run as root: a user namespace of its own, in
// which our id is another's. The files stay ours, and nobody needs to be able to change ids for it.
func asAnother(a *syscall.SysProcAttr) {
	if os.Geteuid() != 0 {
		return
	}
	// initdb looks itself up in /etc/passwd.
	id := 65534
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			id, _ = strconv.Atoi(u.Uid)
			break
		}
	}
	a.Cloneflags = syscall.CLONE_NEWUSER
	a.UidMappings = []syscall.SysProcIDMap{{ContainerID: id, HostID: 0, Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{ContainerID: id, HostID: os.Getegid(), Size: 1}}
}

// Socket is the path of MariaDB's socket.
func (s *Server) Socket() string { return filepath.Join(s.Run, "s.sock") }

// variable is MARIADB_* or, without it, MYSQL_*, as in the images.
func (s *Server) variable(name string) string {
	if v, ok := s.Env["MARIADB_"+name]; ok {
		return v
	}
	return s.Env["MYSQL_"+name]
}

var templates sync.Mutex

// template makes a new volume once for all servers that want the same.
func (s *Server) template(name string, fill func(path string) error) error {
	templates.Lock()
	defer templates.Unlock()
	path := filepath.Join(s.Templates, name)
	if _, err := os.Stat(path); err != nil {
		if err := os.MkdirAll(s.Templates, 0o700); err != nil {
			return err
		}
		_ = os.RemoveAll(path + ".new")
		if err := fill(path + ".new"); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(s.Data), 0o700); err != nil {
		return err
	}
	_ = os.RemoveAll(s.Data)
	return exec.Command("cp", "-a", path, s.Data).Run()
}

func (s *Server) mariadbd(more ...string) []string {
	// Temporary tables are named by the process id, which a server of another run has as well, in its own namespace: in one
	// /tmp, they would delete each other's.
	args := []string{"--no-defaults", "--datadir=" + s.Data, "--socket=" + s.Socket(), "--pid-file=" + s.Run + "/pid", "--tmpdir=" + s.Run,
		"--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=2", "--performance-schema=OFF",
		"--character-set-server=utf8mb4", "--skip-name-resolve", "--skip-log-bin", "--lc-messages-dir=/usr/share/mysql"}
	if os.Geteuid() == 0 {
		args = append(args, "--user=root")
	}
	return append(append(args, s.Args...), more...)
}

func (s *Server) startMariaDB(ctx context.Context) error {
	mariadbd := "/usr/sbin/mariadbd"
	if _, err := os.Stat(s.Data + "/initialised"); err != nil {
		err := s.template(MariaDB, func(path string) error {
			args := []string{"--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--datadir=" + path}
			if os.Geteuid() == 0 {
				args = append(args, "--user=root")
			}
			return s.command(ctx, "mariadb-install-db", args...).Run()
		})
		if err != nil {
			return fmt.Errorf("mariadb-install-db: %w", err)
		}
		temporary, err := s.spawn(mariadbd, s.mariadbd("--skip-networking")...)
		if err != nil {
			return err
		}
		defer temporary.end(s.Engine)
		if err := s.initialise(ctx, temporary, "mysql", fmt.Sprintf("root@unix(%s)/?multiStatements=true", s.Socket()), s.mariadbGrants()); err != nil {
			return err
		}
		temporary.end(s.Engine)
		// The mark of a volume that is whole: one whose initialisation was cut short is made anew.
		if err := os.WriteFile(s.Data+"/initialised", nil, 0o600); err != nil {
			return err
		}
	}
	p, err := s.spawn(mariadbd, s.mariadbd("--bind-address="+s.IP, fmt.Sprintf("--port=%d", s.Port))...)
	s.process = p
	return err
}

func (s *Server) mariadbGrants() []string {
	text := func(v string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, "'", "''").Replace(v) + "'"
	}
	root := text(s.variable("ROOT_PASSWORD"))
	grants := []string{"DELETE FROM mysql.global_priv WHERE User = '' OR User = 'root' AND Host <> 'localhost'", "FLUSH PRIVILEGES",
		"CREATE USER root@'%' IDENTIFIED BY " + root, "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION"}
	name := "`" + strings.ReplaceAll(s.variable("DATABASE"), "`", "``") + "`"
	if name != "``" {
		grants = append(grants, "CREATE DATABASE IF NOT EXISTS "+name)
	}
	if u := s.variable("USER"); u != "" && u != "root" {
		grants = append(grants, fmt.Sprintf("CREATE USER %s@'%%' IDENTIFIED BY %s", text(u), text(s.variable("PASSWORD"))))
		if name != "``" {
			grants = append(grants, fmt.Sprintf("GRANT ALL ON %s.* TO %s@'%%'", name, text(u)))
		}
	}
	// Last: the connection that does this is root's.
	return append(grants, "ALTER USER root@localhost IDENTIFIED BY "+root)
}

func (s *Server) postgres(more ...string) []string {
	return append(append([]string{"-D", s.Data, "-k", s.Run, "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=50"},
		s.Args...), more...)
}

func (s *Server) postgresUser() string { return firstOf(s.Env["POSTGRES_USER"], "postgres") }

func (s *Server) postgresDatabase() string { return firstOf(s.Env["POSTGRES_DB"], s.postgresUser()) }

func (s *Server) startPostgres(ctx context.Context) error {
	bin := postgresBin()
	if _, err := os.Stat(s.Data + "/initialised"); err != nil {
		name, password := s.postgresUser(), s.Env["POSTGRES_PASSWORD"]
		err := s.template(fmt.Sprintf("%s-%x", Postgres, sha256.Sum256([]byte(name+"\x00"+password))), func(path string) error {
			file := s.Run + "/password"
			if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
				return err
			}
			defer os.Remove(file)
			return s.command(ctx, bin+"/initdb", "-D", path, "-U", name, "--pwfile="+file, "--auth-host=scram-sha-256", "--auth-local=trust",
				"--no-sync", "-E", "UTF8", "--locale=C.UTF-8").Run()
		})
		if err != nil {
			return fmt.Errorf("initdb: %w", err)
		}
		hba, err := os.OpenFile(s.Data+"/pg_hba.conf", os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(hba, "host all all all scram-sha-256\n"); err != nil {
			return err
		}
		if err := hba.Close(); err != nil {
			return err
		}
		temporary, err := s.spawn(bin+"/postgres", s.postgres("-c", "listen_addresses=")...)
		if err != nil {
			return err
		}
		defer temporary.end(s.Engine)
		var statements []string
		if d := s.postgresDatabase(); d != "postgres" {
			statements = append(statements, `CREATE DATABASE "`+strings.ReplaceAll(d, `"`, `""`)+`"`)
		}
		if err := s.initialise(ctx, temporary, "postgres", s.postgresAddress("postgres"), statements); err != nil {
			return err
		}
		temporary.end(s.Engine)
		if err := os.WriteFile(s.Data+"/initialised", nil, 0o600); err != nil {
			return err
		}
	}
	p, err := s.spawn(bin+"/postgres", s.postgres("-c", "listen_addresses="+s.IP, "-p", strconv.Itoa(s.Port))...)
	s.process = p
	return err
}

func (s *Server) postgresAddress(database string) string {
	q := url.Values{"host": {s.Run}, "sslmode": {"disable"}, "user": {s.postgresUser()}, "dbname": {database}}
	if s.process != nil {
		q.Set("port", strconv.Itoa(s.Port))
	}
	return "postgres:///?" + q.Encode()
}

// initialise waits for the temporary server and runs statements in it.
func (s *Server) initialise(ctx context.Context, p *process, driver, address string, statements []string) error {
	db, err := sql.Open(driver, address)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for deadline := time.Now().Add(90 * time.Second); ; {
		if err = db.PingContext(ctx); err == nil {
			break
		}
		select {
		case <-p.done:
			return errors.New("the temporary server ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the temporary server does not answer: %w", err)
		}
	}
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func (s *Server) open() (*sql.DB, error) {
	if s.Engine == Postgres {
		return sql.Open("postgres", s.postgresAddress(s.postgresDatabase()))
	}
	// The driver takes a password as it is, up to the last `@`.
	return sql.Open("mysql", fmt.Sprintf("root:%s@unix(%s)/%s", s.variable("ROOT_PASSWORD"), s.Socket(), s.variable("DATABASE")))
}

// Ask runs a query as the superuser, through the socket, and returns the first column.
func (s *Server) Ask(ctx context.Context, query string) ([]string, error) {
	db, err := s.open()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var v sql.NullString
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		found = append(found, v.String)
	}
	return found, rows.Err()
}

// Exec runs a statement as the superuser, through the socket.
func (s *Server) Exec(ctx context.Context, statement string) error {
	db, err := s.open()
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// Columns are all `database.table.column` of the server's own databases.
func (s *Server) Columns(ctx context.Context) ([]string, error) {
	if s.Engine == Postgres {
		return s.Ask(ctx, "SELECT current_database() || '.' || table_name || '.' || column_name FROM information_schema.columns "+
			"WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1")
	}
	return s.Ask(ctx, "SELECT CONCAT(table_schema, '.', table_name, '.', column_name) FROM information_schema.columns "+
		"WHERE table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') ORDER BY 1")
}
