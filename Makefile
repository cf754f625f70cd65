.DEFAULT_GOAL := help
.PHONY: help run node-program serve dist ports check test setup postgres lint unit supply build deploy dry-run e2e attacks node differential abuse fuzz page screenshots \
	origins proxies bench format

PORT ?= 8787
PROVIDER_PORT ?= 9100
ORIGIN_PORT ?= 9000
MAIL_PORT ?= 9025
SECONDS ?= 600
CARGO := source scripts/env.sh && cargo
NATIVE := --package edge-authorizer --package server --package service --package bindgen --package wycheproof-cases
WASM := --package cloudflare --package control --package edge --package inspector --package webcrypto
SHELL := /bin/bash
# The limit is for what hangs: how long a file of tests takes is up to the machine.
RUNNER := --test-timeout 600000 --test-force-exit --test-reporter spec

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ports setup $(if $(filter node,$(HOST)),node-program,build) ## Run the demo: workers, or the node with HOST=node, OpenID Provider, origin and mailbox (PORT=, PROVIDER_PORT=, ORIGIN_PORT=, MAIL_PORT=, KEEP=1 keeps its state)
	@node demo/run.mjs --port $(PORT) --provider-port $(PROVIDER_PORT) --origin-port $(ORIGIN_PORT) --mail-port $(MAIL_PORT) \
		$(if $(KEEP),--keep .wrangler/demo) $(if $(filter node,$(HOST)),--node target/release/edge-authorizer)

node-program:
	scripts/build-inspector.sh
	$(CARGO) build --locked --release --package server

serve: ## Serve by one native process with SQLite, without Node.js (ARGS="--listen 127.0.0.1:8787 --data-dir ./data")
	$(CARGO) run --locked --release --package server -- serve $(ARGS)

dist: ## Pack the node: an archive and a Debian package, in target/dist/
	@scripts/dist.sh

# Before anything is built, which takes minutes. Without Node.js, `setup` says what is missing.
ports:
	@if command -v node >/dev/null; then \
		node demo/ports.mjs PORT=$(PORT) PROVIDER_PORT=$(PROVIDER_PORT) ORIGIN_PORT=$(ORIGIN_PORT) \
		MAIL_PORT=$(MAIL_PORT); fi

check: setup lint unit ## Check an edit: formatting, imports, clippy, types and the core's tests, in under two minutes

test: SECONDS = 10
test: postgres check supply fuzz dry-run e2e attacks node page origins proxies ## Check everything: about half an hour

setup: ## Install what the build needs (run, check, test and deploy do it themselves)
	@scripts/setup.sh

lint: ## Check formatting, imports and types, and run clippy with warnings denied
	node scripts/check-imports.mjs
	$(CARGO) fmt --all -- --check
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml -- --check
	$(CARGO) clippy --locked $(NATIVE) --all-targets -- -D warnings
	$(CARGO) clippy --locked $(WASM) --target wasm32-unknown-unknown -- -D warnings
	npx prettier --check --log-level warn .
	npx tsc --project inspector/page

postgres:
	@scripts/setup-postgres.sh || echo "the tests on PostgreSQL will be skipped" >&2

unit: ## Run the native tests of the core, the service and the node
	$(CARGO) test --locked --package edge-authorizer --package service --package server

supply: ## Check the API's description, and what the lock files bring in
	source scripts/env.sh && npx redocly lint --extends recommended-strict www/openapi.json
	scripts/supply.sh

build: ## Build both workers and the inspector
	scripts/build-worker.sh
	scripts/build-inspector.sh

deploy: setup ## Build and deploy both workers (ARGS="--env staging" for wrangler; ARGS=--dry-run uploads nothing)
	source scripts/env.sh && npx wrangler deploy -c control/wrangler.toml $(ARGS) && npx wrangler deploy -c wrangler.toml $(ARGS)

# What the tests of the built worker run on is built as it is for deploying.
dry-run: ARGS = --dry-run
dry-run: deploy

