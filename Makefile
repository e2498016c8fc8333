# Newsreel's commands for people and for CI. `make run` and `make test` need python3 (3.11 or later, with venv) and nothing else.

PYTHON ?= python3
UV_VERSION := 0.13.9
AXE_VERSION := 4.14.1
VENV := .venv
BIN := $(VENV)/bin
ENV_STAMP := $(VENV)/.made-in
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	--custom-compile-command "make lock"

# An environment works only where it was made, and only as long as its interpreter is there.
ENV_IS_HERE := $(shell test -x $(BIN)/python && test "$$(cat $(ENV_STAMP) 2>/dev/null)" = "$$(pwd -P)" && echo yes)
ifneq ($(ENV_IS_HERE),yes)
.PHONY: $(ENV_STAMP)
endif

.PHONY: help
help:
	@echo 'make run        set up, then crawl: the sample newsroom, or your sources once `newsreel init` was run'
	@echo 'make test       set up, then check'
	@echo 'make setup      make $(VENV) with everything that the checks need'
	@echo 'make check      ruff, mypy and pytest, without set-up'
	@echo 'make axe        fetch axe-core with npm, so that the browser tests judge accessibility too'
	@echo 'make bench      run the extraction benchmark; BENCH="..." gives it arguments (docs/benchmark.md)'
	@echo 'make screenshots take the pictures in docs/screenshots anew, with a chromium'
	@echo 'make lock       write requirements*.lock anew from pyproject.toml'
	@echo 'make clean-env  remove $(VENV)'

.PHONY: run
run: $(RUN_STAMP)
	@$(BIN)/newsreel start

.PHONY: setup
setup: $(DEV_STAMP)

.PHONY: test
test: $(DEV_STAMP)
	@$(MAKE) --no-print-directory check

.PHONY: check
check:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest -n auto

.PHONY: axe
axe: .axe/node_modules/axe-core/axe.min.js

.axe/node_modules/axe-core/axe.min.js: Makefile
	npm install --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --prefix .axe axe-core@$(AXE_VERSION)
	@touch $@

.PHONY: bench
bench: $(DEV_STAMP)
	$(BIN)/python -m benchmarks.extraction $(BENCH)

.PHONY: screenshots
screenshots: $(DEV_STAMP)
	$(BIN)/python -m benchmarks.screenshots

.PHONY: lock
lock: $(ENV_STAMP)
	$(BIN)/python -m pip install --quiet --only-binary :all: uv==$(UV_VERSION)
	$(BIN)/uv pip compile $(LOCK_OPTIONS) $(UPGRADE) --group build -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile $(LOCK_OPTIONS) $(UPGRADE) --group build --group dev -c requirements.lock \
		-o requirements-dev.lock pyproject.toml

.PHONY: clean-env
clean-env:
	rm -rf $(VENV)

# uv installs in seconds what takes pip a minute; where it cannot be had or cannot reach the packages, pip does it.
define install
@$(BIN)/python -m pip install --quiet --only-binary :all: uv==$(UV_VERSION) \
	|| echo 'uv $(UV_VERSION) cannot be installed here; going on with pip.' >&2
@if test -x $(BIN)/uv \
	&& $(BIN)/uv pip install --compile-bytecode --python $(BIN)/python --require-hashes -r $(1) \
	&& $(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation -e .; \
then :; else \
	echo 'Installing with pip; this takes a minute or two.' >&2; \
	$(BIN)/python -m pip install --quiet --require-hashes -r $(1) \
	&& $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; \
fi
endef

$(RUN_STAMP): requirements.lock pyproject.toml $(ENV_STAMP)
	$(call install,requirements.lock)
	@touch $@

$(DEV_STAMP): requirements-dev.lock requirements.lock pyproject.toml $(ENV_STAMP)
	$(call install,requirements-dev.lock)
	@touch $(RUN_STAMP) $@

$(ENV_STAMP):
	@command -v $(PYTHON) >/dev/null || { \
		echo 'Newsreel needs $(PYTHON). On Debian: apt-get install python3 python3-venv' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Newsreel needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 ..." >&2; \
		exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'Newsreel needs the venv module of $(PYTHON). On Debian: apt-get install python3-venv' >&2; exit 1; }
	@if test -e $(ENV_STAMP) || ! test -x $(BIN)/python; then rm -rf $(VENV); fi
	@$(PYTHON) -m venv $(VENV)
	@pwd -P > $@
