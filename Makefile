# Two commands do everything on a machine with Python 3.11 or newer and make: `make demo` and `make test`.

PYTHON ?= python3
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
PIP_TOOLS := 7.6.2
.DEFAULT_GOAL := help

# An environment is as good as the lock it was made from: the stamp carries the sum of what went in.
sum = $(shell cat $(1) pyproject.toml | cksum | tr -dc '0-9')
RUN_STAMP := $(VENV)/.run-$(call sum,requirements/runtime.txt requirements/build.txt)
DEV_STAMP := $(VENV)/.dev-$(call sum,requirements/dev.txt)

# The queries that the tests have sent, for `make soql`, and the parser that reads them there.
SOQL_LOG := build/soql.jsonl
SOQL_PARSER := build/soql_check

.PHONY: help demo test lint types soql format bench container lock clean

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUN_STAMP) ## simulated CRMs, the bundled people, a real sync, the funnel and some of the tasks: HubSpot, then with Salesforce
	@$(BIN)/connector demo
	@printf '\n%s\n\n' '==== The same people where sales works in Salesforce ===='
	@$(BIN)/connector demo --config examples/hubspot-marketing-salesforce-sales/config.toml

test: $(DEV_STAMP) ## all tests
	@mkdir -p $(dir $(SOQL_LOG)) && rm -f $(SOQL_LOG)
	@SOQL_LOG_FILE=$(abspath $(SOQL_LOG)) $(BIN)/python -m pytest -q -n $(WORKERS)

lint: $(DEV_STAMP) ## the rules of style, for code, TOML and the compose file
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/tombi lint --offline --quiet .
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.compose-spec compose.yaml

types: $(DEV_STAMP) ## mypy, strict
	@$(BIN)/mypy --no-error-summary

soql: | $(SOQL_LOG) ## the queries of the last `make test` through a second parser, where there is Node
	@tools/soql_check/run $(SOQL_LOG) $(SOQL_PARSER)

format: $(DEV_STAMP) ## lay out the code as `make lint` wants it
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

bench: $(DEV_STAMP) ## every benchmark in its short form, into bench/results.json
	@$(BIN)/python -m bench

container: ## build the image and try it out (Debian, root, no Docker needed)
	@.ci/container

lock: $(VENV)/.lock ## resolve requirements/*.txt anew; UPGRADE=1 takes newer versions
	@$(COMPILE) -o requirements/build.txt requirements/build.in
	@$(COMPILE) -o requirements/runtime.txt pyproject.toml
	@$(COMPILE) -c requirements/runtime.txt -o requirements/dev.txt pyproject.toml requirements/dev.in

COMPILE = CUSTOM_COMPILE_COMMAND='make lock' $(VENV)/.lock/bin/pip-compile --quiet $(if $(UPGRADE),--upgrade) \
	--generate-hashes --strip-extras --allow-unsafe --no-annotate \
	--no-emit-options --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

clean: ## remove everything that was made here
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	@find connector tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(SOQL_LOG):
	@$(MAKE) --no-print-directory test

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo 'Python 3.11, 3.12 or 3.13 is needed; name one with: make PYTHON=python3.13 …' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): | $(BIN)/python
	@[ -e $(DEV_STAMP) ] || echo 'Installing what the connector needs into $(VENV) …' >&2
	@[ -e $(DEV_STAMP) ] || $(PIP) install --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-index --no-build-isolation --editable .
	@rm -f $(VENV)/.run-* && touch $@

$(DEV_STAMP): | $(BIN)/python
	@echo 'Installing what the connector and its tests need into $(VENV) …' >&2
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-index --no-build-isolation --editable .
	@rm -f $(VENV)/.dev-* && touch $@

$(VENV)/.lock: | $(BIN)/python
	@$(PYTHON) -m venv $@ && $@/bin/pip --quiet --disable-pip-version-check install pip-tools==$(PIP_TOOLS)
