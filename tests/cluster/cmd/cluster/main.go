// Command cluster plays scenarios on a real control plane: cluster [SCENARIO...]. tests/cluster/run builds what it needs and
// sets its environment.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"argocd-atlas-plugin/cluster/rig"
	"argocd-atlas-plugin/cluster/scenarios"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) == 1 && args[0] == "--list" {
		for _, d := range scenarios.All {
			fmt.Printf("%-15s %s\n", d.Name, d.What)
		}
		fmt.Printf("%-15s %s\n", "random", "random changes with random faults at random moments; --seed N, --runs K (not among those that are played without a name)")
		return 0
	}
	chosen, err := choose(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		return 2
	}
	rig.Enter()
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	status, err := play(ctx, chosen)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		return 1
	}
	return status
}

// runs are the random ones: `random`, with `--seed N` (the time) and `--runs K` (1).
func runs(args []string) ([]scenarios.Definition, error) {
	seed, count := time.Now().Unix(), int64(1)
	for ; len(args) > 0; args = args[2:] {
		if len(args) < 2 {
			return nil, fmt.Errorf("%s needs a number", args[0])
		}
		n, err := strconv.ParseInt(args[1], 10, 64)
		switch {
		case err != nil:
			return nil, err
		case args[0] == "--seed":
			seed = n
		case args[0] == "--runs":
			count = n
		default:
			return nil, fmt.Errorf("random takes --seed N and --runs K, not %q", args[0])
		}
	}
	if os.Getenv("CLUSTER_INSIDE") != "" {
		fmt.Printf("random: --seed %d --runs %d\n", seed, count)
	}
	var chosen []scenarios.Definition
	for i := range count {
		chosen = append(chosen, scenarios.Random(seed+i))
	}
	return chosen, nil
}

// choose finds the scenarios that are named; none: all of them; --ci: those for `.ci/run`.
func choose(args []string) ([]scenarios.Definition, error) {
	var chosen []scenarios.Definition
	if len(args) == 0 {
		return scenarios.All, nil
	}
	if args[0] == "random" {
		return runs(args[1:])
	}
	for _, arg := range args {
		found := false
		for _, d := range scenarios.All {
			if d.Name == arg || (arg == "--ci" && d.CI) {
				chosen, found = append(chosen, d), true
			}
		}
		if !found {
			return nil, fmt.Errorf("no scenario is called %q; --list has them", arg)
		}
	}
	return chosen, nil
}

func variable(name string) string {
	v := os.Getenv(name)
	if v == "" {
		fmt.Fprintf(os.Stderr, "cluster: %s is not set; tests/cluster/run sets it\n", name)
		os.Exit(2)
	}
	return v
}

func play(ctx context.Context, chosen []scenarios.Definition) (int, error) {
	target := variable("CLUSTER_TARGET")
	paths := rig.Paths{Root: variable("CLUSTER_ROOT"), Bin: filepath.Join(target, "bin"), Results: filepath.Join(target, "results"),
		State: filepath.Join(target, "state"), Generate: variable("GENERATE"), ArgoCD: variable("CLUSTER_ARGOCD"), Operator: variable("CLUSTER_OPERATOR")}
	if err := os.MkdirAll(paths.Results, 0o755); err != nil {
		return 0, err
	}
	// One at a time: two would write to one state.
	lock, err := os.OpenFile(filepath.Join(target, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return 0, err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return 0, fmt.Errorf("another run of the suite holds %s", lock.Name())
	}
	if err := os.RemoveAll(paths.State); err != nil {
		return 0, err
	}
	say := func(format string, args ...any) {
		fmt.Printf("%s %-14s %s\n", time.Now().Format("15:04:05"), "rig", fmt.Sprintf(format, args...))
	}
	r, err := rig.New(paths, say)
	if err != nil {
		return 0, err
	}
	defer func() {
		r.Down()
		say("everything has ended")
		if os.Getenv("KEEP") == "" {
			keepLogs(paths)
			_ = os.RemoveAll(paths.State)
		}
	}()
	err = r.Up(ctx)
	if fallen := r.Fallen(); err == nil && len(fallen) > 0 {
		err = fmt.Errorf("ended by themselves: %s", strings.Join(fallen, ", "))
	}
	if err != nil {
		return 0, fmt.Errorf("%w (logs: %s)", err, filepath.Join(paths.Results, "programs"))
	}
	results := together(ctx, r, chosen)
	if ctx.Err() != nil {
		return 1, fmt.Errorf("interrupted")
	}
	status := table(results)
	if fallen := r.Fallen(); len(fallen) > 0 {
		return 1, fmt.Errorf("ended by themselves: %s (logs: %s)", strings.Join(fallen, ", "), filepath.Join(paths.Results, "programs"))
	}
	return status, nil
}

// keepLogs keeps what the programs wrote beside the results.
func keepLogs(p rig.Paths) {
	dir := filepath.Join(p.Results, "programs")
	_ = os.RemoveAll(dir)
	_ = os.Rename(filepath.Join(p.State, "logs"), dir)
}

// together plays those that do not disturb each other some at a time, and the others one by one at the end.
func together(ctx context.Context, r *rig.Rig, chosen []scenarios.Definition) []scenarios.Result {
	results := make([]scenarios.Result, len(chosen))
	places := 6
	if n, err := strconv.Atoi(os.Getenv("PARALLEL")); err == nil && n > 0 {
		places = n
	}
	free := make(chan struct{}, places)
	var group sync.WaitGroup
	for i, d := range chosen {
		if d.Alone {
			continue
		}
		group.Add(1)
		go func() {
			defer group.Done()
			select {
			case free <- struct{}{}:
				results[i] = scenarios.Play(ctx, r, d)
				<-free
			case <-ctx.Done():
			}
		}()
	}
	group.Wait()
	for i, d := range chosen {
		if d.Alone && ctx.Err() == nil {
			results[i] = scenarios.Play(ctx, r, d)
		}
	}
	return results
}

// table prints the verdict and is the exit status.
func table(results []scenarios.Result) int {
	status := 0
	fmt.Printf("\n%-15s %6s %9s", "scenario", "time", "rollouts")
	for _, v := range scenarios.Verdicts {
		fmt.Printf(" %9s", v)
	}
	fmt.Println()
	for _, r := range results {
		fmt.Printf("%-15s %5.0fs %9d", r.Name, r.Took.Seconds(), r.Rollouts)
		for _, v := range scenarios.Verdicts {
			cell := strconv.Itoa(r.Counts[v])
			if r.Known[v] != "" && r.Counts[v] > 0 {
				cell += " known"
			}
			fmt.Printf(" %9s", cell)
		}
		fmt.Println()
	}
	fmt.Println()
	for _, r := range results {
		for v, why := range r.Known {
			if r.Counts[v] > 0 {
				fmt.Printf("known: %s: %s: %s\n", r.Name, v, why)
			}
		}
	}
	for _, r := range results {
		if verdict := r.Verdict(); verdict != "" {
			status = 1
			fmt.Printf("FAILED: %s: %s\n        %s\n        log: %s\n", r.Name, verdict, strings.Join(r.Problems, "\n        "), r.Log)
		}
	}
	if status == 0 {
		fmt.Printf("cluster: %d scenarios, all as expected\n", len(results))
	}
	return status
}
