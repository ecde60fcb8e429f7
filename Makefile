# Needs make and Python 3.11 or newer with its venv module; everything else is installed into .venv.
PYTHON ?= python3
UV := 0.13.9
MANIFESTS := $(wildcard contracts/pyproject.toml chassis/pyproject.toml services/*/pyproject.toml portal/pyproject.toml deploy/pyproject.toml controllers/pyproject.toml)
INSTALL := .venv/bin/uv pip install --quiet --python .venv --constraint requirements.lock
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run test test-containers check bench chaos format schemas lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: .venv/.runtime  ## install what the platform needs to run

run: .venv/.runtime  ## run the whole platform in the foreground; Ctrl-C stops it
	@$(BIN)/maillage up

test: .venv/.dev  ## run every test that needs no root, container or browser
	@tests/own_environment.sh && own=0 || own=1; \
	$(BIN)/python -m maillage.testservers -- $(BIN)/pytest -n 3 --dist loadfile \
		--no-loadscope-reorder -m "not slow and not mutants and not root" && exit $$own

test-containers: .venv/.dev  ## run what needs PostgreSQL or Kafka on servers in containers (Docker)
	@tests/deploy/containers.sh

bench: .venv/.dev  ## measure the event path beside the raw limits of the same run
	@$(BIN)/python -m maillage.testservers --durable -- $(BIN)/python bench/run.py

chaos: .venv/.dev  ## kill things under load for three minutes and check the history
	@$(BIN)/python tests/resilience/chaos.py

check: .venv/.dev  ## lint, format, types, imports: what a commit must pass
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: .venv/.dev  ## rewrite the code as the linter wants it
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

schemas: .venv/.runtime  ## write the JSON Schemas and the AsyncAPI document of the events
	@$(BIN)/python -m contracts schemas
	@$(BIN)/python -m contracts asyncapi

lock: .venv/.uv-$(UV)  ## resolve every dependency again and write requirements.lock
	@$(BIN)/uv lock --upgrade
	@$(BIN)/uv export --quiet --no-emit-workspace --all-groups --all-extras --no-annotate --no-header \
		--format requirements-txt --output-file requirements.lock

clean:  ## remove the environment and the caches; data under .maillage stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.uv-$(UV):
	$(if $(shell $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>&1 | grep True),,\
		$(error Maillage needs Python 3.11 or newer: install it and name it, as in «make PYTHON=python3.11»))
	$(if $(shell $(PYTHON) -c 'import ensurepip; print("True")' 2>&1 | grep True),,\
		$(error This Python has no venv module: install the package python3-venv and try again))
	@echo "Preparing .venv" >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV)
	@touch $@

.venv/.runtime: .venv/.uv-$(UV) requirements.lock $(MANIFESTS)
	@echo "Installing the platform" >&2
	@$(INSTALL) $(patsubst %/pyproject.toml,--editable %,$(MANIFESTS))
	@touch $@

.venv/.dev: .venv/.runtime pyproject.toml
	@echo "Installing the developers' tools" >&2
	@$(INSTALL) --group dev
	@touch $@
