// Package scenarios is what is done to the product on the rig, and the verdict on what came of it.
package scenarios

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"argocd-atlas-plugin/cluster/rig"
	"argocd-atlas-plugin/cluster/servers"
)

// Definition is one scenario as the list has it.
type Definition struct {
	Name, What string
	// Alone: it changes what all share, such as the operator or the health checks.
	Alone bool
	// CI: it is one of those that `.ci/run` plays.
	CI bool
	// Namespace is where it is deployed: the scenario's name, unless said otherwise.
	Namespace string
	// Known are faults of the product that are not mended yet, by what the oracle calls them. Each has to be found, and only
	// these: the suite fails when a fault is gone, so that the entry is removed with it.
	Known map[string]string
	Play  func(*S)
}

// Counts are what the oracle counts. Each ought to be 0.
type Counts map[string]int

// The four verdicts, and what keeps a scenario from being judged.
const (
	Early    = "early"    // an application was rolled out before the database had what its image needs
	Needless = "needless" // a sync failed although nothing was wrong with the commit
	Hang     = "hang"     // what had to come never came
	Lost     = "lost"     // rows are gone
	Wrong    = "wrong"    // anything else that is not as the scenario says
)

// Verdicts in the order of the table.
var Verdicts = []string{Early, Needless, Hang, Lost, Wrong}

// S is a scenario that is being played: a namespace, a Git repository and an Application.
type S struct {
	*rig.Rig
	Definition
	ctx                    context.Context
	bare, work, path       string
	revision               string
	begun, pushed, started time.Time
	out                    *os.File

	mu       sync.Mutex
	needs    map[string][]string
	kept     []kept
	counts   Counts
	problems []string
	rollouts int
	excused  map[string]bool
	syncs    []attempt
	failures []attempt
	timeline map[string]string
	killed   time.Time
	// volume: the databases keep their data, so one that gives no answer at a rollout can be asked later.
	volume bool
}

// kept is a question to the database whose answer must not change.
type kept struct {
	query string
	want  []string
}

// attempt is one try of a sync.
type attempt struct {
	started, revision, message string
	retry                      int64
	phase                      string
}

// stop ends a scenario early.
type stop struct{ reason string }

// Result is what came of a scenario.
type Result struct {
	Definition
	Counts   Counts
	Rollouts int
	Took     time.Duration
	// Problems say what was counted, and Log is where the rest is.
	Problems []string
	Log      string
}

// Verdict is empty where everything was as expected.
func (r Result) Verdict() string {
	var wrong []string
	for _, v := range Verdicts {
		switch {
		case r.Known[v] != "" && r.Counts[v] == 0:
			wrong = append(wrong, fmt.Sprintf("the known fault is gone, take it out of the list: %s: %s", v, r.Known[v]))
		case r.Known[v] == "" && r.Counts[v] > 0:
			wrong = append(wrong, fmt.Sprintf("%s: %d", v, r.Counts[v]))
		}
	}
	return strings.Join(wrong, "; ")
}

// Play plays one scenario.
func Play(ctx context.Context, r *rig.Rig, d Definition) Result {
	s := &S{Rig: r, Definition: d, ctx: ctx, path: "deploy", begun: time.Now(), needs: map[string][]string{}, counts: Counts{},
		excused: map[string]bool{}, timeline: map[string]string{}}
	if s.Namespace == "" {
		s.Namespace = "s-" + d.Name
	}
	log := filepath.Join(r.Results, d.Name+".log")
	s.play(log)
	result := Result{Definition: d, Counts: s.counts, Rollouts: s.rollouts, Took: time.Since(s.begun), Problems: s.problems, Log: log}
	return result
}

func (s *S) play(log string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stop:
			s.count(Wrong, "the scenario ended early: %s", r.reason)
		default:
			panic(r)
		}
	}()
	f, err := os.Create(log)
	s.must(err)
	s.out = f
	defer f.Close()
	s.Say("### %s: %s", s.Name, s.What)
	s.bare, s.work = filepath.Join(s.State, "git", s.Name+".git"), filepath.Join(s.State, "git", s.Name)
	s.run("", "git", "init", "-q", "--bare", "-b", "main", s.bare)
	s.run("", "git", "clone", "-q", s.bare, s.work)
	s.must(os.MkdirAll(filepath.Join(s.work, s.path), 0o700))
	defer s.Watcher.Listen(s.Namespace, s.on)()
	defer s.remove()
	s.Definition.Play(s)
	s.checkKept()
	s.judgeSyncs()
}

