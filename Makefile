# openhall: `make demo` runs a city on this machine, `make test` proves that it works. Both prepare what they need.

PYTHON ?= python3
PORT ?= 8000
DATA ?= data
RESET ?=
# One more than there are processors: some tests mostly wait, for programs to start and to stop.
WORKERS ?= $(shell expr $$(nproc) + 1)

.PHONY: help demo demo-market test lint format types docs prepare assets lock clean

help: ## this list
	@echo "make demo            run the demo city: PORT=8000 DATA=data RESET=1 (starts afresh)"
	@echo "make demo-market     while it runs: a wholesale market of 1,600 shops and 90 days, about a minute"
	@echo "make test            lint, types and all tests, browser stories too"
	@echo "make lint            ruff: rules and format"
	@echo "make format          ruff: put the code into shape"
	@echo "make types           mypy, strict"
	@echo "make docs            write the reference pages anew from the code"
	@echo "make prepare         the virtual environment .venv for development"
	@echo "make assets          fetch the browser parts pinned in assets.toml"
	@echo "make lock            write the lock files anew from pyproject.toml"
	@echo "make clean           remove what was prepared (never the data)"

demo:
	@$(PYTHON) scripts/prepare.py demo
	@exec .venv/bin/openhall demo --port "$(PORT)" --data "$(DATA)" $(if $(filter-out 0 no false,$(RESET)),--reset)

demo-market:
	@exec .venv/bin/openhall demo market --data "$(DATA)"

test: prepare lint types
	.venv/bin/pytest -n $(WORKERS) --maxprocesses 4 --dist loadgroup

lint: prepare
	.venv/bin/ruff check
	.venv/bin/ruff format --check

format: prepare
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

types: prepare
	.venv/bin/mypy

docs: prepare
	.venv/bin/python -m tests.house.reference

prepare:
	@$(PYTHON) scripts/prepare.py test

assets: prepare
	.venv/bin/python hatch_build.py

# The locks hold names, versions and hashes, and no addresses: pip's own settings say where packages come from.
lock: prepare
	@sh scripts/lock.sh

clean:
	rm -rf .venv openhall/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis
