package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	prom "github.com/VictoriaMetrics/metrics"
)

// metrics is what the hub tells a Prometheus server about itself. No label ever holds an id, a name or a query: labels are
// route patterns, methods and statuses, so that their number is bounded and nothing personal leaves the hub.
type metrics struct {
	set      *prom.Set
	requests sync.Map // of request to *prom.PrometheusHistogram: making the name for each request would cost more than counting it
}

// request is what one series is about.
type request struct {
	route, method string
	status        int
}

// buckets of the request times, in seconds: from a page out of memory to the deadline.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}

// newMetrics returns the metrics of one hub. documents and lag are asked at each scrape.
func newMetrics(documents func() float64, lag func(context.Context) map[string]float64) *metrics {
	m := &metrics{set: prom.NewSet()}
	m.set.NewGauge("watercooler_index_documents", documents)
	m.set.RegisterMetricsWriter(func(w io.Writer) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		for consumer, seconds := range lag(ctx) {
			prom.WriteGaugeFloat64(w, fmt.Sprintf("watercooler_outbox_lag_seconds{consumer=%q}", consumer), seconds)
		}
	})
	return m
}

// observe records one answered request.
func (m *metrics) observe(r request, took time.Duration) {
	h, ok := m.requests.Load(r)
	if !ok {
		name := fmt.Sprintf("watercooler_request_duration_seconds{route=%q,method=%q,status=\"%d\"}", r.route, r.method, r.status)
		h, _ = m.requests.LoadOrStore(r, m.set.GetOrCreatePrometheusHistogramExt(name, buckets))
	}
	h.(*prom.PrometheusHistogram).Update(took.Seconds())
}

// serve answers /metrics on its own listener, which is not the one people reach, until ctx ends.
func (m *metrics) serve(ctx context.Context, addr string) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		var page bytes.Buffer
		m.set.WritePrometheus(&page)
		prom.WriteProcessMetrics(&page)
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = page.WriteTo(w) // a scrape cut short is tried again by the scraper
	})
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() }) // likewise
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
