# `make serve` and `make test` are all that a newcomer needs; both make their own environment in .venv.
#
#   ARGS     goes to the command: make serve ARGS="--port 0"; of the tests it names a part: make test ARGS="tests/domain -x"
#   PYTHON   an interpreter of 3.11 or newer; by default the first one found
#   ROUNDS   how often `make soak` repeats itself

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
ROUNDS ?= 20

# An interpreter counts when it really runs, is new enough and can make environments: a name on the path is no proof.
CANDIDATES := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python
PROBE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))

TESTS = $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --durations 10 --durations-min 1

.PHONY: help serve test test-long ci-short lint bench soak mutation dist screenshots clean

help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1: \2/p' Makefile

serve: $(VENV)/installed ## serve scenarios/default.yaml on 127.0.0.1:8080
	@exec $(BIN)/sms-mock serve $(ARGS)

test: $(VENV)/installed-for-development ## run the tests on all cores, but for the long ones
	$(TESTS) $(or $(ARGS),-m "not long")

test-long: $(VENV)/installed-for-development ## run the long tests: browser, suite B on real clients, whole suites
	$(TESTS) -m long $(ARGS)

ci-short: ## run the short part of .ci/run: environment, lint, tests, wheel
	.ci/run short

lint: $(VENV)/installed-for-development ## check style, types, layers and the Dockerfile
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy examples/python_httpx2
	$(BIN)/mypy examples/python_requests
	$(BIN)/mypy examples/testcontainers_python
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint Dockerfile

bench: $(VENV)/installed-for-development ## measure the speed
	$(BIN)/python -m benchmarks $(ARGS)

soak: $(VENV)/installed-for-development ## have 200 tests share a server ROUNDS times; judge the mock and clients as often, and each broken gateway once; run the tests 5 times in random order
	$(BIN)/python -m tests.soak $(ROUNDS)
	$(BIN)/python -m tests.kit.soak $(ROUNDS)
	$(BIN)/python -m tests.kit.clients_soak $(ROUNDS)
	for round in 1 2 3 4 5; do $(TESTS) -m "not long" -p randomly; done

mutation: $(VENV)/made ## list the changes of the code that no test notices; ARGS="mock_server.domain.rules*" for a part
	test -x build/mutation/bin/mutmut || $(BIN)/python -m venv build/mutation
	build/mutation/bin/python -m pip install --quiet --disable-pip-version-check 'mutmut>=3.8,<4' '.[dev]'
	build/mutation/bin/python -m mutmut run $(ARGS)
	build/mutation/bin/python -m mutmut results

dist: $(VENV)/installed-for-development ## build the wheel
	rm -rf dist
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

screenshots: $(VENV)/installed-for-development ## make pictures of every view in build/screenshots, and docs/console anew; port 8080 has to be free
	mkdir -p build/screenshots
	SMS_MOCK_SCREENSHOTS=build/screenshots $(BIN)/python -m pytest -q tests/console/browser/test_pictures.py -k pictures_are_made
	for each in docs/console/*.webp; do cp build/screenshots/"$${each##*/}" "$$each"; done

clean: ## remove everything that was made
	rm -rf $(VENV) build dist mutants .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/made:
	@for candidate in $(CANDIDATES); do \
	  if "$$candidate" -c '$(PROBE)' 2>/dev/null; then \
	    echo "making $(VENV) with $$("$$candidate" --version)"; \
	    "$$candidate" -m venv --clear $(VENV) && touch $@ && exit 0; \
	  fi; \
	done; \
	echo "no Python of 3.11 or newer with venv was found; install one (Debian: python3-venv) or name it: make PYTHON=..." >&2; \
	exit 1

$(VENV)/installed: pyproject.toml | $(VENV)/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-for-development: pyproject.toml | $(VENV)/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/installed
