package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"

	"argocd-atlas-plugin/cluster/servers"
)

const node = "cluster"

// Kubelet makes pods behave. A pod whose first container is a database gets a real server, on an address of its own in
// 127.1.0.0/16, with the pod's environment, arguments and probes. Every other pod only becomes Running, and Ready a moment
// later. It plays the scheduler, the volumes and the cluster's DNS too: a claim is bound at once and keeps its data, and the
// names of Services stand in the hosts file while there is a ready database behind them.
type Kubelet struct {
	rig *Rig
	ctx context.Context
	end context.CancelFunc

	mu       sync.Mutex
	workers  map[types.UID]*worker
	services map[string]*v1.Service
	next     int
	hosts    string
	group    sync.WaitGroup

	// Faults, by namespace.
	startDelay map[string]time.Duration
	neverReady map[string]bool
	small      map[string]int
}

func newKubelet(r *Rig) *Kubelet {
	return &Kubelet{rig: r, workers: map[types.UID]*worker{}, services: map[string]*v1.Service{}, startDelay: map[string]time.Duration{},
		neverReady: map[string]bool{}, small: map[string]int{}}
}

// DelayDatabases makes the databases of a namespace take their time to start, but not the development ones.
func (k *Kubelet) DelayDatabases(namespace string, d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.startDelay[namespace] = d
}

// SmallVolumes gives the claims of a namespace a file system of so many MiB, in memory, that can be filled.
func (k *Kubelet) SmallVolumes(namespace string, mebibytes int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.small[namespace] = mebibytes
}

// NeverReady makes the pods of an image stay unready.
func (k *Kubelet) NeverReady(image string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.neverReady[image] = true
}

// Databases are the servers of a namespace, without development ones.
func (k *Kubelet) Databases(namespace string) []*servers.Server {
	k.mu.Lock()
	defer k.mu.Unlock()
	var found []*servers.Server
	for _, w := range k.workers {
		if w.pod.Namespace == namespace && w.server != nil && !w.development() {
			found = append(found, w.server)
		}
	}
	return found
}

func (k *Kubelet) start(ctx context.Context) error {
	k.ctx, k.end = context.WithCancel(ctx)
	n := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: node}}
	n, err := k.rig.Kube.CoreV1().Nodes().Create(ctx, n, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	n.Status.Conditions = []v1.NodeCondition{{Type: v1.NodeReady, Status: v1.ConditionTrue, Reason: "KubeletReady",
		LastHeartbeatTime: metav1.Now(), LastTransitionTime: metav1.Now()}}
	if _, err := k.rig.Kube.CoreV1().Nodes().UpdateStatus(ctx, n, metav1.UpdateOptions{}); err != nil {
		return err
	}
	f := informers.NewSharedInformerFactory(k.rig.Kube, 0)
	handlers := map[cache.SharedIndexInformer]cache.ResourceEventHandlerFuncs{
		f.Core().V1().Services().Informer():               events(k.onService),
		f.Core().V1().PersistentVolumeClaims().Informer(): events(k.onClaim),
		f.Core().V1().Pods().Informer():                   events(k.onPod),
	}
	for informer, h := range handlers {
		if _, err := informer.AddEventHandler(h); err != nil {
			return err
		}
	}
	f.Start(k.ctx.Done())
	return nil
}

// events makes one function of an informer's three.
func events[T any](f func(o T, deleted bool)) cache.ResourceEventHandlerFuncs {
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { f(o.(T), false) },
		UpdateFunc: func(_, o any) { f(o.(T), false) },
		DeleteFunc: func(o any) {
			if gone, ok := o.(cache.DeletedFinalStateUnknown); ok {
				o = gone.Obj
			}
			f(o.(T), true)
		},
	}
}

// stop ends every server.
func (k *Kubelet) stop() {
	if k.end == nil {
		return
	}
	k.end()
	k.group.Wait()
}

func (k *Kubelet) onService(s *v1.Service, deleted bool) {
	k.mu.Lock()
	key := s.Namespace + "/" + s.Name
	if deleted {
		delete(k.services, key)
	} else {
		k.services[key] = s
	}
	k.mu.Unlock()
	k.writeHosts()
}

