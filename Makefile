# On a fresh clone: `make demo` to see it work, `make test` before you push.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
UV ?= uv
BIN := .venv/bin
COMMAND := $(BIN)/jitsi-migrate
JS := tests/js/node_modules/.package-lock.json
PARALLEL := $(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target
CHECKS := check-code check-format check-types check-imports check-dependencies check-spelling check-playbooks
PYTEST := $(BIN)/pytest -n 2 --dist worksteal

.PHONY: help
help: ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: venv
venv: $(COMMAND) ## Install the command and its tools into .venv

.PHONY: demo
demo: $(COMMAND) ## Plan, apply and inspect the example, in a new temporary directory
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

.PHONY: test
test: $(COMMAND) ## Check and test everything that this machine can
	@$(PARALLEL) $(CHECKS) $(JS)
	$(PYTEST) -m "not hosts and not exhaustive"
	@$(MAKE) --no-print-directory machine
	@$(PARALLEL) hosts-fresh hosts-deployed hosts-talk

.PHONY: unit
unit: $(COMMAND) ## Run the fast tests only
	$(PYTEST) -m "not slow and not hosts and not exhaustive"

.PHONY: hosts
hosts: $(COMMAND) machine ## Run the tests on real servers, as root on Debian; elsewhere they skip
	@$(PARALLEL) hosts-fresh hosts-deployed hosts-talk

# Beside each other, as each has servers of its own.
.PHONY: hosts-fresh hosts-deployed hosts-talk
hosts-fresh:
	$(BIN)/pytest -m "hosts and not deployed and not talk and not exhaustive" tests/hosts
hosts-deployed:
	$(BIN)/pytest -m "hosts and deployed and not exhaustive" tests/hosts
hosts-talk:
	$(BIN)/pytest -m "hosts and talk and not exhaustive" tests/hosts

.PHONY: exhaustive
exhaustive: $(COMMAND) machine ## Run the tests that try every variant, which takes long
	$(BIN)/pytest -m exhaustive

.PHONY: machine
machine: $(COMMAND)
	@missing=$$($(BIN)/python -m tests.hosts.machine); \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi

.PHONY: lint
lint: $(COMMAND) ## Check style, types, import directions, dependencies and spelling
	@$(PARALLEL) $(CHECKS)

.PHONY: docs
docs: $(COMMAND) ## Bring into the docs what they take from the code
	$(BIN)/python -m docs.generate

.PHONY: golden
golden: $(COMMAND) ## Keep for review what every kind of deployment is rendered to now
	$(BIN)/python -m tests.golden

.PHONY: bench
bench: $(COMMAND) ## Measure speed against peers
	$(BIN)/python bench/run.py --write

.PHONY: lock
lock: ## Pin the newest dependencies that pyproject.toml allows (needs uv)
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" --group dev -o requirements.lock pyproject.toml

.PHONY: clean
clean: ## Remove all that was made here
	rm -rf .venv build dist tests/js/node_modules .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

.PHONY: $(CHECKS)
check-code:
	$(BIN)/ruff check
check-format:
	$(BIN)/ruff format --check
check-types:
	$(BIN)/mypy
	$(BIN)/mypy $(shell find playbooks -name '*.py')
check-imports:
	$(BIN)/lint-imports --no-logo
check-dependencies:
	$(BIN)/deptry --no-ansi migrate
check-spelling:
	$(BIN)/codespell
# Modules of our own are found beside a playbook; roles are read alone here, so it is told where they are.
check-playbooks:
	$(BIN)/yamllint --strict playbooks .ansible-lint .yamllint
	@PATH="$(CURDIR)/$(BIN):$$PATH" ANSIBLE_LIBRARY="$(CURDIR)/playbooks/library" \
		ANSIBLE_MODULE_UTILS="$(CURDIR)/playbooks/module_utils" \
		ANSIBLE_LOOKUP_PLUGINS="$(CURDIR)/playbooks/roles/bundle/lookup_plugins" \
		ansible-lint -q playbooks

$(BIN)/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or newer is needed. Name one: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'Python has no venv module. Run: apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(COMMAND): $(BIN)/installed pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Without npm the tests that need it skip and say so; as root on Debian it is installed.
$(JS): tests/js/package-lock.json
	@if ! command -v npm >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nodejs npm; \
	fi
	@if command -v npm >/dev/null; then cd tests/js && npm ci --silent; else echo 'no npm: tests in JavaScript skip'; fi
