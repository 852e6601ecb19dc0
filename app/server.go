package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"

	"watercooler/app/kv"
	"watercooler/static"
)

// Limits of the server. Requests have their own ten-second deadline (app/web); these bound what happens around them.
const (
	readTimeout  = 30 * time.Second // for a whole request: slow lines send photos
	idleTimeout  = 75 * time.Second // longer than the idle time of common proxies, so that they close first
	headerBytes  = 16 << 10
	shutdownTime = 20 * time.Second
)

// server is the HTTP server with every route, under a name of ours: the wiring in app.go need not know fiber.
type server struct{ *fiber.App }

// newServer returns the HTTP server. WriteTimeout stays 0: it would cut off answers that are streamed.
func (a *App) newServer(requestContext func(context.Context) context.Context) server {
	f := fiber.New(fiber.Config{
		AppName:                 "watercooler",
		DisableStartupMessage:   true,
		Immutable:               true, // SECURITY: without it a string kept after the handler changes under our hands
		StrictRouting:           false,
		ReadTimeout:             readTimeout,
		IdleTimeout:             idleTimeout,
		ReadBufferSize:          headerBytes,
		BodyLimit:               a.cfg.BodyLimit,
		ErrorHandler:            a.web.Refuse,
		EnableTrustedProxyCheck: true,
		TrustedProxies:          a.cfg.TrustedProxies,
		ProxyHeader:             a.cfg.ProxyHeader,
		EnableIPValidation:      true,
	})
	// Kept-alive connections are told to go while the server stops, so that a proxy does not send its next request into a
	// closing one.
	f.Server().CloseOnShutdown = true
	a.routes(f, func(c *fiber.Ctx) error {
		if requestContext != nil {
			c.SetUserContext(requestContext(c.UserContext()))
		}
		return c.Next()
	})
	return server{f}
}

// Serve answers requests on listen until ctx ends, and then stops without losing one: the readiness check turns red, no new
// connection is taken, requests under way are finished, and what they wrote is handed to every consumer or stays in the
// outbox for the next start.
func (a *App) Serve(ctx context.Context, listen string) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", listen, err)
	}
	return a.ServeOn(ctx, l)
}

// ServeOn is Serve on a listener that is open already; it closes l.
func (a *App) ServeOn(ctx context.Context, l net.Listener) error {
	// The background work outlives the requests, so that what the last of them wrote still gets its turn.
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	a.startJobs(work, &running)

	failed := make(chan error, 1)
	go func() { failed <- a.server.Listener(l) }()
	a.ready.Store(true)
	a.log.Info("listening", "address", "http://"+l.Addr().String(), "base_url", a.cfg.BaseURL)

	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		a.ready.Store(false)
		a.log.Info("stopping", "reason", context.Cause(ctx))
		if err = a.server.ShutdownWithTimeout(shutdownTime); errors.Is(err, context.DeadlineExceeded) {
			a.log.Warn("some requests did not end in time", "after", shutdownTime)
			err = nil
		}
		_ = l.Close() // closed by the shutdown already, unless that came before the server had begun to listen
		err = errors.Join(err, <-failed)
	}
	stopWork()
	running.Wait()
	return err
}

// health answers /healthz: the process is alive. It touches nothing, so that a slow database does not get the hub killed.
func health(c *fiber.Ctx) error { return c.SendString("ok\n") }

// readiness answers /readyz: send people here, or do not.
func (a *App) readiness(c *fiber.Ctx) error {
	problem := ""
	switch {
	case !a.ready.Load():
		problem = "starting or stopping"
	case a.db.Ping(c.UserContext()) != nil:
		problem = "the database does not answer"
	}
	if problem != "" {
		return c.Status(fiber.StatusServiceUnavailable).SendString(problem + "\n")
	}
	return c.SendString("ready\n")
}

// observed measures each request for Prometheus. It sits outside the error handling, so it sees the status that was sent.
func (a *App) observed(c *fiber.Ctx) error {
	start := time.Now()
	err := c.Next()
	// The pattern and not the path: ids in labels would make a series per thread.
	a.metrics.observe(request{c.Route().Path, c.Method(), c.Response().StatusCode()}, time.Since(start))
	return err
}

// asset answers /static/HASH/name. The hash is in the path, so a file never changes under its address.
func asset(c *fiber.Ctx) error {
	if c.Params("hash") != staticHash {
		return fiber.ErrNotFound
	}
	body, contentType, encoding, ok := static.Open(c.Params("*"), c.Get(fiber.HeaderAcceptEncoding))
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, contentType)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	c.Context().Response.SetBodyRaw(body) // embedded and never changed, so no copy is needed
	return nil
}

// staticHash is the part of static.Prefix that changes with the files.
var staticHash = func() string {
	p := static.Prefix()
	return p[len("/static/") : len(p)-1]
}()

// Rates per class of route, for each account, or for each address where nobody is signed in. They are far above what a person
// does and stop what only a program does.
var (
	readRate  = kv.Rate{Limit: 1200, Per: time.Minute}
	writeRate = kv.Rate{Limit: 120, Per: time.Minute}
	findRate  = kv.Rate{Limit: 600, Per: time.Minute} // suggestions ask at each key
	draftRate = kv.Rate{Limit: 240, Per: time.Minute}
	doorRate  = kv.Rate{Limit: 60, Per: time.Minute} // passwords are limited per account besides, in auth
	photoRate = kv.Rate{Limit: 30, Per: time.Hour}
	// Letters to addresses that anybody can name; package blogs limits those to one address besides.
	letterRate = kv.Rate{Limit: 20, Per: time.Hour}
	visitRate  = kv.Rate{Limit: 60, Per: time.Hour}
)

// limit refuses requests of one class beyond rate, where the operator wants limits.
func (a *App) limit(class string, rate kv.Rate) fiber.Handler {
	if !a.cfg.RateLimits {
		return func(c *fiber.Ctx) error { return c.Next() }
	}
	return a.web.RateLimit(a.kv, class, rate)
}

// compressed makes pages smaller for browsers that ask for it. Static files are compressed when they are built, and a zip file, which
// may be large, is as small as it gets.
var compressed = compress.New(compress.Config{
	Level: compress.LevelBestSpeed,
	Next:  func(c *fiber.Ctx) bool { return c.Method() == fiber.MethodPost && c.Path() == "/settings/export" },
})
