package monitoring

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scraped gathers what a server answers to Prometheus.
type scraped struct {
	t       testing.TB
	handler http.Handler
}

// Gather implements prometheus.Gatherer.
func (s scraped) Gather() ([]*dto.MetricFamily, error) {
	s.t.Helper()
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if recorder.Code != http.StatusOK {
		return nil, fmt.Errorf("%d: %s", recorder.Code, recorder.Body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	byName, err := parser.TextToMetricFamilies(recorder.Body)
	if err != nil {
		return nil, err
	}
	var families []*dto.MetricFamily
	for _, family := range byName {
		families = append(families, family)
	}
	return families, nil
}
