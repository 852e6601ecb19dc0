# Everything a person needs to build, run and prove Watercooler. `make help` lists it.
# Needs Go, Node with npm, make and git; `make test` and `make bench` install the rest on Debian (script/install-test-deps).

.DEFAULT_GOAL := help
SHELL := /bin/bash

# CGO is off so that the binary is static and runs on any Linux without libraries; -race alone needs it on.
export CGO_ENABLED ?= 0

VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS  := -s -w -X main.version=$(VERSION)
TEMPL    := $(shell find views -name '*.templ' 2>/dev/null)
FRONTEND := package.json package-lock.json static/build.mjs $(shell find static/css static/js static/img -type f 2>/dev/null)

.PHONY: help run build generate test check lint bench bench-search bench-insights clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Build and start the sample hub on http://localhost:8080
	@HUB_SAMPLE=true HUB_LOG_LEVEL=$${HUB_LOG_LEVEL:-warn} ./bin/watercooler serve

build: bin/watercooler ## Build bin/watercooler, one static binary

bin/watercooler: generate
	@go build -trimpath -ldflags '$(LDFLAGS)' -o $@ .

generate: static/dist/.built views/.built ## Build the front end and the page components

static/dist/.built: node_modules/.installed $(FRONTEND)
	@node static/build.mjs
	@touch $@

node_modules/.installed: package.json package-lock.json
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

views/.built: $(TEMPL)
	@go tool templ generate -path views -lazy -log-level warn
	@touch $@

test: generate ## Install what the tests need, then run all of them: both databases, Redis, browser, accessibility
	@script/install-test-deps
	@script/with-servers script/test

check: generate ## The quick proof before a commit: formatting, vet, lint, tests without browser, in under a minute
	@script/check

lint: generate ## Static analysis alone
	@script/lint

bench: build ## Measure speed on 2,000 people, 20,000 threads and 200,000 replies, as ratios within one run
	@script/install-test-deps
	@script/with-servers go run ./app/bench

bench-search: build ## Measure search beside SQLite FTS5 and PostgreSQL on 10,000 to 1,000,000 documents; the first run takes 25 minutes
	@script/install-test-deps
	@script/with-servers go run ./app/bench search

bench-insights: build ## Measure the figures for leaders on 10,000 people, 200,000 threads and 2,000,000 events
	@script/install-test-deps
	@script/with-servers go run ./app/bench insights

clean: ## Remove what the build made; data/ stays
	@rm -rf bin static/dist node_modules views/.built .cache
	@find views -name '*_templ.go' -delete
