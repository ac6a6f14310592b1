package rig

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const insideVariable = "CLUSTER_INSIDE"

// NotHere is the exit status of a suite that this machine cannot run.
const NotHere = 77

// Enter runs this program again in namespaces of its own and ends with its status: a network of its own, so that no port is
// taken and nothing gets out; mounts of its own, for a hosts file of its own; and process ids of its own, so that the kernel
// ends everything when the program ends, however it ends. Root is not needed where the system allows user namespaces.
func Enter() {
	if os.Getenv(insideVariable) != "" {
		return
	}
	// The child dies with the thread that made it.
	runtime.LockOSThread()
	flags := uintptr(syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID)
	var err error
	// A user namespace first, for root too: in a container, root may be allowed to make a network and not to change it.
	for _, user := range []bool{true, false} {
		if !user && os.Geteuid() != 0 {
			continue
		}
		c := exec.Command("/proc/self/exe", os.Args[1:]...)
		c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
		c.Env = append(os.Environ(), insideVariable+"=1")
		c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: syscall.SIGKILL}
		if user {
			c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
			c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
			c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
		}
		if err = c.Start(); err == nil {
			os.Exit(follow(c))
		}
	}
	fmt.Fprintf(os.Stderr, "cluster: not run: this machine allows no namespaces (%v)\n", err)
	os.Exit(NotHere)
}

// follow hands signals on to the program inside, once, and ends it when it does not end by itself.
func follow(c *exec.Cmd) int {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	var late <-chan time.Time
	for {
		select {
		case <-signals:
			_ = c.Process.Signal(syscall.SIGTERM)
			if late == nil {
				late = time.After(60 * time.Second)
			}
		case <-late:
			_ = c.Process.Kill()
		case err := <-done:
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				if exit.ExitCode() >= 0 {
					return exit.ExitCode()
				}
				return 1
			}
			if err != nil {
				return 1
			}
			return 0
		}
	}
}

// settle makes the namespaces usable: the loopback is up, and names come from the file hosts.
func settle(hosts, resolv string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making the mounts private: %w", err)
	}
	// Some programs look for themselves in /proc. Where it cannot be mounted, they see the outer one and go on.
	_ = unix.Mount("proc", "/proc", "proc", 0, "")
	for file, text := range map[string]string{hosts: "127.0.0.1 localhost\n", resolv: "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	for target, source := range map[string]string{"/etc/hosts": hosts, "/etc/resolv.conf": resolv} {
		real, err := filepath.EvalSymlinks(target)
		if err != nil {
			if target == "/etc/hosts" {
				return err
			}
			continue // without a resolver there is nothing to be hidden
		}
		if err := unix.Mount(source, real, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("a %s of its own: %w", target, err)
		}
	}
	for _, command := range []string{"ip link set lo up", "ip address add " + advertised + "/32 dev lo"} {
		args := strings.Fields(command)
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", command, err, out)
		}
	}
	return nil
}
