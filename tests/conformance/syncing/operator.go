package syncing

import (
	"fmt"

	atlas "github.com/ariga/atlas-operator/api/v1alpha1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

const atlasGroup = "db.atlasgo.io"

// script is what the Atlas Operator does with a resource, one step between two
// looks of Argo CD. The statuses are written by the operator's own methods.
type script []step

// step changes the status and says whether the database now has the schema of
// the object's generation.
type step func(obj *unstructured.Unstructured) (done bool, err error)

// resource is what the operator's two types have in common.
type resource interface {
	SetReconciling(message string)
	SetNotReady(reason, message string)
	IsReady() bool
}

// status makes a step of what a reconciler does to its resource.
func status(change func(resource)) step {
	return func(obj *unstructured.Unstructured) (bool, error) {
		var typed resource
		switch obj.GetKind() {
		case "AtlasSchema":
			typed = &atlas.AtlasSchema{}
		case "AtlasMigration":
			typed = &atlas.AtlasMigration{}
		default:
			return false, fmt.Errorf("the operator has no kind %s", obj.GetKind())
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(obj.Object, typed); err != nil {
			return false, err
		}
		change(typed)
		fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
		if err != nil {
			return false, err
		}
		obj.Object["status"] = fields["status"]
		return typed.IsReady(), nil
	}
}

// unseen is a step in which the operator is away or busy with others.
func unseen() step {
	return func(*unstructured.Unstructured) (bool, error) { return false, nil }
}

func reconciling(message string) step {
	return status(func(r resource) { r.SetReconciling(message) })
}

func notReady(reason, message string) step {
	return status(func(r resource) { r.SetNotReady(reason, message) })
}

func applied() step {
	return status(func(r resource) {
		switch r := r.(type) {
		case *atlas.AtlasSchema:
			r.SetReady(r.Status, nil)
		case *atlas.AtlasMigration:
			r.SetReady(r.Status)
		}
	})
}

// stale is the end of a reconciliation that began before the last change: the
// operator writes the status of the generation that it had read. The first one has
// none before it.
func stale() step {
	return func(obj *unstructured.Unstructured) (bool, error) {
		generation := obj.GetGeneration()
		if generation == 1 {
			return false, nil
		}
		obj.SetGeneration(generation - 1)
		defer obj.SetGeneration(generation)
		_, err := applied()(obj)
		return false, err
	}
}

// before makes a step of an operator that is older than what the field names
// need: the status lacks them.
func before(s step, fields ...string) step {
	return func(obj *unstructured.Unstructured) (bool, error) {
		done, err := s(obj)
		for _, field := range fields {
			unstructured.RemoveNestedField(obj.Object, "status", field)
		}
		conditions, _, _ := unstructured.NestedSlice(obj.Object, "status", "conditions")
		var ready []any
		for _, condition := range conditions {
			if fields, ok := condition.(map[string]any); ok && fields["type"] == "Ready" {
				ready = append(ready, condition)
			}
		}
		if len(conditions) > 0 {
			err = unstructured.SetNestedSlice(obj.Object, ready, "status", "conditions")
		}
		return done, err
	}
}

// times repeats a step.
func times(n int, s step) script {
	var steps script
	for range n {
		steps = append(steps, s)
	}
	return steps
}

// join puts scripts behind each other.
func join(scripts ...script) script {
	var joined script
	for _, s := range scripts {
		joined = append(joined, s...)
	}
	return joined
}

const (
	unreachable = "Error: dial tcp 10.96.14.7:3306: connect: connection refused"
	badSQL      = `Error: read state from "schema.sql": executing statement: "create table t (id itn)": Error 1064 (42000): You have an error in your SQL syntax`
)

// endsWell are the ways to a schema that is in place.
func endsWell() map[string]script {
	begin, end := script{reconciling("Reconciling")}, script{applied()}
	return map[string]script{
		"at once":                            join(begin, end),
		"a slow start":                       join(times(6, unseen()), begin, times(4, notReady("GettingDevDB", "waiting for dev database to be ready")), end),
		"the dev database takes its time":    join(begin, times(8, notReady("GettingDevDB", "waiting for dev database to be ready")), end),
		"the database cannot be reached":     join(begin, times(5, notReady("CalculatingHash", unreachable)), end),
		"the change is noticed":              join(script{unseen(), reconciling("current schema does not match last applied")}, end),
		"the operator is away for long":      join(times(30, unseen()), begin, end),
		"waiting for a person":               join(begin, times(6, notReady("ApprovalPending", "plan approval pending, review here: https://a.example/1")), end),
		"the token server is away":           join(begin, times(2, notReady("Login", "Error: 503 Service Unavailable")), times(2, notReady("WhoAmI", "Error: 503 Service Unavailable")), end),
		"a secret comes late":                join(begin, times(3, notReady("ReadSchema", `secrets "shop-db-credentials" not found`)), times(3, notReady("ReadingMigrationData", `secrets "shop-db-credentials" not found`)), end),
		"a status of the generation before":  join(script{stale(), stale()}, begin, end),
		"the operator restarts in the midst": join(begin, times(2, notReady("GettingDevDB", "waiting for dev database to be ready")), times(5, unseen()), begin, end),
	}
}

// older are scripts of operators that write less into the status. They cannot
// tell a generation that they have not seen, so they are only right for a first
// installation.
func older() map[string]script {
	all := map[string]script{}
	for version, missing := range map[string][]string{
		"0.7.2":  {"observedGeneration", "failed"},
		"0.7.15": {"observedGeneration"},
	} {
		var steps script
		for _, s := range (script{unseen(), reconciling("Reconciling"), notReady("GettingDevDB", "waiting for dev database to be ready"), applied()}) {
			steps = append(steps, before(s, missing...))
		}
		all["operator "+version] = steps
	}
	return all
}

// endsBadly are the ways in which the schema never gets into place.
func endsBadly() map[string]script {
	begin := script{reconciling("Reconciling")}
	return map[string]script{
		"the SQL is refused":       join(begin, times(30, notReady("ApplyingSchema", badSQL)), times(30, notReady("Migrating", badSQL))),
		"the first run would drop": join(begin, times(30, notReady("FirstRunDestructive", "destructive changes detected: DS102: table dropped"))),
		"the plan is rejected":     join(begin, times(30, notReady("PlanRejected", "plan rejected, review here: https://a.example/1"))),
		"never reachable":          join(begin, times(60, notReady("CalculatingHash", unreachable))),
	}
}
