package syncing

import (
	"encoding/json"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// ticksToStart is how long a workload takes until it is available: more than one
// look of the engine, so that an engine that does not wait is noticed.
const ticksToStart = 2

// tick lets time pass: what Kubernetes' own controllers do between two looks of
// the engine. The operator is not among them, the scenarios write its states.
func (c *cluster) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, obj := range c.objects {
		c.age[key]++
		if c.age[key] >= ticksToStart {
			c.settle(obj)
		}
	}
}

// settle writes the status that the engine's health checks take for done.
func (c *cluster) settle(obj *unstructured.Unstructured) {
	replicas, found, _ := unstructured.NestedInt64(obj.Object, "spec", "replicas")
	if !found {
		replicas = 1
	}
	generation := obj.GetGeneration()
	status := map[string]any{}
	switch obj.GroupVersionKind().GroupKind().String() {
	case "Deployment.apps":
		status = map[string]any{
			"observedGeneration": generation, "replicas": replicas, "updatedReplicas": replicas,
			"readyReplicas": replicas, "availableReplicas": replicas,
		}
	case "StatefulSet.apps":
		status = map[string]any{
			"observedGeneration": generation, "replicas": replicas, "readyReplicas": replicas, "currentReplicas": replicas,
			"updatedReplicas": replicas, "currentRevision": "1", "updateRevision": "1",
		}
	case "DaemonSet.apps":
		status = map[string]any{
			"observedGeneration": generation, "desiredNumberScheduled": int64(1), "currentNumberScheduled": int64(1),
			"updatedNumberScheduled": int64(1), "numberReady": int64(1), "numberAvailable": int64(1),
		}
	case "Job.batch":
		status = map[string]any{"succeeded": int64(1), "conditions": []any{map[string]any{"type": "Complete", "status": "True"}}}
	case "Pod":
		status = map[string]any{"phase": "Succeeded"}
	case "PersistentVolumeClaim":
		// As with the storage class that most clusters have: a claim is bound when
		// a pod uses it.
		if !c.mentioned(obj.GetName(), "claimName") {
			return
		}
		status = map[string]any{"phase": "Bound"}
	case "HorizontalPodAutoscaler.autoscaling":
		// It works on a workload that is there.
		kind, _, _ := unstructured.NestedString(obj.Object, "spec", "scaleTargetRef", "kind")
		name, _, _ := unstructured.NestedString(obj.Object, "spec", "scaleTargetRef", "name")
		if !c.exists(kind, name) {
			return
		}
		status = map[string]any{"conditions": []any{
			map[string]any{"type": "AbleToScale", "status": "True", "reason": "ReadyForNewScale"},
			map[string]any{"type": "ScalingActive", "status": "True", "reason": "ValidMetricFound"},
		}}
	case "Ingress.networking.k8s.io", "Service":
		status = map[string]any{"loadBalancer": map[string]any{"ingress": []any{map[string]any{"ip": "192.0.2.1"}}}}
	default:
		return
	}
	obj.Object["status"] = status
}

func (c *cluster) exists(kind, name string) bool {
	for key := range c.objects {
		if key.Kind == kind && key.Name == name {
			return true
		}
	}
	return false
}

// mentioned says whether a workload holds `field: name` anywhere.
func (c *cluster) mentioned(name, field string) bool {
	for _, obj := range c.objects {
		if !isWorkload(obj) {
			continue
		}
		text, err := json.Marshal(obj.Object)
		if err == nil && strings.Contains(string(text), `"`+field+`":"`+name+`"`) {
			return true
		}
	}
	return false
}

func isWorkload(obj *unstructured.Unstructured) bool {
	switch obj.GroupVersionKind().GroupKind().String() {
	case "Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "ReplicaSet.apps", "Job.batch", "CronJob.batch", "Pod":
		return true
	}
	return false
}
