# The developer's manual, executable. `make run` and `make test` set up what they need.

PYTHON ?= python3
PORT ?= 8080
AIRFLOW ?= yes
UV_VERSION := 0.13.9
BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraints constraints.txt

BENCHMARKS := fetch intervals shifts one_more_week
CORPUS_BENCHMARKS := feeds pages dates titles official duplicates stance_speed
BENCH_HOME := .venv/bench

.PHONY: run test bench lint format docs constraints clean
.DEFAULT_GOAL := run

## From clone to report: install, read the sample archive, show the report in Airflow until Ctrl-C. AIRFLOW=no stops after the report.
run: .venv/installed
	@$(BIN)/policy-signals run --source sample --offline
	@if [ "$(AIRFLOW)" != no ]; then $(BIN)/python plugins/policy_signals_airflow/serve.py --port $(PORT); fi

## All tests. TESTS narrows them: make test TESTS=tests/index
test: .venv/installed-dev
	@$(BIN)/python -m pytest $(TESTS)

## Figures beside their goals, one after the other. DATA is a folder with corpus, benchmarks and goldset; without it only those that need none.
bench: .venv/installed-bench
	@set -e; for one in $(BENCHMARKS); do echo "== $$one"; $(BIN)/python -m benchmarks.$$one; done
	@POLICY_SIGNALS_HOME=$(BENCH_HOME) $(BIN)/policy-signals run --source sample --offline
	@set -e; for one in backtest recall; do echo "== $$one"; POLICY_SIGNALS_HOME=$(BENCH_HOME) $(BIN)/python -m benchmarks.$$one; done
	@if [ -n "$(DATA)" ]; then set -e; \
		for one in $(CORPUS_BENCHMARKS); do echo "== $$one"; $(BIN)/python -m benchmarks.$$one $(DATA)/corpus; done; \
		echo "== examples"; $(BIN)/python -m benchmarks.examples $(DATA)/goldset/dev.jsonl; \
		echo "== recipe"; $(BIN)/python -m benchmarks.recipe $(DATA)/benchmarks; \
		echo "== evaluate"; POLICY_SIGNALS_HOME=$(BENCH_HOME) $(BIN)/policy-signals train; \
		POLICY_SIGNALS_HOME=$(BENCH_HOME) $(BIN)/policy-signals evaluate --labels $(DATA)/goldset/dev.jsonl; \
	fi

lint: .venv/installed-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@PYTHONPATH=plugins $(BIN)/lint-imports --no-logo
	@$(BIN)/deptry .
	@$(BIN)/cog --check -p 'import sys; sys.path.insert(0, ".")' docs/*.md

format: .venv/installed-dev
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

## Writes the generated parts of docs/ anew.
docs: .venv/installed-dev
	@$(BIN)/cog -r -p 'import sys; sys.path.insert(0, ".")' docs/*.md

## Pins every dependency anew. The lock file holds addresses of a registry and stays out of the repository.
constraints: .venv/installed
	@$(BIN)/uv lock --quiet --upgrade
	@$(BIN)/uv export --quiet --all-extras --no-emit-project --no-header --no-annotate --no-hashes --format requirements.txt > constraints.txt

## Removes what run and test made: environment, database, archive, reports.
clean:
	rm -rf .venv var

.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed and $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing): name one with make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) has no venv module: install it (on Debian: apt-get install python3-venv)"; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) || \
		{ echo "the installation needs the network, and uv could not be had: connect and run the same command again"; exit 1; }
	@touch $@

.venv/installed: .venv/uv pyproject.toml constraints.txt
	@echo "installing (once; about half a minute)"
	@$(UV) --editable . || \
		{ echo "the dependencies could not be installed: if the lines above name no other cause, connect to the network and run the same command again"; exit 1; }
	@touch $@

.venv/installed-dev: .venv/installed
	@$(UV) --editable '.[dev]' || \
		{ echo "the tools for tests could not be installed: if the lines above name no other cause, connect to the network and run the same command again"; exit 1; }
	@touch $@

.venv/installed-bench: .venv/installed-dev
	@$(UV) --editable '.[dev,bench]' || \
		{ echo "the peers of the benchmarks could not be installed: if the lines above name no other cause, connect to the network and run the same command again"; exit 1; }
	@touch $@
