package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// sample is what one run took.
type sample struct {
	wall, processor time.Duration
	// memory is the peak in bytes.
	memory int64
}

// samples are the runs of one command, in the order of the rounds.
type samples []sample

func wall(s sample) float64      { return float64(s.wall) / float64(time.Millisecond) }
func processor(s sample) float64 { return float64(s.processor) / float64(time.Millisecond) }
func memory(s sample) float64    { return float64(s.memory) / (1 << 20) }

func (s samples) of(quantity func(sample) float64) spread {
	var values spread
	for _, one := range s {
		values = append(values, quantity(one))
	}
	return values
}

// spread is what was measured of one quantity.
type spread []float64

func (s spread) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	if len(sorted) == 0 {
		return 0
	}
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// String is the median with the least and the most.
func (s spread) String() string {
	if len(s) == 0 {
		return "–"
	}
	return fmt.Sprintf("%s (%s–%s)", digits(s.median()), digits(slices.Min(s)), digits(slices.Max(s)))
}

// over divides round by round, so that what slows down a whole round cancels. A
// command that ran fewer rounds than the other counts for those.
func (s spread) over(other spread) spread {
	var ratios spread
	for i := range min(len(s), len(other)) {
		ratios = append(ratios, s[i]/other[i])
	}
	return ratios
}

// digits writes two significant digits, and all of them before the point.
func digits(value float64) string {
	switch {
	case value < 0.995:
		return fmt.Sprintf("%.2f", value)
	case value < 9.95:
		return fmt.Sprintf("%.1f", value)
	}
	return thousands(int(value + 0.5))
}

func thousands(n int) string {
	text := fmt.Sprint(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// launcher runs commands through cmd/measure, which says why.
type launcher struct {
	// binary is cmd/measure.
	binary string
	env    []string
}

// run runs a command with its standard output in a file.
func (l launcher) run(output string, command ...string) (sample, error) {
	var messages strings.Builder
	measure := exec.Command(l.binary, append([]string{output}, command...)...)
	measure.Env, measure.Stderr = l.env, &messages
	line, err := measure.Output()
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, messages.String())
	}
	var s sample
	if _, err := fmt.Sscan(string(line), &s.wall, &s.processor, &s.memory); err != nil {
		return sample{}, fmt.Errorf("measure printed %q: %w", line, err)
	}
	s.memory <<= 10
	return s, nil
}

// generateEnv is what Argo CD tells the plugin about the Application and about the cluster.
var generateEnv = []string{
	"ARGOCD_APP_NAME=shop", "ARGOCD_APP_NAMESPACE=shop", "ARGOCD_APP_PARAMETERS=[]",
	"KUBE_VERSION=1.36.1", "KUBE_API_VERSIONS=" + strings.Join(served(), ","),
}

// served is what a cluster of some size says that it serves: the kinds that are
// printed here among those of a hundred others.
func served() []string {
	versions := []string{}
	for version, kinds := range map[string]string{
		"v1":                     "ConfigMap Namespace Pod Secret Service",
		"apps/v1":                "DaemonSet Deployment StatefulSet",
		"batch/v1":               "CronJob Job",
		"db.atlasgo.io/v1alpha1": "AtlasMigration AtlasSchema",
		"external-secrets.io/v1": "ExternalSecret SecretStore",
		"networking.k8s.io/v1":   "Ingress NetworkPolicy",
		"policy/v1":              "PodDisruptionBudget",
	} {
		versions = append(versions, version)
		for _, kind := range strings.Fields(kinds) {
			versions = append(versions, version+"/"+kind)
		}
	}
	for group := range 100 {
		version := fmt.Sprintf("g%d.example.com/v1", group)
		versions = append(versions, version, version+"/One", version+"/Other", version+"/Third")
	}
	slices.Sort(versions)
	return versions
}

func environment(home string) []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}, generateEnv...)
}