// Say writes to the log and to the terminal.
func (s *S) Say(format string, args ...any) {
	line := fmt.Sprintf("+%6.1f %s", time.Since(s.begun).Seconds(), fmt.Sprintf(format, args...))
	if s.out != nil {
		fmt.Fprintln(s.out, line)
	}
	first, _, _ := strings.Cut(line, "\n")
	fmt.Printf("%s %-14s %s\n", time.Now().Format("15:04:05"), s.Name, first)
}

// Note writes to the log alone.
func (s *S) Note(format string, args ...any) {
	fmt.Fprintf(s.out, "+%6.1f %s\n", time.Since(s.begun).Seconds(), fmt.Sprintf(format, args...))
}

func (s *S) count(verdict, format string, args ...any) {
	text := strings.ToUpper(verdict) + " " + fmt.Sprintf(format, args...)
	s.mu.Lock()
	s.counts[verdict]++
	s.problems = append(s.problems, text)
	s.mu.Unlock()
	if known := s.Known[verdict]; known != "" {
		text += " (known: " + known + ")"
	}
	s.Say("%s", text)
}

func (s *S) must(err error) {
	if err != nil {
		panic(stop{err.Error()})
	}
}

func (s *S) run(dir string, command ...string) string {
	out, err := s.Rig.Run(s.ctx, dir, "", command...)
	s.must(err)
	return strings.TrimSpace(out)
}

// Kubectl runs kubectl, which has to succeed.
func (s *S) Kubectl(args ...string) string { return s.kubectl("", args...) }

// kubectl waits for an API server that another scenario has stopped.
func (s *S) kubectl(stdin string, args ...string) string {
	for begun, again := time.Now(), false; ; again = true {
		out, err := s.Rig.Kubectl(s.ctx, stdin, args...)
		if err == nil {
			return out
		}
		text := err.Error()
		if again && strings.Contains(text, "AlreadyExists") {
			// The first try got there, and its answer did not.
			return out
		}
		away := strings.Contains(text, "connection refused") || strings.Contains(text, "was refused") || strings.Contains(text, "Unable to connect to the server")
		if !away || time.Since(begun) > 2*time.Minute {
			s.must(err)
		}
		s.sleep(time.Second)
	}
}

// Needs says which columns, as `database.table.column`, an image cannot do without. No columns: nothing is needed.
func (s *S) Needs(image string, columns ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.needs[image] = append([]string{}, columns...)
}

// Never says that an image must not be rolled out.
func (s *S) Never(image string) { s.Needs(image, "(never to be rolled out)") }

// Files of the application's directory.
func (s *S) File(name, text string) {
	path := filepath.Join(s.work, s.path, name)
	s.must(os.MkdirAll(filepath.Dir(path), 0o700))
	s.must(os.WriteFile(path, []byte(text), 0o600))
}

// Read is a file of the application's directory.
func (s *S) Read(name string) string {
	text, err := os.ReadFile(filepath.Join(s.work, s.path, name))
	s.must(err)
	return string(text)
}

// Remove takes a file away.
func (s *S) Remove(name string) { s.must(os.Remove(filepath.Join(s.work, s.path, name))) }

// Edit replaces texts, each of which has to be there.
func (s *S) Edit(name string, pairs ...string) {
	text := s.Read(name)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			panic(stop{fmt.Sprintf("%s has no %q", name, pairs[i])})
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	s.File(name, text)
}

// Generate runs the plugin by hand in the application's directory.
func (s *S) Generate(args ...string) string {
	out, err := s.Rig.Run(s.ctx, filepath.Join(s.work, s.path), "", append([]string{s.Rig.Generate}, args...)...)
	s.must(err)
	return out
}

// exists says whether a file of the application's directory is there.
func (s *S) exists(name string) bool {
	_, err := os.Stat(filepath.Join(s.work, s.path, name))
	return err == nil
}

// Push commits everything, as a webhook would tell Argo CD at once.
func (s *S) Push(message string) {
	s.commit(message)
	if s.Get("Application", s.Name) != nil {
		s.Refresh()
	}
}

// commit pushes, and Argo CD is not told.
func (s *S) commit(message string) {
	s.run(s.work, "git", "add", "-A")
	s.run(s.work, "git", "commit", "-q", "-m", message)
	s.run(s.work, "git", "push", "-q", "origin", "HEAD:main")
	revision := s.run(s.work, "git", "rev-parse", "HEAD")
	s.mu.Lock()
	s.revision = revision
	s.mu.Unlock()
	s.pushed = time.Now()
	s.Say("PUSH %.8s %s", s.revision, message)
}

