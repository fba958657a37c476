# What one runs here; `make` alone lists it. Without make, README.md has the same steps for pip.

PYTHON ?= python3
# Further words for pip, e.g. where to take PyTorch from.
PIP_FLAGS ?=
# Set on the command line only: a PROJECT in the environment is likely another program's.
PROJECT =
export PROJECT

# Tests and measurements open their windows off screen, unless told otherwise.
test bench: export QT_QPA_PLATFORM ?= offscreen
# They start many processes, each of which would compile every module again.
test bench: export PYTHONDONTWRITEBYTECODE =

BIN := .venv/bin
INSTALLED := .venv/.installed
INSTALLED_DEV := .venv/.installed-dev
RECENT = $(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("labeltool needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...")'

.DEFAULT_GOAL := help
.PHONY: help run test check bench dist system

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(INSTALLED) ## Open the window; make run PROJECT=path opens that project
	@$(BIN)/labeltool $${PROJECT:+"$$PROJECT"}

# A test process takes about 1 GB. The slow tests start processes of their own, which take as much.
test: system check ## Everything that must hold: check, then the tests, the slow ones last
	$(BIN)/python -m pytest -m "not slow" --numprocesses logical --maxprocesses 4 --dist loadfile
	$(BIN)/python -m pytest -m slow --numprocesses logical --maxprocesses 2 --dist worksteal

check: $(INSTALLED_DEV) ## Format, lint, types, imports between modules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(INSTALLED_DEV) ## Measure how fast the window and the detector are
	$(BIN)/python -m tests.bench.main

dist: $(INSTALLED_DEV) ## Build the wheel and the source archive into dist/
	$(BIN)/python -m build --no-isolation

system: ## Debian packages that Qt needs: installs them as root, else prints the command
	@$(RECENT)
	@$(PYTHON) scripts/system_packages.py

# The target is pip: a venv whose making failed half-way has a python but no pip.
$(BIN)/pip:
	@$(RECENT)
	$(PYTHON) -m venv .venv

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/pip
	$(BIN)/python -m pip install --quiet $(PIP_FLAGS) -c constraints.txt -e .
	@touch $@

$(INSTALLED_DEV): pyproject.toml constraints.txt | $(BIN)/pip
	$(BIN)/python -m pip install --quiet $(PIP_FLAGS) -c constraints.txt -e '.[dev]'
	@touch $(INSTALLED) $@
