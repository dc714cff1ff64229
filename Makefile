# Everything a newcomer needs. `make` alone lists it; each target makes the environment first.

SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
READY := .venv/.ready
PO := $(wildcard locale/*/LC_MESSAGES/messages.po)
# What must pass before a change is taken: `make test`, then `make long`.
BOTH := not slow and not bench
# The machine's own Python if it is new enough, else a newer one beside it. `make PYTHON=/path/to/python3 demo` overrules.
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c '$(SUPPORTED)' >/dev/null 2>&1 && echo $$each && break; done)

.PHONY: help demo test long check lint format-check types security architecture faults bench docs messages environment clean

help:  ## List what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: environment  ## A simulated trial in a new database, and the server, with an address and one login a role (DEMO="--port 8010" if 8000 is taken)
	@$(BIN)/vigil demo $(DEMO)

test: environment  ## Unit, property, reference and migration tests (minutes); says what it skipped and why
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "$(BOTH) and not long"

long: environment  ## The tests that go with them and take longer: browser journeys, twin trials, whole simulated trials, crashes, races
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "$(BOTH) and long"

check: lint format-check types security architecture  ## Style, types, security and the order of imports; what a commit must pass

faults: environment  ## The longest tests: a thousand people through the forms, training, coverage (two hours)
	$(BIN)/python -m pytest -m slow

bench: environment  ## Benchmarks, with their peers
	@if [ -f bench/__main__.py ]; then $(BIN)/python -m bench; else echo "Skipped: there are no benchmarks in bench/ yet."; fi

docs: environment  ## The documents that are made from the code and a test run (docs/generated)
	VIGIL_WRITE_DOCS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile -m "$(BOTH)"

messages: environment  ## Bring the Chinese catalogue up to date with the texts in the code, the pages and the released forms
	@mkdir -p build
	PYTHONPATH=. $(BIN)/pybabel -q extract -F babel.cfg -k _l --omit-header --sort-output -o build/messages.pot .
	$(BIN)/pybabel -q $$([ -f locale/zh/LC_MESSAGES/messages.po ] && echo update || echo init) -i build/messages.pot -d locale -l zh

environment: $(READY) $(PO:.po=.mo)  ## The Python environment in .venv, from the lock (done by every target that needs it)

clean:  ## Remove the environment and what tools left behind; a database in instance/ stays
	rm -rf .venv build .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage *.egg-info $(PO:.po=.mo)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lint: environment
	$(BIN)/ruff check

format-check: environment
	$(BIN)/ruff format --check

types: environment
	$(BIN)/mypy

security: environment
	$(BIN)/bandit -q -c pyproject.toml -r forms trial analysis $(wildcard wsgi.py)

architecture: environment
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_repository.py

$(READY): requirements.lock pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "Vigil needs Python 3.11, 3.12 or 3.13, and none was found. Debian: apt install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make environments. Debian: apt install python3-venv"; exit 1; }
	@[ -x $(BIN)/pip ] || { echo "Making .venv with $$($(PYTHON) --version), then putting the packages of the lock into it"; $(PYTHON) -m venv --clear .venv; }
	@# uv installs three times as fast; where it cannot be had, pip does the same with the same hashes.
	@{ $(BIN)/python -m pip install -q uv && $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock; } \
		|| $(BIN)/python -m pip install --require-hashes -r requirements.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e . || $(BIN)/python -m pip install -q --no-deps -e .
	@touch $@

%.mo: %.po $(READY)
	@$(BIN)/pybabel -q compile -i $< -o $@
