package scenarios

import (
	"fmt"
	"math/rand"
	"strings"
	"time"

	"argocd-atlas-plugin/cluster/rig"
)

// Random is one run of `tests/cluster/run random`: a random sequence of changes, with random faults at random moments. The
// same seed makes the same sequence; what meets what depends on the machine.
func Random(seed int64) Definition {
	return Definition{Name: fmt.Sprintf("random-%d", seed), What: fmt.Sprintf("random changes and faults, seed %d", seed),
		Play: func(s *S) { random(s, seed) }}
}

// step is one change of a run, and the fault that it meets, if any.
type step struct {
	kind     string
	mistake  int
	fault    *fault
	at, away time.Duration
	// waits: the next change comes when this one is in force.
	waits bool
}

// shop is what stands in Git.
type shop struct {
	engine, broken string
	versioned      bool
	late           bool
	image          int
	columns        []int
}

const randomLimit = 7 * time.Minute

func random(s *S, seed int64) {
	defer s.listed()()
	s.volume = true
	r := rand.New(rand.NewSource(seed))
	now := shop{engine: []string{"mariadb", "postgres"}[r.Intn(2)], versioned: r.Intn(3) == 0, late: r.Intn(3) == 0, image: 1}
	lateness := time.Duration(3+r.Intn(20)) * time.Second
	steps := []step{{kind: "install"}}
	for range 3 + r.Intn(2) {
		steps = append(steps, step{kind: []string{"column", "column", "image", "revert", "broken", "broken"}[r.Intn(6)]})
	}
	for i := range steps {
		steps[i].mistake, steps[i].waits = r.Intn(3), r.Intn(4) > 0 || i == 0 || i == len(steps)-1
		f, at, away := r.Intn(len(faults)), time.Duration(r.Intn(18000)-3000)*time.Millisecond, time.Duration(1000+r.Intn(14000))*time.Millisecond
		if r.Intn(4) > 0 {
			steps[i].fault, steps[i].at, steps[i].away = &faults[f], at, away
		}
	}
	s.Say("SEED %d: %s, versioned=%v, late Secret=%v", seed, now.engine, now.versioned, now.late)
	for _, p := range steps {
		text := "no fault"
		if p.fault != nil {
			text = fmt.Sprintf("%s %.1f s after the push, for %.1f s", p.fault.name, p.at.Seconds(), p.away.Seconds())
		}
		s.Note("PLAN %s, waits=%v, %s", p.kind, p.waits, text)
	}

	var before []shop
	images := 1
	// next is another version of the application, which needs all columns of Git.
	next := func() {
		images++
		now.image = images
		needs := []string{"shop_db.items.id", "shop_db.items.name"}
		for _, c := range now.columns {
			needs = append(needs, fmt.Sprintf("shop_db.items.c%d", c))
		}
		s.Needs(fmt.Sprintf("shop:%d", images), needs...)
	}
	column := func() {
		now.columns = append(now.columns[:len(now.columns):len(now.columns)], images+1)
		next()
	}
	if now.versioned {
		s.File("migrations/20260101000001_items.sql", "create table items (id int not null primary key, name varchar(100));\n")
	}
	for i, p := range steps {
		good := now
		switch p.kind {
		case "install":
			s.Needs("shop:1", "shop_db.items.id", "shop_db.items.name")
		case "column":
			before = append(before, now)
			column()
		case "image":
			before = append(before, now)
			next()
		case "revert":
			if n := len(before); n == 0 {
				// There is nothing to go back to, and a commit that changes nothing is not synced.
				before = append(before, now)
				next()
			} else {
				old := before[n-1]
				before = before[:n-1]
				if now.versioned {
					// A migration that is applied stays.
					old.columns = now.columns
				}
				now = old
			}
		case "broken":
			images++
			now.image = images
			s.Never(fmt.Sprintf("shop:%d", images))
			now.broken = []string{"broken frobnicate(3)", "owner varchar(10), foreign key (owner) references items (id)",
				"total int generated always as (nosuchfunction(id)) stored"}[p.mistake]
		}
		now.write(s)
		message := fmt.Sprintf("%d %s: shop:%d", i, p.kind, now.image)
		if i == 0 {
			s.Kubectl("create", "namespace", s.Namespace)
			s.during(p.fault, p.at.Abs(), p.away, message, s.CreateApplication)
			if now.late {
				s.sleep(lateness)
				s.Kubectl("-n", s.Namespace, "create", "secret", "generic", "shop-db-credentials", "--from-literal=username=shop", "--from-literal=password=secret")
				s.Say("SECRET made")
			}
			s.WaitHealthy(randomLimit)
			s.answers()
			s.Insert("INSERT INTO items (id, name) VALUES (1, 'kept')")
			s.Keep("SELECT name FROM items WHERE id = 1")
			continue
		}
		s.during(p.fault, p.at, p.away, message, s.webhook)
		if p.kind == "broken" {
			s.excuse()
			if p.waits {
				s.waitRefusal(randomLimit)
			}
			now = good
			before = append(before, now)
			column()
			now.write(s)
			s.during(nil, 0, 0, fmt.Sprintf("%d corrected: shop:%d", i, now.image), s.webhook)
			if !p.waits {
				s.excuse()
			}
		}
		if p.waits {
			if !s.WaitHealthy(randomLimit) {
				return
			}
		} else {
			s.sleep(time.Duration(p.mistake*3) * time.Second)
			// The next commit comes while this one is under way, and what is under way may fail under its name.
			s.excuse()
		}
	}
	// While no program is away.
	s.await(turn.RLock, turn.RUnlock)
	defer turn.RUnlock()
	s.Wait("an API server that answers", time.Minute, func() bool { return s.Get("Application", s.Name) != nil })
	s.Stays("healthy", 5*time.Second, s.Healthy)
	s.Expect("the newest image is in force", s.Image("shop-api") == fmt.Sprintf("shop:%d", now.image))
	for _, c := range now.columns {
		s.Expect(fmt.Sprintf("column c%d is there", c), s.Has(fmt.Sprintf("shop_db.items.c%d", c)))
	}
}

