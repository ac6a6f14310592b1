package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/argoproj/argo-cd/v3/util/cmp"

	"argocd-atlas-plugin/conformance/internal/cmpserver"
)

// atOnce is how many calls the server is given at the same time.
const atOnce = 16

// called is what was measured of one size through argocd-cmp-server.
type called struct {
	// alone are the calls one after another, process the plugin's runs in between
	// by themselves, in milliseconds.
	alone, process spread
	// together are the calls while there are always `atOnce`.
	together spread
	// rate is how many of those ended in a second.
	rate float64
	// memoryAlone and memoryTogether are the peaks of the server and the plugin's
	// processes, in bytes.
	memoryAlone, memoryTogether int64
}

// call makes the repo server's call: it packs the directory, sends it and waits
// for the manifests.
func call(ctx context.Context, s *cmpserver.Server, directory string) ([]string, time.Duration, error) {
	began := time.Now()
	conn, client, err := s.Connect()
	if err != nil {
		return nil, 0, err
	}
	defer conn.Close()
	stream, err := client.GenerateManifest(ctx)
	if err != nil {
		return nil, 0, err
	}
	if err := cmp.SendRepoStream(ctx, directory, directory, stream, generateEnv, nil); err != nil {
		return nil, 0, err
	}
	response, err := stream.CloseAndRecv()
	if err != nil {
		return nil, 0, err
	}
	return response.Manifests, time.Since(began), nil
}

// measureServer measures calls for one project with a server of its own.
func measureServer(o options, p project) (called, error) {
	var result called
	s, err := cmpserver.Start(cmpserver.Options{Binary: o.server, Generate: o.generate, Config: o.config, LogLevel: "info"})
	if err != nil {
		return result, err
	}
	defer s.Stop()
	ctx := context.Background()
	// The first call is the warm-up, and shows that the answer is the right one.
	manifests, _, err := call(ctx, s, p.directory)
	if err != nil {
		return result, err
	}
	objects, err := canonical(manifests)
	if err != nil {
		return result, err
	}
	if err := same("argocd-cmp-server", objects, p.objects); err != nil {
		return result, err
	}

	peak := watch(s.PID())
	for range o.runs {
		_, took, err := call(ctx, s, p.directory)
		if err != nil {
			return result, err
		}
		result.alone = append(result.alone, milliseconds(took))
		process, err := o.launcher.run(p.output("process"), o.generate, p.directory)
		if err != nil {
			return result, err
		}
		result.process = append(result.process, wall(process))
	}
	result.memoryAlone = peak()

	peak = watch(s.PID())
	began := time.Now()
	var lock sync.Mutex
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for range o.calls {
				manifests, took, failure := call(ctx, s, p.directory)
				if failure == nil && len(manifests) != len(p.objects) {
					failure = fmt.Errorf("%d manifests of %d", len(manifests), len(p.objects))
				}
				lock.Lock()
				if failure != nil {
					err = failure
				}
				result.together = append(result.together, milliseconds(took))
				lock.Unlock()
			}
		})
	}
	workers.Wait()
	result.rate = float64(len(result.together)) / time.Since(began).Seconds()
	result.memoryTogether = peak()
	return result, err
}

func milliseconds(d time.Duration) float64 {
	return float64(d) / float64(time.Millisecond)
}

// watch looks at the memory of a process and its children every few milliseconds
// until the function that it returns is called, which gives the peak of the sum.
func watch(pid int) (peak func() int64) {
	stop, result := make(chan struct{}), make(chan int64)
	go func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		var most int64
		for {
			most = max(most, memoryOf(pid))
			select {
			case <-tick.C:
			case <-stop:
				result <- most
				return
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-result
	}
}

// memoryOf is the resident memory of a process and its children. What they share
// is counted for each.
func memoryOf(pid int) int64 {
	total := resident(pid)
	program, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		children, _ := os.ReadFile(list)
		for _, child := range strings.Fields(string(children)) {
			// Until it runs another program, a child shares its parent's memory.
			own, err := os.Readlink("/proc/" + child + "/exe")
			if err != nil || own == program {
				continue
			}
			if id, err := strconv.Atoi(child); err == nil {
				total += resident(id)
			}
		}
	}
	return total
}

// resident is nothing for a process that has ended meanwhile.
func resident(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
