package monitoring

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// ofTarget is the label that Prometheus makes of an Application's namespace where
// the ServiceMonitor does not say `honorLabels: true`.
const ofTarget = "exported_namespace"

// open are labels whose values are somebody's own.
var open = []string{"project", "namespace", "dest_namespace", "trigger"}

// complaints are what is wrong with a query: it cannot be parsed, it asks for a
// metric that no program exports, for a label that the metric has not, or for a value
// that the label never has.
func (c collected) complaints(query string) []string {
	expression, err := parser.ParseExpr(query)
	if err != nil {
		return []string{err.Error()}
	}
	var found []string
	complain := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	known := map[string]bool{ofTarget: true}
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		metric, ok := c[selector.Name]
		if !ok {
			complain("no program exports %q", selector.Name)
			return nil
		}
		for label := range metric {
			known[label] = true
		}
		for _, matcher := range selector.LabelMatchers {
			if matcher.Name == labels.MetricName {
				continue
			}
			values, ok := metric[matcher.Name]
			if !ok {
				complain("%s has no label %q", selector.Name, matcher.Name)
				continue
			}
			if slices.Contains(open, matcher.Name) {
				continue
			}
			alternatives := []string{matcher.Value}
			if matcher.Type == labels.MatchRegexp || matcher.Type == labels.MatchNotRegexp {
				alternatives = strings.Split(matcher.Value, "|")
			}
			for _, alternative := range alternatives {
				if !values[alternative] {
					complain("%s never has %s=%q", selector.Name, matcher.Name, alternative)
				}
			}
		}
		return nil
	})
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		if aggregate, ok := node.(*parser.AggregateExpr); ok {
			for _, label := range aggregate.Grouping {
				if !known[label] {
					complain("no metric of the query has the label %q", label)
				}
			}
		}
		return nil
	})
	return found
}