func (k *Kubelet) onClaim(c *v1.PersistentVolumeClaim, deleted bool) {
	if deleted {
		path := k.rig.file("claims", c.Namespace+"."+c.Name)
		_ = unix.Unmount(path, unix.MNT_DETACH)
		_ = os.RemoveAll(path)
		return
	}
	if c.Status.Phase == v1.ClaimBound {
		return
	}
	pending := c
	c = c.DeepCopy()
	c.Status.Phase, c.Status.AccessModes, c.Status.Capacity = v1.ClaimBound, c.Spec.AccessModes, c.Spec.Resources.Requests
	// Another version of it comes by if this one is too old.
	_, err := k.rig.Kube.CoreV1().PersistentVolumeClaims(c.Namespace).UpdateStatus(k.ctx, c, metav1.UpdateOptions{})
	if err != nil && !apierrors.IsConflict(err) && !apierrors.IsNotFound(err) && k.ctx.Err() == nil {
		time.AfterFunc(time.Second, func() { k.onClaim(pending, false) })
	}
}

func (k *Kubelet) onPod(p *v1.Pod, deleted bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.workers[p.UID]
	if deleted {
		if w != nil {
			w.delete()
		}
		return
	}
	if w == nil {
		ended := p.Status.Phase == v1.PodSucceeded || p.Status.Phase == v1.PodFailed
		if (ended && p.DeletionTimestamp == nil) || k.ctx.Err() != nil {
			return
		}
		k.next++
		w = &worker{kubelet: k, pod: p, number: k.next, ip: fmt.Sprintf("127.1.%d.%d", k.next/250, k.next%250+1),
			engine: servers.EngineOf(p.Spec.Containers[0].Image)}
		w.deleting, w.delete = context.WithCancel(k.ctx)
		k.workers[p.UID] = w
		k.group.Add(1)
		go w.run()
	}
	if p.DeletionTimestamp != nil {
		w.delete()
	}
}

// writeHosts writes every Service with a ready database behind it, by all its names.
func (k *Kubelet) writeHosts() {
	k.mu.Lock()
	defer k.mu.Unlock()
	var lines []string
	for _, s := range k.services {
		if len(s.Spec.Selector) == 0 {
			continue
		}
		for _, w := range k.workers {
			if w.engine == "" || w.pod.Namespace != s.Namespace || !w.ready || w.deleting.Err() != nil || !selects(s.Spec.Selector, w.pod.Labels) {
				continue
			}
			names := fmt.Sprintf("%[1]s.%[2]s %[1]s.%[2]s.svc %[1]s.%[2]s.svc.cluster.local", s.Name, s.Namespace)
			if s.Namespace == "default" {
				// Here the operator's own namespace, whose names are short to it.
				names = s.Name + " " + names
			}
			lines = append(lines, w.ip+" "+names)
			break
		}
	}
	sort.Strings(lines)
	text := "127.0.0.1 localhost\n" + strings.Join(lines, "\n") + "\n"
	if text == k.hosts {
		return
	}
	k.hosts = text
	// In place, since the file is mounted: longer first, then the rest is cut off.
	f, err := os.OpenFile(k.rig.file("hosts"), os.O_WRONLY, 0)
	if err != nil {
		k.rig.say("PROBLEM hosts: %v", err)
		return
	}
	defer f.Close()
	if n, err := f.WriteString(text); err == nil {
		_ = f.Truncate(int64(n))
	}
}

func selects(selector, labels map[string]string) bool {
	for k, v := range selector {
		if labels[k] != v {
			return false
		}
	}
	return true
}

// worker is one pod.
type worker struct {
	kubelet  *Kubelet
	pod      *v1.Pod
	number   int
	ip       string
	engine   string
	deleting context.Context
	delete   context.CancelFunc

	// Under the kubelet's lock.
	server *servers.Server
	ready  bool

	restarts int32
	started  metav1.Time
}

func (w *worker) development() bool {
	return w.pod.Labels["app.kubernetes.io/name"] == "atlas-dev-db"
}

