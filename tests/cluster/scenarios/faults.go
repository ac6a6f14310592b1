package scenarios

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"time"

	"argocd-atlas-plugin/cluster/servers"
)

// fault is one that a scenario plays: begin breaks something, and what it returns mends it.
type fault struct {
	name string
	// program: it breaks a program that all scenarios share.
	program bool
	begin   func(s *S, away time.Duration) (end func())
}

// faults are those that a random run chooses from.
var faults = []fault{
	{name: "the database is killed", begin: (*S).faultKilled},
	{name: "the pod of the database is deleted", begin: (*S).faultPod},
	{name: "the database does not answer", begin: (*S).faultFrozen},
	{name: "the database has no connections left", begin: (*S).faultConnections},
	{name: "the database refuses the password", begin: (*S).faultPassword},
	stopped("operator", true), stopped("operator", false),
	stopped("kube-apiserver", true),
	stopped("repo-server", true),
	stopped("cmp-server", true),
	stopped("redis", true),
	stopped("application-controller", true),
}

// stopped is a program that is away for a while: killed, or asked to stop.
func stopped(name string, kill bool) fault {
	how := "is stopped"
	if kill {
		how = "is killed"
	}
	return fault{name: name + " " + how, program: true, begin: func(s *S, _ time.Duration) func() {
		s.Forgive(true)
		s.Stop(name, kill)
		return func() {
			s.must(s.Start(name))
			if name == "kube-apiserver" {
				s.Wait("an API server that answers", 2*time.Minute, func() bool {
					out, err := s.Rig.Kubectl(s.ctx, "", "get", "--raw", "/readyz")
					return err == nil && out == "ok"
				})
			}
			// What meets the beginning of a program belongs to the fault: an operator plans every schema first.
			s.sleep(8 * time.Second)
			s.Forgive(false)
		}
	}}
}

// one is the namespace's only database, if it runs.
func (s *S) one() *servers.Server {
	if found := s.Kubelet.Databases(s.Namespace); len(found) == 1 {
		return found[0]
	}
	return nil
}

// answers waits for a database that was away.
func (s *S) answers() {
	s.Wait("a database that answers", 3*time.Minute, func() bool {
		db := s.one()
		if db == nil {
			return false
		}
		ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
		defer cancel()
		_, err := db.Ask(ctx, "SELECT 1")
		return err == nil
	})
}

func (s *S) faultKilled(away time.Duration) func() {
	db := s.one()
	if db == nil {
		return s.nothing()
	}
	s.Kubelet.DelayDatabases(s.Namespace, away)
	db.Kill()
	return func() {
		s.answers()
		s.Kubelet.DelayDatabases(s.Namespace, 0)
	}
}

func (s *S) faultPod(away time.Duration) func() {
	if s.one() == nil {
		return s.nothing()
	}
	s.Kubelet.DelayDatabases(s.Namespace, away)
	s.Kubectl("-n", s.Namespace, "delete", "pod", "-l", "app.kubernetes.io/component=database", "--wait=false")
	return func() {
		s.answers()
		s.Kubelet.DelayDatabases(s.Namespace, 0)
	}
}

func (s *S) faultFrozen(time.Duration) func() {
	db := s.one()
	if db == nil {
		return s.nothing()
	}
	db.Freeze()
	return func() {
		db.Thaw()
		s.answers()
	}
}

func (s *S) faultPassword(time.Duration) func() {
	db := s.one()
	if db == nil {
		return s.nothing()
	}
	set := func(password string) error {
		if db.Engine == servers.Postgres {
			return db.Exec(s.ctx, "ALTER USER shop PASSWORD '"+password+"'")
		}
		return db.Exec(s.ctx, "ALTER USER shop@'%' IDENTIFIED BY '"+password+"'")
	}
	if err := set("another"); err != nil {
		s.Note("%v", err)
		return s.nothing()
	}
	return func() { s.must(set("secret")) }
}