e2e: ## Run the end-to-end tests in workerd, on what `build` built
	@scripts/schemathesis.sh --version >/dev/null || echo "the tests of the API's description will fail without it" >&2
	@scripts/python-clients.sh --version >/dev/null || echo "a test of the token endpoint will fail without them" >&2
	node --test --test-concurrency 3 $(RUNNER) tests/e2e/*.test.mjs tests/differential/*.test.mjs

attacks: ## Run the attack suite in workerd, on what `build` built
	node --test $(RUNNER) tests/attacks/*.test.mjs

# Without what the node has no part in; without the CPU time of requests, which a debug build says nothing about; and without the
# trials of the API's description, which take longer than all others: both hosts answer the API by the same service, and `e2e` has them.
NODE_TESTS := $(filter-out tests/attacks/cost.test.mjs tests/e2e/openapi-%.test.mjs \
	$(patsubst %,tests/e2e/%.test.mjs,bundle demo-parts documents trap upgrade wycheproof), \
	$(wildcard tests/e2e/*.test.mjs tests/attacks/*.test.mjs))

node: ## Run the end-to-end tests and the attack suite on the self-hosted node (FILES="tests/e2e/openapi-owner.test.mjs" for others)
	$(CARGO) build --locked --package server --bin edge-authorizer --example driven
	HOST=node FUZZ_COUNT=20000 node --test --test-concurrency 4 $(RUNNER) $(or $(FILES),$(NODE_TESTS))

differential: setup ## Compare with jose and Envoy on generated tokens, on what `build` built (COUNT=20000, SEED=1)
	@scripts/setup-bench.sh
	DIFFERENTIAL_ENVOY=1 DIFFERENTIAL_COUNT=$(or $(COUNT),20000) DIFFERENTIAL_SEED=$(or $(SEED),1) \
		node --test $(RUNNER) --test-timeout 1800000 tests/differential/*.test.mjs

abuse: ## Serve good requests among abuse, on what `build` built or on the node (HOST=node), 10 minutes (SECONDS=600; or ONLY=rotation, …=withdrawal, …=directory)
	$(if $(filter node,$(HOST)),$(CARGO) build --locked --release --package server --example driven)
	NODE_BUILD=release node tests/abuse/$(or $(ONLY),abuse).mjs $(if $(ONLY),,--seconds $(or $(SECONDS),600))

fuzz: ## Fuzz each part of the core for SECONDS=600, two at a time (TARGETS="path token …" for parts)
	@scripts/fuzz.sh $(SECONDS) $(TARGETS)

page: ## Run the tests of the inspector page in Chromium, on what `build` built
	@scripts/setup-browser.sh
	$(CARGO) build --locked --package server --bin edge-authorizer
	node --test $(RUNNER) tests/page/*.test.mjs

origins: ## Run the verifiers of docs/origins.md, also on what the built workers sign
	@scripts/setup-origins.sh
	@scripts/setup-bench.sh || echo "Envoy may be missing" >&2
	source scripts/env.sh && node --test $(RUNNER) tests/origins/*.test.mjs

proxies: ## Run the configurations of docs/proxies.md in nginx, Caddy and Envoy, in front of the node
	@scripts/setup-proxies.sh
	$(CARGO) build --locked --package server --examples
	node --test $(RUNNER) tests/proxies/*.test.mjs

screenshots: setup ## Make the pictures of docs/inspector.md
	@scripts/setup-browser.sh
	scripts/build-inspector.sh
	node tests/page/screenshots.mjs

bench: setup ## Measure against other authorizers, well over half an hour (QUICK=1: under two; ONLY=warm,new,… for parts)
	@scripts/setup-bench.sh
	scripts/build-worker.sh
	$(CARGO) build --locked --release --package server --example driven
	@node bench/run.mjs $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

format: ## Format everything
	$(CARGO) fmt --all
	npx prettier --write --log-level warn .
