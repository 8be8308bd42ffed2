# Everything here works from a fresh checkout: each target first makes .venv, once. The plain commands stand in README.md.
#
#   make install [GPU=1]   .venv with the versions of constraints.txt; GPU=1 takes the CUDA build of torch
#   make lab               JupyterLab on the first lesson
#   make demo              the first lesson in the terminal, about two minutes
#   make test              unit and browser tests         ARGS="tests/runs -k resume" passes options to pytest
#   make slow, lessons     the long tests; all notebooks from first to last cell
#   make figures           the recorded results of the lessons, anew (seeds 0-4)
#   make bench             speed and other figures, side by side with what they are to be compared with; ARGS=worker for one
#   make gpu-smoke         every way of tuning on a CUDA device
#   make lint              ruff, mypy, notebooks without outputs
#   make images            the pictures of README.md, from the real panels
#   make static            the panels' front-end files from widgets/ (needs Node.js)
#   make constraints       constraints.txt from what is installed

PYTHON ?= python3
EXTRAS ?= test,dev
BIN := .venv/bin
# Two files of tests at a time, each process with one thread: two with two threads each wait for each other on two cores.
# SPLIT= ONE= for one after the other with all threads.
SPLIT ?= -n 2 --dist loadfile --no-loadscope-reorder
ONE ?= WORKBENCH_THREADS=1 OMP_NUM_THREADS=1
PIP := $(BIN)/python -m pip --disable-pip-version-check
comma := ,
STAMP := .venv/.installed-$(subst $(comma),-,$(EXTRAS))$(if $(GPU),-gpu)
RUNS := $(or $(WORKBENCH_HOME),$(CURDIR)/runs)

# PyPI's torch for Linux is the CUDA build, several GB of it. Without GPU=1 the CPU build is taken, from the index that
# has it; where that index cannot be reached, pip says so and takes what it finds elsewhere. An installed CUDA build stays.
CPU_INDEX := $(if $(filter Linux,$(shell uname -s)),--extra-index-url https://download.pytorch.org/whl/cpu --retries 1)

.PHONY: install browser lab demo test slow lessons figures bench gpu-smoke lint images static constraints

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12")'
	@test -x $(BIN)/python || { echo "== making .venv"; $(PYTHON) -m venv .venv; }
	@echo "== torch $(if $(GPU),(CUDA build),(CPU build, unless a CUDA build is there already)), then the rest: almost 3 GB"
ifdef GPU
	@$(BIN)/python -c 'import torch, sys; sys.exit(torch.version.cuda is None)' 2>/dev/null || $(PIP) uninstall -q -y torch
	$(PIP) install -q -c constraints.txt torch
else
	$(PIP) install -q --no-deps $(CPU_INDEX) -c constraints.txt torch
endif
	$(PIP) install -q -c constraints.txt -e ".[$(EXTRAS)]"
	@touch $@
	@echo "== ready: $(BIN)/workbench doctor looks it over"

browser: install
	@if command -v chromium chromium-browser google-chrome >/dev/null || test -n "$(WORKBENCH_CHROMIUM)"; then :; \
	elif test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then apt-get update -q && apt-get install -q -y chromium; \
	else $(BIN)/python -m playwright install chromium; fi

lab: install
	WORKBENCH_HOME="$(RUNS)" $(BIN)/workbench lab $(ARGS)

demo: install
	WORKBENCH_HOME="$(RUNS)" $(BIN)/workbench demo

test: install browser
	$(ONE) $(BIN)/python -m pytest $(SPLIT) $(ARGS)

slow: install browser
	$(ONE) $(BIN)/python -m pytest $(SPLIT) -m "slow and not gpu" $(ARGS)

# Runs of the lessons go to a folder of their own, which is emptied first.
lessons: install
	rm -rf test-results/lessons && mkdir -p test-results/lessons
	$(ONE) WORKBENCH_HOME="$(CURDIR)/test-results/lessons" WORKBENCH_GUARDS=off HF_HUB_OFFLINE=1 OMP_WAIT_POLICY=PASSIVE \
	  $(BIN)/python -m pytest $(SPLIT) --nbval-lax --nbval-current-env --nbval-cell-timeout=300 -p no:cacheprovider $(or $(ARGS),notebooks)

figures: install
	for script in notebooks/results/*.py; do WORKBENCH_HOME="$(RUNS)" WORKBENCH_GUARDS=off $(BIN)/python "$$script" || exit 1; done

bench: install
	$(BIN)/python -m tests.bench $(ARGS)

gpu-smoke: install
	$(BIN)/python -m pytest -m gpu -s tests/gpu

lint: install
	$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy && $(BIN)/python -m pytest -q tests/notebooks/test_rules.py

images: install browser
	$(BIN)/python -m tests.e2e.images

static:
	cd widgets && npm ci && npm run build

constraints: install
	@{ echo "# What was installed and tested together: Linux x86-64, Python 3.11, CPU. \`make constraints\` writes this file anew."; \
	$(PIP) freeze --all --exclude-editable | grep -v -E '^(pip|editables)==|^-e|@ file' | sed 's/+cpu$$//'; } > constraints.new
	mv constraints.new constraints.txt
