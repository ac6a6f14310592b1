// Command performance measures whole processes side by side: the plugin, the
// floor under it, Kustomize and Helm on the same objects, and the plugin behind
// argocd-cmp-server. tests/performance/run builds what it runs and starts it;
// docs/performance.md says what is measured.
//
// It fails when something does not run or prints other objects than `generate`,
// never because of a time.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sirupsen/logrus"
)

type options struct {
	generate, project, floor string
	kustomize, helm          string
	server, config           string
	launcher                 launcher
	work                     string
	sizes, serverSizes       []int
	// runs is how often each command runs, calls how many calls each of those at
	// once makes.
	runs, calls int
	// slow has Kustomize run at the largest size too.
	slow bool
}

// kustomizeRuns is how often Kustomize runs. Its time grows with the square of the
// number of objects: a run takes a quarter of a minute at 1,000 specs, and half
// an hour at 10,000.
func (o options) kustomizeRuns(specs int) int {
	switch {
	case specs < 1_000:
		return o.runs
	case specs < 10_000:
		return min(o.runs, 3)
	case o.slow:
		return 1
	}
	return 0
}

// project is one size of the project, with what is equivalent to it.
type project struct {
	specs     int
	directory string
	work      string
	// bytes is how much `generate` prints, objects what that means.
	bytes   int
	objects []string
	// commands are the compared programs, in the order of the rounds.
	commands []command
	// first are their first runs.
	first map[string]sample
}

// output is a file for standard output.
func (p project) output(name string) string {
	return filepath.Join(p.work, name+".out")
}

type command struct {
	name string
	args []string
}

// The compared programs.
const (
	floorBytes = "floor: bytes"
	floorParse = "floor: parse"
	floorEmit  = "floor: parse and emit"
	generate   = "generate"
	kustomize  = "kustomize build"
	helm       = "helm template"
)

func main() {
	// Argo CD's client logs every connection that is slow.
	logrus.SetOutput(io.Discard)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "performance:", err)
		os.Exit(1)
	}
}

func run() error {
	var o options
	tools := flag.String("tools", "", "directory of generate, project, floor, kustomize, helm, measure and argocd-cmp-server")
	quick := flag.Bool("quick", false, "small sizes and two runs, to see that everything runs")
	flag.BoolVar(&o.slow, "slow", false, "Kustomize at 10,000 specs too")
	docs := flag.String("docs", "", "page whose tables are replaced")
	flag.StringVar(&o.config, "config", "", "plugin.yaml")
	flag.StringVar(&o.work, "work", "", "directory for projects and outputs")
	flag.Parse()
	o.sizes, o.serverSizes = []int{3, 100, 1_000, 10_000}, []int{3, 100, 1_000}
	o.runs, o.calls = 10, 5
	if *quick {
		o.sizes, o.serverSizes = []int{3, 100}, []int{3}
		o.runs, o.calls = 2, 1
	}
	for name, path := range map[string]*string{
		"generate": &o.generate, "project": &o.project, "floor": &o.floor, "kustomize": &o.kustomize,
		"helm": &o.helm, "measure": &o.launcher.binary, "argocd-cmp-server": &o.server,
	} {
		*path = filepath.Join(*tools, name)
	}
	if err := os.MkdirAll(o.work, 0o755); err != nil {
		return err
	}
	o.launcher.env = environment(o.work)

	var projects []project
	for _, specs := range o.sizes {
		say("preparing %s specs", thousands(specs))
		p, err := prepare(o, specs)
		if err != nil {
			return fmt.Errorf("%d specs: %w", specs, err)
		}
		projects = append(projects, p)
	}
	processes, err := measureProcesses(o, projects)
	if err != nil {
		return err
	}
	servers := map[int]called{}
	for _, p := range projects {
		for _, specs := range o.serverSizes {
			if p.specs != specs {
				continue
			}
			say("argocd-cmp-server: %s specs", thousands(specs))
			if servers[specs], err = measureServer(o, p); err != nil {
				return fmt.Errorf("argocd-cmp-server, %d specs: %w", specs, err)
			}
		}
	}
	text, err := report(o, projects, processes, servers)
	if err != nil {
		return err
	}
	fmt.Print(text)
	if *docs != "" {
		return replaceTables(*docs, text)
	}
	return nil
}