// PushFaulty pushes a commit whose sync may fail: it is wrong, or it meets a fault that the scenario makes.
func (s *S) PushFaulty(message string) {
	s.Push(message)
	s.mu.Lock()
	s.excused[s.revision] = true
	s.mu.Unlock()
}

// Refresh is what a webhook brings about.
func (s *S) Refresh() {
	s.Patch("Application", s.Name, `{"metadata":{"annotations":{"argocd.argoproj.io/refresh":"normal"}}}`)
}

// CreateApplication makes the Application that `generate application` prints.
func (s *S) CreateApplication() {
	text := s.Generate("application", "-q", "--repo", "file://"+s.bare, "--namespace", s.Namespace, "--name", s.Name, "--path", s.path, "--revision", "main", ".")
	s.kubectl(text, "apply", "-f", "-")
	s.Say("APPLICATION created")
}

func (s *S) namespaceOf(kind string) string {
	if kind == "Application" {
		return "argocd"
	}
	return s.Namespace
}

// Get is an object of the scenario's namespace, or nil. An API server that does not answer is asked again by whoever waits.
func (s *S) Get(kind, name string) *unstructured.Unstructured {
	o, err := s.Dynamic.Resource(rig.Kinds[kind]).Namespace(s.namespaceOf(kind)).Get(s.ctx, name, metav1.GetOptions{})
	if err != nil {
		if !apierrors.IsNotFound(err) {
			s.Note("get %s/%s: %v", kind, name, err)
		}
		return nil
	}
	return o
}

// Names of all objects of a kind in the scenario's namespace.
func (s *S) Names(kind string) []string {
	l, err := s.Dynamic.Resource(rig.Kinds[kind]).Namespace(s.namespaceOf(kind)).List(s.ctx, metav1.ListOptions{})
	s.must(err)
	names := []string{}
	for _, o := range l.Items {
		names = append(names, o.GetName())
	}
	return names
}

// Patch merges into an object.
func (s *S) Patch(kind, name, body string) {
	s.must(s.patch(kind, name, body))
}

func (s *S) patch(kind, name, body string) error {
	_, err := s.Dynamic.Resource(rig.Kinds[kind]).Namespace(s.namespaceOf(kind)).Patch(s.ctx, name, types.MergePatchType, []byte(body), metav1.PatchOptions{})
	return err
}

// Image is that of a Deployment's first container.
func (s *S) Image(deployment string) string {
	return imageOf(s.Get("Deployment", deployment))
}

func imageOf(o *unstructured.Unstructured) string {
	if o == nil {
		return ""
	}
	containers, _, _ := unstructured.NestedSlice(o.Object, "spec", "template", "spec", "containers")
	if len(containers) == 0 {
		return ""
	}
	m, _ := containers[0].(map[string]any)
	image, _ := m["image"].(string)
	return image
}

// Database is the namespace's only one, which has to be there.
func (s *S) Database() *servers.Server {
	found := s.Kubelet.Databases(s.Namespace)
	if len(found) != 1 {
		panic(stop{fmt.Sprintf("%d databases run in %s", len(found), s.Namespace)})
	}
	return found[0]
}

// KillDatabase ends the server at once, and lets it come back after a while.
func (s *S) KillDatabase(away time.Duration) {
	s.Kubelet.DelayDatabases(s.Namespace, away)
	s.mu.Lock()
	s.killed = time.Now()
	s.mu.Unlock()
	s.Database().Kill()
}

// Has says whether the databases have a column now.
func (s *S) Has(column string) bool {
	all, _ := s.Rig.Columns(s.ctx, s.Namespace)
	return slices.Contains(all, column)
}

// Insert writes to the database.
func (s *S) Insert(statement string) { s.must(s.Database().Exec(s.ctx, statement)) }

// Keep asks the database now, and at the end of the scenario the answer has to be the same.
func (s *S) Keep(query string) {
	rows, err := s.Database().Ask(s.ctx, query)
	s.must(err)
	if len(rows) == 0 {
		panic(stop{"nothing to be kept: " + query})
	}
	s.kept = append(s.kept, kept{query, rows})
	s.Note("KEEP %s: %v", query, rows)
}

func (s *S) checkKept() {
	for _, k := range s.kept {
		rows, err := s.Database().Ask(s.ctx, k.query)
		if err != nil || !slices.Equal(rows, k.want) {
			s.count(Lost, "%s: %v, now %v %v", k.query, k.want, rows, err)
		}
	}
}

