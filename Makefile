# Every command of this repository. `make` alone prints them.
# PYTHON names the interpreter that makes .venv; SIZE, TARGET, RUNS and ARGS are passed on where a line says so.
PYTHON ?= python3
VENV   := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup check format test test-fast test-io test-e2e bench chaos fuzz mutate up down status logs demo events lock lock-check clean

help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile
	@echo

##@ Work
setup: ## Make .venv with the locked packages and this checkout's members (every other target does it by itself)
	@$(PYTHON) tools/bootstrap.py

check: setup ## Seconds: format, lint, strict types, import rules, contracts, tests without I/O
	@$(VENV)/python -m regua.check

format: setup ## Put every file into the house format
	@$(VENV)/ruff format . && $(VENV)/ruff check --fix --quiet .

test: setup ## All that CI runs: check, then tests on real Kafka and PostgreSQL, then end to end
	@$(VENV)/python -m regua.check --all

test-fast: setup ## Only the tests without I/O
	@$(VENV)/pytest -q -m "not io and not e2e and not campaign" -n auto --dist worksteal $(ARGS)

test-io: setup ## Only the tests on real Kafka and PostgreSQL (REGUA_TEST_STACK=containers: in containers)
	@$(VENV)/pytest -q -m "io and not e2e and not campaign" -n 2 --dist loadfile $(ARGS)

test-e2e: setup ## Only the tests of the whole platform
	@$(VENV)/pytest -q -m "e2e and not campaign" $(ARGS)

##@ Run
demo: setup ## Set up, start everything, run the main job, print the report
	@$(VENV)/regua demo $(ARGS)

up: setup ## Start Kafka, PostgreSQL and the services on this machine
	@$(VENV)/regua up $(ARGS)

status: setup ## Say what runs, and whether it is healthy
	@$(VENV)/regua status $(ARGS)

logs: setup ## Show the logs of what runs (ARGS="kafka -f")
	@$(VENV)/regua logs $(ARGS)

down: setup ## Stop what `make up` started; data stays
	@$(VENV)/regua down $(ARGS)

##@ Prove
bench: setup ## Published figures as ratios to a floor measured in the same run (ARGS="relay --full")
	@$(VENV)/python -m bench $(ARGS)

chaos: setup ## Kill processes under load and check the guarantees (ARGS="--size night")
	@$(VENV)/python -m regua.chaos $(ARGS)

fuzz: setup ## Fuzz one parser (TARGET=cnab400 RUNS=1000000); without TARGET, list them
	@$(VENV)/python -m brasil.fuzz $(TARGET) $(RUNS)

mutate: setup ## Mutation score of the rules (TARGET=brasil)
	@$(VENV)/python -m regua.mutate $(TARGET)

##@ Keep
events: setup ## Regenerate schemas, examples, AsyncAPI and docs/events.md from the contracts
	@$(VENV)/regua contracts generate

lock: setup ## Resolve the members' needs anew into requirements.lock (ARGS=--upgrade: let go of old pins)
	@$(VENV)/python -m regua.lock $(ARGS)

lock-check: setup ## Fail if requirements.lock no longer matches the members' needs
	@$(VENV)/python -m regua.lock --check

clean: ## Remove .venv and caches (never data: that is `regua down --wipe`)
	@rm -rf .venv .mypy_cache .ruff_cache .hypothesis .import_linter_cache