// waitRefusal waits until the newest commit is refused. An error of a comparison is a fault's, and not enough.
func (s *S) waitRefusal(limit time.Duration) {
	s.Wait("the broken commit is refused", limit, func() bool {
		o := s.Get("Application", s.Name)
		phase := rig.Text(o, "status", "operationState", "phase")
		return rig.Text(o, "status", "sync", "revision") == s.revision &&
			(rig.Text(o, "status", "health", "status") == "Degraded" || phase == "Failed" || phase == "Error")
	})
}

// write puts the files of this version into the directory.
func (v shop) write(s *S) {
	credentials, schema := "credentials: {user: shop, password: secret}", "files: [schema.sql]"
	if v.late {
		credentials = "storage: 1Gi"
	} else {
		credentials += ", storage: 1Gi"
	}
	if v.versioned {
		schema = "migrations: migrations"
	}
	s.File("app.yaml", fmt.Sprintf(`apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: shop-db}
spec: {engine: %s, %s}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: shop}
spec: {database: shop-db, %s}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: App
metadata: {name: shop-api}
spec: {image: "shop:%d", port: 8080, env: {DB: "${shop.host}"}}
`, v.engine, credentials, schema, v.image))
	if v.versioned {
		for _, c := range v.columns {
			s.File(fmt.Sprintf("migrations/2026010200%04d_c.sql", c), fmt.Sprintf("alter table items add column c%d int;\n", c))
		}
		const broken = "migrations/20260103000000_broken.sql"
		if v.broken != "" {
			s.File(broken, "alter table items add column broken frobnicate;\n")
		} else if s.exists(broken) {
			s.Remove(broken)
		}
		s.Generate("sum", "migrations")
		return
	}
	lines := []string{"id int not null primary key", "name varchar(100)"}
	for _, c := range v.columns {
		lines = append(lines, fmt.Sprintf("c%d int", c))
	}
	if v.broken != "" {
		lines = append(lines, v.broken)
	}
	s.File("schema.sql", "create table items (\n  "+strings.Join(lines, ",\n  ")+"\n);\n")
}