// Wait waits until a test is passed. When it never is, that is a hang.
func (s *S) Wait(what string, limit time.Duration, test func() bool) bool {
	if s.within(what, limit, test) {
		return true
	}
	s.count(Hang, "%s: not within %s; %s", what, limit, s.state())
	s.show()
	return false
}

func (s *S) within(what string, limit time.Duration, test func() bool) bool {
	begun := time.Now()
	for time.Since(begun) < limit {
		if test() {
			s.Say("REACHED %s, %.1f s after the push", what, time.Since(s.pushed).Seconds())
			return true
		}
		s.sleep(300 * time.Millisecond)
	}
	return false
}

// sleep waits, and ends the scenario when the suite is to end.
func (s *S) sleep(d time.Duration) {
	select {
	case <-s.ctx.Done():
		panic(stop{"interrupted"})
	case <-time.After(d):
	}
}

// Stays checks that something does not change for a while.
func (s *S) Stays(what string, d time.Duration, test func() bool) {
	for begun := time.Now(); time.Since(begun) < d; s.sleep(300 * time.Millisecond) {
		if !test() {
			s.count(Wrong, "%s: no longer after %.1f s; %s", what, time.Since(begun).Seconds(), s.state())
			return
		}
	}
	s.Say("STAYED %s for %s", what, d)
}

// Expect checks something at once.
func (s *S) Expect(what string, ok bool) {
	if ok {
		s.Note("AS EXPECTED %s", what)
		return
	}
	s.count(Wrong, "not so: %s", what)
}

func (s *S) state() string {
	o := s.Get("Application", s.Name)
	if o == nil {
		return "no Application"
	}
	return fmt.Sprintf("%s/%s at %.8s, operation %s at %.8s: %s", rig.Text(o, "status", "sync", "status"), rig.Text(o, "status", "health", "status"),
		rig.Text(o, "status", "sync", "revision"), rig.Text(o, "status", "operationState", "phase"),
		rig.Text(o, "status", "operationState", "syncResult", "revision"), rig.Text(o, "status", "operationState", "message"))
}

// show writes what Argo CD knows to the log.
func (s *S) show() {
	o := s.Get("Application", s.Name)
	if o == nil {
		return
	}
	for _, field := range [][]string{{"status", "resources"}, {"status", "operationState", "syncResult", "resources"}, {"status", "conditions"}} {
		all, _, _ := unstructured.NestedSlice(o.Object, field...)
		for _, r := range all {
			text, _ := json.Marshal(r)
			s.Note("  %s %s", field[len(field)-1], text)
		}
	}
}

// Healthy says whether the newest commit is in force and everything is well.
func (s *S) Healthy() bool {
	o := s.Get("Application", s.Name)
	return o != nil && rig.Text(o, "status", "sync", "status") == "Synced" && rig.Text(o, "status", "health", "status") == "Healthy" &&
		rig.Text(o, "status", "operationState", "phase") == "Succeeded" && rig.Text(o, "status", "sync", "revision") == s.revision &&
		rig.Text(o, "status", "operationState", "syncResult", "revision") == s.revision
}

// WaitHealthy waits for the newest commit.
func (s *S) WaitHealthy(limit time.Duration) bool {
	return s.Wait("Synced, Healthy and Succeeded at the newest commit", limit, s.Healthy)
}

// WaitFailure waits until Argo CD shows that something is wrong with the newest commit.
func (s *S) WaitFailure(limit time.Duration) {
	s.Wait("a failure that is shown", limit, func() bool {
		o := s.Get("Application", s.Name)
		phase := rig.Text(o, "status", "operationState", "phase")
		if o == nil || rig.Text(o, "status", "sync", "revision") != s.revision {
			return o != nil && rig.Condition(o, "ComparisonError")["message"] != nil
		}
		return rig.Text(o, "status", "health", "status") == "Degraded" || phase == "Failed" || phase == "Error" ||
			rig.Condition(o, "ComparisonError")["message"] != nil
	})
	s.show()
}

// on takes the events of the scenario's namespace. It is called from several goroutines.
func (s *S) on(e rig.Event) {
	key := e.Kind + "/" + e.Name
	s.mu.Lock()
	if s.timeline[key] != e.Text {
		s.timeline[key] = e.Text
		fmt.Fprintf(s.out, "  +%6.1f %s %s\n", time.Since(s.begun).Seconds(), key, e.Text)
	}
	s.mu.Unlock()
	switch {
	case e.Kind == "Application" && e.Name == s.Name:
		s.onApplication(e.Object)
	case e.Rollout:
		s.onRollout(e)
	}
}

