# Everything that a new machine needs is installed by `setup`, once; the other targets call it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := $(CURDIR)/.venv
# `bench` is the tests' own; the bindings have it in tests, too, so that the library is built once.
FEATURES := adgen-core/cli,adgen-core/s3,adgen-core/bench,adgen-core/bridge,adgen-core/openh264

.PHONY: help setup build demo wheel npm test test-packages test-packages-lgpl test-rust test-python test-node fmt lint sanitize fuzz bench docs api schema types clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## install what is missing: system packages, Python tools, the matting model
	@scripts/setup.sh

build: setup ## target/release/adgen
	cargo build --release -p adgen-core --features cli,s3

# As the tests build it, which then find everything there: the ad takes a sixth longer than with a release build, which takes minutes.
demo: setup ## the ad of a product photo from examples/assets
	cargo build --features $(FEATURES) --bins
	@scripts/demo.sh

# What only these need is installed by a script of their own: minutes of downloads and builds that nothing else waits for.
wheel: setup ## dist/adgen-<version>-cp39-abi3-….whl, with all that an ad needs
	@scripts/packages/make.sh wheel

npm: setup ## dist/adgen-<version>.tgz and its package for Linux
	@scripts/packages/make.sh npm

test-packages: setup ## build the wheel, npm's packages and the crate, and try them from the packed files on an empty machine
	@scripts/packages/make.sh wheel npm
	@tests/packages/run.sh
	@scripts/packages/crate.sh

# Not a part of `test`: a second build of the same, and what differs is the encoder, which the other tests have in every build.
test-packages-lgpl: setup ## the same without the GPL: dist/lgpl/
	@scripts/packages/make.sh --lgpl wheel npm
	@tests/packages/run.sh --lgpl

test: setup test-rust test-python test-node ## every test of the project but those of the packed files

# One selection of packages throughout: another one unifies features in another way and builds the tree again.
test-rust: setup
	@mkdir -p target && rm -f target/not-tested.txt
	cargo build --features $(FEATURES) --bins --tests
	@if cargo nextest --version >/dev/null 2>&1; then \
		cargo nextest run --no-fail-fast --features $(FEATURES); \
	else \
		cargo test --features $(FEATURES) --lib --bins --tests; \
	fi
	cargo test --doc --features $(FEATURES)
	for features in "" preserve_order arbitrary_precision preserve_order,arbitrary_precision; do \
		cargo test --quiet -p adgen-keys --features "$$features" || exit 1; \
	done
	@if [ -s target/not-tested.txt ]; then echo "Not tested on this machine:"; sort -u target/not-tested.txt; fi

test-python: setup
	cd adgen-py && VIRTUAL_ENV=$(VENV) $(VENV)/bin/maturin develop --quiet --features $(FEATURES)
	$(VENV)/bin/python -m pytest -q adgen-py/tests

test-node: setup
	cd adgen-node && npm run --silent build -- --features=$(FEATURES) && npm test

fmt: ## format the code
	cargo fmt --all

# Clippy looks at the same packages both times, so that the dependencies are checked once.
lint: setup ## formatting, clippy, documentation, public names, licences
	cargo fmt --all --check
	@scripts/deny.sh
	cargo clippy --workspace --all-targets --features $(FEATURES) -- -D warnings
	@# No default build has this feature.
	cargo clippy --workspace --all-targets --features $(FEATURES),adgen-core/heif -- -D warnings
	@# As users build it: what only tests and benches open is closed.
	cargo clippy -p adgen-core --features cli,s3 -- -D warnings
	@# With no feature, and with each by itself: none leans on what another one brings.
	for features in "" s3 cli openh264; do cargo clippy -p adgen-core --features "$$features" -- -D warnings || exit 1; done
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --quiet -p adgen-core --features cli,s3
	scripts/api.sh --check

sanitize: setup ## the tests of pictures, sound and parsers under AddressSanitizer
	@scripts/sanitize.sh

fuzz: setup ## every fuzz target for FUZZ_SECONDS (300)
	@scripts/fuzz.sh

bench: setup ## the figures of docs/figures.md, each with what it is compared to
	@FEATURES=$(FEATURES) scripts/bench.sh

docs: ## the API's documentation in target/doc
	cargo doc --no-deps -p adgen-core --features cli,s3

api: ## write docs/api.txt, the public names of the library
	scripts/api.sh

schema: ## write the files in schema/ from the types
	cargo build --quiet --features $(FEATURES) --bins
	target/debug/adgen schema > target/adproject.schema.json
	target/debug/adgen schema --all > target/adgen.schema.json
	mv target/adproject.schema.json target/adgen.schema.json schema/

types: ## write the types of Python and Node from schema/adgen.schema.json
	python3 scripts/types

clean: ## remove what was built
	cargo clean
	rm -rf .venv .setup demo dist adgen-node/*.node tests/judges/node_modules