func (s *S) faultConnections(time.Duration) func() {
	db := s.one()
	if db == nil {
		return s.nothing()
	}
	driver, address := "mysql", fmt.Sprintf("shop:secret@tcp(%s:%d)/shop_db", db.IP, db.Port)
	if db.Engine == servers.Postgres {
		driver, address = "postgres", fmt.Sprintf("postgres://shop:secret@%s:%d/shop_db?sslmode=disable", db.IP, db.Port)
	} else if err := db.Exec(s.ctx, "SET GLOBAL max_connections = 10"); err != nil {
		s.Note("%v", err)
		return s.nothing()
	}
	pool, err := sql.Open(driver, address)
	s.must(err)
	held := 0
	for ; held < 100; held++ {
		if _, err := pool.Conn(s.ctx); err != nil {
			s.Note("%d connections are held: %v", held, err)
			break
		}
	}
	return func() {
		pool.Close()
		if db.Engine != servers.Postgres {
			s.must(db.Exec(s.ctx, "SET GLOBAL max_connections = 151"))
		}
		s.answers()
	}
}

// nothing: there is no database that could be broken.
func (s *S) nothing() func() { return nil }

// Faults of programs are met by every scenario that is played: they take turns with those of databases, since the operator
// must not start while another scenario's database is away (docs/health.md, "What remains impossible"). Whoever is playing
// while one of them lasts, or pushes just after it, is excused.
var (
	turn    sync.RWMutex
	playing struct {
		sync.Mutex
		all   []*S
		until time.Time
	}
)

// disturbed says that a commit which is pushed now meets the fault of a program.
func disturbed() bool {
	playing.Lock()
	defer playing.Unlock()
	return time.Now().Before(playing.until)
}

func disturb(d time.Duration) {
	playing.Lock()
	defer playing.Unlock()
	playing.until = time.Now().Add(d)
	for _, s := range playing.all {
		s.excuse()
	}
}

// excuse: a failed sync of the newest commit is not counted.
func (s *S) excuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.excused[s.revision] = true
}

// listed is called by a scenario that can be met by faults of others.
func (s *S) listed() (leave func()) {
	playing.Lock()
	defer playing.Unlock()
	playing.all = append(playing.all, s)
	return func() {
		playing.Lock()
		defer playing.Unlock()
		playing.all = slices.DeleteFunc(playing.all, func(o *S) bool { return o == s })
	}
}

// await takes a lock, unless the suite ends before.
func (s *S) await(lock, unlock func()) {
	taken := make(chan struct{})
	go func() {
		lock()
		close(taken)
	}()
	select {
	case <-taken:
	case <-s.ctx.Done():
		go func() {
			<-taken
			unlock()
		}()
		panic(stop{"interrupted"})
	}
}

// during pushes a change and plays a fault: at is its moment, before (negative) or after the push, and away how long it lasts.
// tell is how Argo CD hears of the push.
func (s *S) during(f *fault, at, away time.Duration, message string, tell func()) {
	if f == nil {
		s.commit(message)
		if disturbed() {
			s.excuse()
		}
		tell()
		return
	}
	begin := func() (end func()) {
		lock, unlock := turn.RLock, turn.RUnlock
		if f.program {
			lock, unlock = turn.Lock, turn.Unlock
		}
		s.await(lock, unlock)
		done := false
		defer func() {
			if !done {
				unlock()
			}
		}()
		if f.program {
			disturb(away + 5*time.Minute)
		}
		mend := f.begin(s, away)
		done = true
		if mend == nil {
			s.Say("FAULT %s: there is no database yet", f.name)
			return unlock
		}
		s.Say("FAULT %s, for %.1f s", f.name, away.Seconds())
		return func() {
			defer unlock()
			mend()
			if f.program {
				disturb(20 * time.Second)
			}
			s.Say("FAULT has ended: %s", f.name)
		}
	}
	push := func() {
		s.commit(message)
		s.excuse()
		tell()
	}
	var end func()
	// A scenario that ends early must not leave its fault to the others.
	defer func() {
		if end != nil {
			end()
		}
	}()
	if at < 0 {
		end = begin()
		s.sleep(min(-at, away))
		push()
		if away > -at {
			s.sleep(away + at)
		}
	} else {
		push()
		s.sleep(at)
		end = begin()
		s.sleep(away)
	}
	mend := end
	end = nil
	mend()
	if f.program {
		// A webhook that found nobody is sent again.
		s.webhook()
	}
}

// webhook asks for a refresh, if anybody takes it.
func (s *S) webhook() {
	if s.Get("Application", s.Name) == nil {
		return
	}
	if err := s.patch("Application", s.Name, `{"metadata":{"annotations":{"argocd.argoproj.io/refresh":"normal"}}}`); err != nil {
		s.Note("nobody takes the webhook: %v", err)
	}
}