func (w *worker) run() {
	k := w.kubelet
	defer k.group.Done()
	pods := k.rig.Kube.CoreV1().Pods(w.pod.Namespace)
	if w.pod.Spec.NodeName == "" {
		b := &v1.Binding{ObjectMeta: metav1.ObjectMeta{Name: w.pod.Name}, Target: v1.ObjectReference{Kind: "Node", Name: node}}
		_ = pods.Bind(k.ctx, b, metav1.CreateOptions{})
	}
	if err := w.live(); err != nil && k.ctx.Err() == nil {
		k.rig.say("PROBLEM pod %s/%s: %v", w.pod.Namespace, w.pod.Name, err)
	}
	if w.server != nil {
		w.server.Stop()
	}
	<-w.deleting.Done()
	if k.ctx.Err() == nil {
		zero := int64(0)
		uid := w.pod.UID
		for range 20 {
			err := pods.Delete(k.ctx, w.pod.Name, metav1.DeleteOptions{GracePeriodSeconds: &zero, Preconditions: &metav1.Preconditions{UID: &uid}})
			if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
				break
			}
			w.pause(500 * time.Millisecond)
		}
	}
	k.mu.Lock()
	delete(k.workers, w.pod.UID)
	k.mu.Unlock()
	_ = os.RemoveAll(w.dir())
	k.writeHosts()
}

// dir is short, for the path of a socket in it.
func (w *worker) dir() string { return w.kubelet.rig.file("db", fmt.Sprint(w.number)) }

