package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// report is the Markdown of everything that was measured.
func report(o options, projects []project, processes map[int]map[string]samples, servers map[int]called) (string, error) {
	machine, err := describe(o)
	if err != nil {
		return "", err
	}
	parts := []string{machine}
	if goals := goalTable(processes); goals != "" {
		parts = append(parts, goals)
	}
	parts = append(parts, ratioTable(projects, processes))
	for _, p := range projects {
		parts = append(parts, sizeTable(p, processes[p.specs]))
	}
	parts = append(parts, serverTable(o, servers))
	return strings.Join(parts, "\n"), nil
}

// describe says what was measured on, and with which versions.
func describe(o options) (string, error) {
	kustomizeBuild, err := buildinfo.ReadFile(o.kustomize)
	if err != nil {
		return "", err
	}
	helmBuild, err := buildinfo.ReadFile(o.helm)
	if err != nil {
		return "", err
	}
	argoCD := ""
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if module.Path == "github.com/argoproj/argo-cd/v3" {
				argoCD = module.Version
			}
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	one, _, _ := strings.Cut(string(load), " ")
	return fmt.Sprintf("%s, %d processors, %s MiB of memory; Kustomize %s, Helm %s, Argo CD %s, %s.\n"+
		"Load average at the end: %s. (Where nothing else runs, it is near 1.)\n"+
		"Cells are the median of %d runs (Kustomize: %d at 1,000 specs) with the least and the most.\n",
		found("/proc/cpuinfo", `model name\s*: (.*)`), runtime.NumCPU(), thousands(kib("/proc/meminfo", `MemTotal:\s*(\d+)`)>>10),
		kustomizeBuild.Main.Version, helmBuild.Main.Version, argoCD, runtime.Version(),
		one, o.runs, o.kustomizeRuns(1_000)), nil
}

// goalTable holds the goals against what was measured, if it was.
func goalTable(processes map[int]map[string]samples) string {
	small, large := processes[1_000], processes[10_000]
	if small == nil || large == nil {
		return ""
	}
	var rows [][]string
	goal := func(text string, measured spread, isMet bool) {
		verdict := "no"
		if isMet {
			verdict = "yes"
		}
		rows = append(rows, []string{text, measured.String(), verdict})
	}
	floor := small[generate].of(wall).over(small[floorEmit].of(wall))
	goal("at 1,000 specs, time over the floor's that parses and emits: at most 2", floor, floor.median() <= 2)
	faster := small[kustomize].of(wall).over(small[generate].of(wall))
	goal("at 1,000 specs, `kustomize build`'s time over ours: at least 20", faster, faster.median() >= 20)
	if hundred := processes[100]; hundred != nil {
		faster = hundred[kustomize].of(wall).over(hundred[generate].of(wall))
		goal("at 100 specs, the same", faster, faster.median() >= 20)
	}
	growth := large[generate].of(wall).over(small[generate].of(wall))
	goal("linear: time at 10,000 specs over time at 1,000, at most 12", growth, growth.median() <= 12)
	peak := small[generate].of(memory)
	goal("at 1,000 specs, peak memory in MiB: at most 64", peak, slices.Max(peak) <= 64)
	return table([]string{"goal", "measured", "met"}, rows)
}

// ratioTable divides round by round.
func ratioTable(projects []project, processes map[int]map[string]samples) string {
	head := []string{"ratio"}
	for _, p := range projects {
		head = append(head, thousands(p.specs)+" specs")
	}
	var rows [][]string
	for _, pair := range [][2]string{{generate, floorBytes}, {generate, floorParse}, {generate, floorEmit}, {kustomize, generate}, {helm, generate}} {
		for _, q := range []struct {
			name string
			of   func(sample) float64
		}{{"time", wall}, {"processor time", processor}} {
			row := []string{fmt.Sprintf("%s / %s, %s", pair[0], pair[1], q.name)}
			for _, p := range projects {
				results := processes[p.specs]
				row = append(row, results[pair[0]].of(q.of).over(results[pair[1]].of(q.of)).String())
			}
			rows = append(rows, row)
		}
	}
	return table(head, rows)
}

func sizeTable(p project, results map[string]samples) string {
	var rows [][]string
	for _, c := range p.commands {
		s := results[c.name]
		rows = append(rows, []string{c.name, s.of(wall).String(), s.of(processor).String(), s.of(memory).String()})
	}
	head := fmt.Sprintf("%s specs: %s objects, %s KiB", thousands(p.specs), thousands(len(p.objects)), thousands(p.bytes>>10))
	return table([]string{head, "time in ms", "processor time in ms", "peak memory in MiB"}, rows)
}

func serverTable(o options, servers map[int]called) string {
	var rows [][]string
	for _, specs := range o.serverSizes {
		s := servers[specs]
		mib := func(bytes int64) string { return digits(float64(bytes) / (1 << 20)) }
		rows = append(rows, []string{
			thousands(specs), s.alone.String(), s.process.String(), s.process.over(s.alone).String(), mib(s.memoryAlone),
			digits(s.rate), s.together.String(), mib(s.memoryTogether),
		})
	}
	return table([]string{
		"specs", "a call alone, ms", "`generate` by itself, ms", "its share", "memory, MiB",
		fmt.Sprintf("%d at once: calls a second", atOnce), "a call, ms", "memory, MiB",
	}, rows)
}

func table(head []string, rows [][]string) string {
	var text strings.Builder
	line := func(cells []string) { text.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(head)
	rule := slices.Repeat([]string{"---:"}, len(head))
	rule[0] = "---"
	line(rule)
	for _, row := range rows {
		line(row)
	}
	return text.String()
}

func found(path, pattern string) string {
	text, _ := os.ReadFile(path)
	match := regexp.MustCompile(pattern).FindSubmatch(text)
	if match == nil {
		return "unknown"
	}
	return string(match[1])
}

func kib(path, pattern string) int {
	var n int
	_, _ = fmt.Sscan(found(path, pattern), &n)
	return n
}
