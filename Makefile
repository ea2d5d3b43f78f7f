SHELL := bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
PYTEST := $(PY) -m pytest
WORKERS := -n 2 --dist worksteal

.PHONY: help setup engine browser openapi demo readme test test-fast lint format bench screenshots requirements clean

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: ## Create .venv from the locked requirements (instant when nothing changed)
	@scripts/setup.sh

engine: ## Find a Docker engine; as root on Debian or Ubuntu, install and start one
	@scripts/setup-engine.sh || { code=$$?; \
	  if [ $$code -ne 3 ] || [ "$${PROCTOR_REQUIRE_ENGINE:-}" = 1 ]; then exit $$code; fi; \
	  echo "No Docker engine: whatever needs the sandbox is skipped, and said so." >&2; }

browser: ## Find Chromium; as root on Debian or Ubuntu, install it
	@scripts/setup-browser.sh || { code=$$?; \
	  if [ $$code -ne 3 ] || [ "$${PROCTOR_REQUIRE_BROWSER:-}" = 1 ]; then exit $$code; fi; \
	  echo "No Chromium: the tests that look at reports in a browser are skipped, and said so." >&2; }

openapi: ## Fetch GitHub's description of its API, which the tests hold theirs against
	@scripts/fetch-openapi.sh

demo: setup engine ## Examine the example repository and show the report
	@$(PY) -m scripts.demo

readme: setup engine ## Put the demo's report into README.md
	@$(PY) -m scripts.demo --update-readme

test: setup engine browser openapi ## All tests; without engine, browser or package index, those that need them are skipped
	@$(PYTEST) $(WORKERS) -m "not engine"
	@# One after another: they share the engine, and some remove what is on it.
	@$(PYTEST) -m engine

test-fast: setup ## Tests that need neither engine nor network, in at most two minutes
	@HYPOTHESIS_PROFILE=fast $(PYTEST) $(WORKERS) -m "not engine and not network and not browser and not slow"

lint: setup ## ruff and mypy
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy

format: setup ## Let ruff repair what it can
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

bench: setup engine ## Measure, and print medians and ratios (PARTS="growth peers": these alone)
	@$(PY) -m benchmarks $(PARTS)

screenshots: setup browser ## Make docs/images anew, then look at them
	@$(PY) -m scripts.screenshots

requirements: setup ## Lock requirements/*.txt anew from pyproject.toml
	@scripts/lock-requirements.sh

clean: ## Remove .venv, caches and build output
	@rm -rf .venv .cache build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