// pause waits, and says whether the pod is to go on.
func (w *worker) pause(d time.Duration) bool {
	select {
	case <-w.deleting.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func (w *worker) live() error {
	k := w.kubelet
	var env map[string]string
	for {
		var why string
		var err error
		if env, why, err = w.environment(); err == nil && why == "" {
			break
		}
		if err == nil {
			w.report(v1.PodPending, false, false, &v1.ContainerStateWaiting{Reason: "CreateContainerConfigError", Message: why}, nil)
		}
		if !w.pause(2 * time.Second) {
			return nil
		}
	}
	w.started = metav1.Now()
	if w.engine != "" {
		return w.liveDatabase(env)
	}
	if p := w.pod.Spec.RestartPolicy; p == v1.RestartPolicyNever || p == v1.RestartPolicyOnFailure {
		w.report(v1.PodRunning, true, true, nil, nil)
		if w.pause(time.Second) {
			w.report(v1.PodSucceeded, false, false, nil, &v1.ContainerStateTerminated{Reason: "Completed"})
		}
		return nil
	}
	w.report(v1.PodRunning, false, true, nil, nil)
	k.mu.Lock()
	never := k.neverReady[w.pod.Spec.Containers[0].Image]
	k.mu.Unlock()
	if !never && w.pause(time.Second) {
		w.report(v1.PodRunning, true, true, nil, nil)
	}
	return nil
}

var reference = regexp.MustCompile(`\$\((\w+)\)`)

// environment is the first container's, or why it cannot be known yet.
func (w *worker) environment() (map[string]string, string, error) {
	env := map[string]string{}
	core := w.kubelet.rig.Kube.CoreV1()
	for _, e := range w.pod.Spec.Containers[0].Env {
		switch from := e.ValueFrom; {
		case from == nil:
			env[e.Name] = reference.ReplaceAllStringFunc(e.Value, func(m string) string {
				if v, ok := env[m[2:len(m)-1]]; ok {
					return v
				}
				return m
			})
		case from.SecretKeyRef != nil:
			ref := from.SecretKeyRef
			s, err := core.Secrets(w.pod.Namespace).Get(w.deleting, ref.Name, metav1.GetOptions{})
			if err != nil && !apierrors.IsNotFound(err) {
				return nil, "", err
			}
			value, ok := []byte(nil), false
			if err == nil {
				value, ok = s.Data[ref.Key]
			}
			if ok {
				env[e.Name] = string(value)
			} else if ref.Optional == nil || !*ref.Optional {
				return nil, fmt.Sprintf("secret %q not found, or without the key %q", ref.Name, ref.Key), nil
			}
		case from.ConfigMapKeyRef != nil:
			ref := from.ConfigMapKeyRef
			m, err := core.ConfigMaps(w.pod.Namespace).Get(w.deleting, ref.Name, metav1.GetOptions{})
			if err != nil && !apierrors.IsNotFound(err) {
				return nil, "", err
			}
			value, ok := "", false
			if err == nil {
				value, ok = m.Data[ref.Key]
			}
			if ok {
				env[e.Name] = value
			} else if ref.Optional == nil || !*ref.Optional {
				return nil, fmt.Sprintf("configmap %q not found, or without the key %q", ref.Name, ref.Key), nil
			}
		}
	}
	return env, "", nil
}

// volume is where the first claim that the container mounts keeps its data, or a place that goes with the pod.
func (w *worker) volume() string {
	for _, mount := range w.pod.Spec.Containers[0].VolumeMounts {
		for _, v := range w.pod.Spec.Volumes {
			if v.Name == mount.Name && v.PersistentVolumeClaim != nil {
				path := w.kubelet.rig.file("claims", w.pod.Namespace+"."+v.PersistentVolumeClaim.ClaimName)
				w.kubelet.mu.Lock()
				size := w.kubelet.small[w.pod.Namespace]
				w.kubelet.mu.Unlock()
				if size == 0 {
					return path
				}
				if _, err := os.Stat(path); err != nil {
					err := os.MkdirAll(path, 0o700)
					if err == nil {
						err = unix.Mount("tmpfs", path, "tmpfs", 0, fmt.Sprintf("size=%dm", size))
					}
					if err != nil {
						w.kubelet.rig.say("PROBLEM volume: %v", err)
					}
				}
				return filepath.Join(path, "data")
			}
		}
	}
	return filepath.Join(w.dir(), "data")
}

func (w *worker) liveDatabase(env map[string]string) error {
	k := w.kubelet
	s := &servers.Server{Engine: w.engine, IP: w.ip, Port: servers.DefaultPort(w.engine), Data: w.volume(), Run: filepath.Join(w.dir(), "r"),
		Templates: k.rig.file("templates"), Env: env, Args: w.pod.Spec.Containers[0].Args}
	w.report(v1.PodPending, false, false, &v1.ContainerStateWaiting{Reason: "ContainerCreating"}, nil)
	for {
		k.mu.Lock()
		delay := k.startDelay[w.pod.Namespace]
		k.mu.Unlock()
		if w.development() {
			delay = 0
		}
		w.started = metav1.Now()
		w.report(v1.PodRunning, false, false, nil, nil)
		if delay > 0 && !w.pause(delay) {
			return nil
		}
		if err := s.Start(w.deleting); err != nil {
			if w.deleting.Err() != nil {
				return nil
			}
			return err
		}
		k.mu.Lock()
		w.server = s
		k.mu.Unlock()
		if !w.probeUntilDeath(s, env) {
			return nil
		}
		s.Stop()
		w.restarts++
		w.report(v1.PodRunning, false, false, &v1.ContainerStateWaiting{Reason: "CrashLoopBackOff", Message: "back-off 3s restarting failed container"}, nil)
		if !w.pause(3 * time.Second) {
			return nil
		}
	}
}

// probing is one probe and how it went so far.
type probing struct {
	*v1.Probe
	due      time.Time
	failures int32
}

func newProbing(p *v1.Probe, now time.Time) *probing {
	if p == nil {
		return nil
	}
	return &probing{Probe: p, due: now.Add(time.Duration(p.InitialDelaySeconds) * time.Second)}
}

// turn says whether it is the probe's turn.
func (p *probing) turn() bool {
	if p == nil || time.Now().Before(p.due) {
		return false
	}
	p.due = time.Now().Add(time.Duration(max(p.PeriodSeconds, 1)) * time.Second)
	return true
}

// probeUntilDeath is true when the server has to be started again, and false when the pod is to go.
func (w *worker) probeUntilDeath(s *servers.Server, env map[string]string) bool {
	c := w.pod.Spec.Containers[0]
	now := time.Now()
	startup, readiness, liveness := newProbing(c.StartupProbe, now), newProbing(c.ReadinessProbe, now), newProbing(c.LivenessProbe, now)
	for {
		select {
		case <-s.Done():
			return true
		case <-w.deleting.Done():
			return false
		case <-time.After(200 * time.Millisecond):
		}
		if startup != nil {
			if startup.turn() {
				if w.probe(startup.Probe, s, env) {
					startup = nil
					w.report(v1.PodRunning, readiness == nil, true, nil, nil)
				} else if startup.failures++; startup.failures >= max(startup.FailureThreshold, 1) {
					return true
				}
			}
			continue
		}
		if readiness == nil && !w.ready {
			w.report(v1.PodRunning, true, true, nil, nil)
		}
		if readiness.turn() {
			if w.probe(readiness.Probe, s, env) {
				readiness.failures = 0
				if !w.ready {
					w.report(v1.PodRunning, true, true, nil, nil)
				}
			} else if readiness.failures++; w.ready && readiness.failures >= max(readiness.FailureThreshold, 1) {
				w.report(v1.PodRunning, false, true, nil, nil)
			}
		}
		if liveness.turn() {
			if w.probe(liveness.Probe, s, env) {
				liveness.failures = 0
			} else if liveness.failures++; liveness.failures >= max(liveness.FailureThreshold, 1) {
				return true
			}
		}
	}
}

var loopback = regexp.MustCompile(`\b(127\.0\.0\.1|localhost)\b`)

// probe runs a probe as it is written; the pod's own loopback is its address here.
func (w *worker) probe(p *v1.Probe, s *servers.Server, env map[string]string) bool {
	// Two cores are shared by everything: a process may need a while.
	limit := max(time.Duration(p.TimeoutSeconds)*time.Second, 5*time.Second)
	switch {
	case p.TCPSocket != nil:
		c, err := net.DialTimeout("tcp", fmt.Sprintf("%s:%d", w.ip, s.Port), limit)
		if err != nil {
			return false
		}
		c.Close()
		return true
	case p.Exec != nil:
		ctx, cancel := context.WithTimeout(w.deleting, limit)
		defer cancel()
		var args []string
		for _, a := range p.Exec.Command {
			args = append(args, loopback.ReplaceAllString(a, w.ip))
		}
		c := exec.CommandContext(ctx, args[0], args[1:]...)
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		c.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + s.Run, "MYSQL_UNIX_PORT=" + s.Socket(), "PGHOST=" + s.Run,
			fmt.Sprintf("PGPORT=%d", s.Port)}
		for k, v := range env {
			c.Env = append(c.Env, k+"="+v)
		}
		return c.Run() == nil
	}
	return true
}

// report writes the pod's status.
func (w *worker) report(phase v1.PodPhase, ready, started bool, waiting *v1.ContainerStateWaiting, ended *v1.ContainerStateTerminated) {
	k := w.kubelet
	now := metav1.Now()
	condition := func(t v1.PodConditionType, value bool) v1.PodCondition {
		s := v1.ConditionFalse
		if value {
			s = v1.ConditionTrue
		}
		return v1.PodCondition{Type: t, Status: s, LastTransitionTime: now}
	}
	status := v1.PodStatus{Phase: phase, PodIP: w.ip, PodIPs: []v1.PodIP{{IP: w.ip}}, HostIP: "127.0.0.1", StartTime: &now,
		Conditions: []v1.PodCondition{condition(v1.PodScheduled, true), condition(v1.PodInitialized, true), condition(v1.ContainersReady, ready),
			condition(v1.PodReady, ready)}}
	state := v1.ContainerState{}
	switch {
	case waiting != nil:
		state.Waiting = waiting
	case ended != nil:
		state.Terminated = ended
	default:
		state.Running = &v1.ContainerStateRunning{StartedAt: w.started}
	}
	for _, c := range w.pod.Spec.InitContainers {
		status.InitContainerStatuses = append(status.InitContainerStatuses, v1.ContainerStatus{Name: c.Name, Image: c.Image, ImageID: c.Image, Ready: true,
			State: v1.ContainerState{Terminated: &v1.ContainerStateTerminated{Reason: "Completed"}}})
	}
	for _, c := range w.pod.Spec.Containers {
		status.ContainerStatuses = append(status.ContainerStatuses, v1.ContainerStatus{Name: c.Name, Image: c.Image, ImageID: c.Image, Ready: ready,
			RestartCount: w.restarts, Started: &started, State: state})
	}
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": w.pod.UID}, "status": status})
	if err != nil {
		k.rig.say("PROBLEM %v", err)
		return
	}
	k.mu.Lock()
	w.ready = ready
	k.mu.Unlock()
	// Names first: whoever sees the pod ready finds it.
	k.writeHosts()
	for range 40 {
		_, err = k.rig.Kube.CoreV1().Pods(w.pod.Namespace).Patch(k.ctx, w.pod.Name, types.MergePatchType, body, metav1.PatchOptions{}, "status")
		if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) || apierrors.IsInvalid(err) || !w.pause(500*time.Millisecond) {
			break
		}
	}
}
