# Everything one runs by hand. `make run` and `make test` need a Debian with Python 3.11 and make, nothing else.
#
# Dependencies come by version and hash from the two lock files; the project itself is installed from this
# folder without fetching anything.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCKED := --require-hashes --only-binary=:all: --requirement
THIS := --no-deps --no-build-isolation --no-index --editable .

.PHONY: run
run: install  ## the whole service on this machine, and a newspaper that uses it
	@echo "Starting; Ctrl-C stops it."
	@$(BIN)/codau up --demo

.PHONY: install
install: .venv/installed  ## .venv with what the service needs, and .venv/bin/codau

.PHONY: test
test: .venv/installed-dev  ## every test
	$(BIN)/python -m pytest -n auto --dist worksteal

.PHONY: test-cluster
test-cluster: .venv/installed-dev  ## what rests on the store, on a cluster of three servers
	$(BIN)/python -m pytest -n auto --dist worksteal --cluster tests/store tests/api tests/workers tests/transfer

.PHONY: bench
bench: .venv/installed-dev  ## how fast it is, goal by goal, into docs/performance.md; ten minutes
	$(BIN)/python -m bench

.PHONY: bench-quick
bench-quick: .venv/installed-dev  ## the same in a minute, beside what is recorded; fails on no figure
	-$(BIN)/python -m bench --quick

.PHONY: torture
torture: .venv/installed-dev  ## what it survives, scenario by scenario (docs/reliability.md); hours
	nice $(BIN)/python -m bench.torture all

.PHONY: torture-quick
torture-quick: .venv/installed-dev  ## the same in some minutes
	nice $(BIN)/python -m bench.torture all --short

.PHONY: lint
lint: .venv/installed-dev  ## style, layout, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict

.PHONY: audit
audit: .venv-audit/installed  ## whether what the lock files name has known vulnerabilities
	@$(PYTHON) .ci/audit.py .venv-audit/bin/pip-audit requirements.lock requirements-dev.lock

.PHONY: dist
dist: .venv/installed  ## the wheel, in dist/
	$(PIP) wheel --no-deps --no-build-isolation --no-index --wheel-dir dist .

# Versions already in the files stay; `make lock UPGRADE=--upgrade` takes the newest.
.PHONY: lock
lock: .venv/installed-dev  ## the lock files anew from pyproject.toml
	$(PIP) install uv==0.13.9
	$(BIN)/uv $(COMPILE) --extra build -o requirements.lock
	$(BIN)/uv $(COMPILE) --extra build --extra dev --extra otel -c requirements.lock -o requirements-dev.lock

COMPILE = pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(UPGRADE)

.PHONY: clean
clean:  ## remove what the set-up made; the data folder stays
	rm -rf .venv .venv-audit .venv-bench build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help
help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */make \1\t/' | expand -t 20

.venv/bin/pip:
	@sh .ci/python $(PYTHON)
	@echo "Making .venv with $(PYTHON)."
	@$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/pip requirements.lock pyproject.toml
	@echo "Installing what requirements.lock names into .venv (200 MB); this takes a minute or two, once."
	@$(PIP) install $(LOCKED) requirements.lock
	@$(PIP) install $(THIS)
	@$(BIN)/python -m compileall -q service workers examples
	@touch $@

# Apart from what it audits; where it cannot be fetched, the audit says that it was not made.
.venv-audit/installed:
	@$(PYTHON) -m venv .venv-audit
	@.venv-audit/bin/python -m pip --disable-pip-version-check --quiet install pip-audit==2.10.1 && touch $@ || true

.venv/installed-dev: .venv/bin/pip requirements-dev.lock pyproject.toml
	@echo "Installing what requirements-dev.lock names into .venv (600 MB); this takes some minutes, once."
	@$(PIP) install $(LOCKED) requirements-dev.lock
	@$(PIP) install $(THIS)
	@touch $@ .venv/installed