// prepare writes a project and its equivalents, and sees to it that all programs
// print the same objects. That is their warm-up too.
func prepare(o options, specs int) (project, error) {
	work := filepath.Join(o.work, strconv.Itoa(specs))
	if err := os.RemoveAll(work); err != nil {
		return project{}, err
	}
	kustomization, chart := filepath.Join(work, "kustomization"), filepath.Join(work, "chart")
	p := project{specs: specs, work: work, directory: filepath.Join(work, "project"), first: map[string]sample{}}
	if err := os.MkdirAll(work, 0o755); err != nil {
		return p, err
	}
	if _, err := o.launcher.run(os.DevNull, o.project, strconv.Itoa(specs), p.directory); err != nil {
		return p, err
	}
	if _, err := o.launcher.run(p.output("first"), o.generate, p.directory); err != nil {
		return p, err
	}
	stream, err := os.ReadFile(p.output("first"))
	if err != nil {
		return p, err
	}
	p.bytes = len(stream)
	documents, err := documents(stream)
	if err != nil {
		return p, err
	}
	if err := writeKustomization(kustomization, documents); err != nil {
		return p, err
	}
	if err := writeChart(chart, documents); err != nil {
		return p, err
	}
	if p.objects, err = canonical(split(stream)); err != nil {
		return p, err
	}
	size := strconv.Itoa(p.bytes)
	p.commands = []command{
		{floorBytes, []string{o.floor, "bytes", p.directory, size}},
		{floorParse, []string{o.floor, "parse", p.directory, size}},
		{floorEmit, []string{o.floor, "emit", p.directory, size}},
		{generate, []string{o.generate, p.directory}},
		{kustomize, []string{o.kustomize, "build", kustomization}},
		{helm, []string{o.helm, "template", "shop", chart, "--namespace", "shop"}},
	}
	for _, c := range p.commands {
		if c.name == kustomize && o.kustomizeRuns(specs) == 0 {
			continue
		}
		took, err := o.launcher.run(p.output("first"), c.args...)
		if err != nil {
			return p, err
		}
		p.first[c.name] = took
		say("  %s: %s ms", c.name, digits(wall(took)))
		stream, err := os.ReadFile(p.output("first"))
		if err != nil {
			return p, err
		}
		if c.name == floorBytes || c.name == floorParse || c.name == floorEmit {
			if len(stream) != p.bytes {
				return p, fmt.Errorf("%s wrote %d bytes of %d", c.name, len(stream), p.bytes)
			}
			continue
		}
		objects, err := canonical(split(stream))
		if err != nil {
			return p, fmt.Errorf("%s: %w", c.name, err)
		}
		if err := same(c.name, objects, p.objects); err != nil {
			return p, err
		}
	}
	return p, nil
}

// measureProcesses runs every command of every size once a round, so that what
// changes on the machine meanwhile meets all of them.
func measureProcesses(o options, projects []project) (map[int]map[string]samples, error) {
	results := map[int]map[string]samples{}
	for _, p := range projects {
		results[p.specs] = map[string]samples{}
	}
	for round := range o.runs {
		say("round %d of %d", round+1, o.runs)
		for _, p := range projects {
			for _, c := range p.commands {
				runs := o.runs
				if c.name == kustomize {
					runs = o.kustomizeRuns(p.specs)
				}
				if round >= runs {
					continue
				}
				took := p.first[c.name]
				// A single run of half an hour needs no warm-up.
				if runs > 1 {
					var err error
					if took, err = o.launcher.run(p.output("round"), c.args...); err != nil {
						return nil, err
					}
				}
				results[p.specs][c.name] = append(results[p.specs][c.name], took)
			}
		}
	}
	return results, nil
}

func say(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
}

const (
	begin = "<!-- measured: written by `tests/performance/run --docs` -->\n"
	end   = "<!-- end of what was measured -->\n"
)

func replaceTables(path, tables string) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, hasBegin := strings.Cut(string(page), begin)
	_, after, hasEnd := strings.Cut(rest, end)
	if !hasBegin || !hasEnd {
		return fmt.Errorf("%s has no place for the tables", path)
	}
	return write(path, []byte(before+begin+"\n"+tables+"\n"+end+after))
}
