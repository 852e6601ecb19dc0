package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics is what the hub tells a Prometheus server about itself. No label ever holds an id, a name or a query: labels are
// route patterns, methods and status classes, so that their number is bounded and nothing personal leaves the hub.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

// newMetrics returns the metrics of one hub. documents and lag are asked at each scrape.
func newMetrics(documents func() float64, lag func(context.Context) map[string]float64) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "watercooler_request_duration_seconds",
			Help:    "Time from the first middleware to the finished answer, by route pattern, method and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route", "method", "status"}),
	}
	m.registry.MustRegister(
		m.requests,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "watercooler_index_documents",
			Help: "Documents in this process's search index.",
		}, documents),
		lagCollector{lag: lag},
	)
	return m
}

// observe records one answered request.
func (m *metrics) observe(route, method, status string, took time.Duration) {
	m.requests.WithLabelValues(route, method, status).Observe(took.Seconds())
}

// serve answers /metrics on its own listener, which is not the one people reach, until ctx ends.
func (m *metrics) serve(ctx context.Context, addr string) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() }) // a scrape cut short is tried again by the scraper
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// lagCollector reports how old the oldest unhandled event of each consumer is.
type lagCollector struct {
	lag func(context.Context) map[string]float64
}

var lagDesc = prometheus.NewDesc("watercooler_outbox_lag_seconds", "Age of the oldest event a consumer has not handled yet.", []string{"consumer"}, nil)

func (l lagCollector) Describe(ch chan<- *prometheus.Desc) { ch <- lagDesc }

func (l lagCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for consumer, seconds := range l.lag(ctx) {
		ch <- prometheus.MustNewConstMetric(lagDesc, prometheus.GaugeValue, seconds, consumer)
	}
}
