# Everything runs in .venv, which each target fills by itself; needs Python 3.11+ and make.
#   make demo    the examples, which learn from real data; plots in out/
#   make test    lint, then the tests with the compiled core and again interpreted
#   make lint    ruff, mypy, import-linter
#   make format  rewrite the sources as ruff formats them
#   make bench   tracker beside NumPy, autograd, PyTorch and JAX (installs PyTorch, which is large; from then on
#                make test compares with it, too)
#   make docs    the API pages, in out/docs (installs PyTorch, for the pages of the bridges)
#   make clean   remove all that these made
# Another Python: make PYTHON=python3.13 test

PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check

# Directories too: a module that was removed changes only its directory.
SOURCES := $(shell find src/tracker -name __pycache__ -prune -o -name '*.py' -print -o -name '*.c' -print -o -name '*.pyi' -print -o -type d -print)

# The modules whose pages `make docs` writes, with what is in them.
PUBLIC := tracker tracker.errors tracker.tree tracker.nn tracker.optim tracker.interop tracker.polynomial tracker.scipy

.PHONY: demo test lint format bench docs clean
.DELETE_ON_ERROR:

demo: .venv/.package
	for example in examples/*.py; do $(PY) $$example || exit 1; done

test: lint .venv/.package .venv/.bridges
	$(PY) .ci/core.py --require-compiled
	$(PY) -m pytest -n 2
	TRACKER_PURE=1 $(PY) -m pytest -n 2

lint: .venv/.tools
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	PYTHONPATH=src .venv/bin/lint-imports

format: .venv/.tools
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: .venv/.package .venv/.peers
	$(PY) -m benchmarks

docs: .venv/.package .venv/.docs
	TRACKER_PURE=1 $(PY) -m pdoc --output-directory out/docs $(PUBLIC) '!tracker\.(.*\.)?_'

clean:
	rm -rf .venv build out src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# An environment with pip. Debian keeps ensurepip in python3-venv: the other two ways do without it.
.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'tracker needs Python 3.11 or newer; if you have one: make PYTHON=python3.12 $(MAKECMDGOALS)'; exit 1; }
	rm -rf .venv
	$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; $(PYTHON) -m virtualenv .venv; } || \
	  { rm -rf .venv; $(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python $(PY) install pip; } || \
	  { rm -rf .venv; echo 'No way to make a virtual environment: install python3-venv (Debian: apt-get install python3-venv)'; exit 1; }
	touch $@

# Dependencies and tools. The package that pip insists on is replaced, compiled, by .package.
.venv/.tools: .venv/.made pyproject.toml
	$(PIP) install 'setuptools>=77' 'mypy>=1.18' 'numpy>=2'
	TRACKER_PURE=1 $(PIP) install --no-build-isolation '.[dev]'
	touch $@

# Not editable: the tests run what users get. build/ keeps what need not be compiled again, but
# sources that were removed must not be installed from it.
.venv/.package: .venv/.tools setup.py $(SOURCES)
	-find build -path 'build/lib*' -name '*.py' -delete 2>/dev/null
	$(PIP) install --no-build-isolation --no-deps --force-reinstall .
	$(PY) .ci/core.py
	touch $@

# What the tests of the bridges, of other arrays and of the optimisers' steps take or compare with.
.venv/.bridges: .venv/.tools
	$(PIP) install 'autograd>=1.7' 'jax>=0.8' 'optax>=0.2.4' 'dask[array]>=2025.1' 'pandas>=2.2' 'xarray>=2024.10'
	touch $@

.venv/.peers: .venv/.bridges
	$(PIP) install torch==2.13.0
	touch $@

.venv/.docs: .venv/.peers
	$(PIP) install pdoc
	touch $@
