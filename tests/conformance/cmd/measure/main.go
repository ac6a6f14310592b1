// Command measure runs a command and prints what it took:
//
//	measure OUTPUT COMMAND [ARGUMENT...]
//
// The command's standard output goes to the file OUTPUT. Printed are nanoseconds
// from its start to its exit, nanoseconds of processor time, and its peak memory
// in KiB.
//
// It is a program of its own because Linux counts the memory of the process that
// starts another one as the other's: this one has next to none. For the same
// reason it imports neither fmt nor os/exec.
package main

import (
	"os"
	"strconv"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 3 {
		fail("usage: measure OUTPUT COMMAND [ARGUMENT...]")
	}
	output, err := os.Create(os.Args[1])
	if err != nil {
		fail(err.Error())
	}
	began := time.Now()
	pid, err := syscall.ForkExec(os.Args[2], os.Args[2:], &syscall.ProcAttr{
		Env:   os.Environ(),
		Files: []uintptr{0, output.Fd(), 2},
	})
	if err != nil {
		fail(os.Args[2] + ": " + err.Error())
	}
	var status syscall.WaitStatus
	var usage syscall.Rusage
	for {
		if _, err = syscall.Wait4(pid, &status, 0, &usage); err != syscall.EINTR {
			break
		}
	}
	took := time.Since(began)
	switch {
	case err != nil:
		fail(err.Error())
	case !status.Exited() || status.ExitStatus() != 0:
		fail(os.Args[2] + " failed with wait status " + strconv.Itoa(int(status)))
	}
	processor := usage.Utime.Nano() + usage.Stime.Nano()
	line := strconv.FormatInt(took.Nanoseconds(), 10) + " " + strconv.FormatInt(processor, 10) + " " + strconv.FormatInt(usage.Maxrss, 10)
	_, _ = os.Stdout.WriteString(line + "\n")
}

func fail(text string) {
	_, _ = os.Stderr.WriteString("measure: " + text + "\n")
	os.Exit(1)
}