func (s *S) onRollout(e rig.Event) {
	s.mu.Lock()
	s.rollouts++
	needs, stated := s.needs[e.Images[0]]
	killed := s.killed
	s.mu.Unlock()
	away := len(e.Unasked) > 0 || len(s.Kubelet.Databases(s.Namespace)) == 0
	if away && (s.volume || time.Since(killed) < 3*time.Second) {
		// The question met the fault, which was after the gate. A volume still holds the answer.
		s.Say("ROLLOUT %s/%s %s while the database is away: it is asked when it is back", e.Kind, e.Name, e.Images[0])
		go func() {
			for begun := time.Now(); time.Since(begun) < 2*time.Minute && s.ctx.Err() == nil; time.Sleep(300 * time.Millisecond) {
				if columns, unasked := s.Rig.Columns(s.ctx, s.Namespace); len(unasked) == 0 && len(columns) > 0 {
					e.Columns = columns
					break
				}
			}
			s.judge(e, needs, stated)
		}()
		return
	}
	s.judge(e, needs, stated)
}

func (s *S) judge(e rig.Event, needs []string, stated bool) {
	var missing []string
	for _, c := range needs {
		if !slices.Contains(e.Columns, c) {
			missing = append(missing, c)
		}
	}
	switch {
	case !stated:
		s.count(Wrong, "%s/%s rolls out %s, and the scenario does not say what it needs", e.Kind, e.Name, e.Images[0])
	case len(missing) > 0:
		s.count(Early, "%s/%s rolls out %s, and the database lacks %s %s", e.Kind, e.Name, e.Images[0], strings.Join(missing, ", "), strings.Join(e.Unasked, "; "))
	default:
		s.Say("ROLLOUT %s/%s %s: the database has what it needs", e.Kind, e.Name, e.Images[0])
	}
}

// onApplication notes every try of a sync that failed, with the revision that it was a try of.
func (s *S) onApplication(o *unstructured.Unstructured) {
	now := attempt{started: rig.Text(o, "status", "operationState", "startedAt"), retry: rig.Number(o, "status", "operationState", "retryCount"),
		phase: rig.Text(o, "status", "operationState", "phase"), message: rig.Text(o, "status", "operationState", "message"),
		revision: first(rig.Text(o, "status", "operationState", "syncResult", "revision"), rig.Text(o, "status", "operationState", "operation", "sync", "revision"))}
	if now.started == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var last attempt
	if n := len(s.syncs); n > 0 && s.syncs[n-1].started == now.started {
		last = s.syncs[n-1]
	}
	s.syncs = append(s.syncs, now)
	failed := func(a attempt) bool { return a.phase == "Failed" || a.phase == "Error" }
	switch {
	case last.started != "" && now.retry > last.retry:
		// What is tried again has failed before; the newer of the two texts says why.
		last.message = first(now.message, last.message)
		s.failures = append(s.failures, last)
	case failed(now) && !failed(last):
		s.failures = append(s.failures, now)
	}
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func (s *S) judgeSyncs() {
	s.mu.Lock()
	failures, excused := slices.Clone(s.failures), s.excused
	s.mu.Unlock()
	for _, a := range failures {
		if !excused[a.revision] {
			s.count(Needless, "the sync of %.8s (retry %d) failed: %s", a.revision, a.retry, a.message)
		} else {
			s.Note("a sync of %.8s failed, as it may: %s", a.revision, a.message)
		}
	}
}

// remove takes everything away, without asking.
func (s *S) remove() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), 20*time.Second)
	defer cancel()
	if s.ctx.Err() != nil {
		return
	}
	_, _ = s.Rig.Kubectl(ctx, "", "-n", "argocd", "patch", "application", s.Name, "--type", "merge", "-p", `{"metadata":{"finalizers":null}}`)
	_, _ = s.Rig.Kubectl(ctx, "", "-n", "argocd", "delete", "application", s.Name, "--ignore-not-found")
	if s.Namespace == "default" {
		_, _ = s.Rig.Kubectl(ctx, "", "-n", "default", "delete", "deployments,statefulsets,atlasschemas,atlasmigrations,pvc,pdb,secrets,configmaps", "--all", "--wait=false")
		_, _ = s.Rig.Kubectl(ctx, "", "-n", "default", "delete", "services", "--all", "--wait=false")
		return
	}
	_, _ = s.Rig.Kubectl(ctx, "", "delete", "namespace", s.Namespace, "--wait=false", "--ignore-not-found")
}
