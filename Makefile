# Two commands are enough: 'make tutor' starts the tutor, 'make test' proves that it works.
# PYTHON=/path/to/python3 chooses the interpreter; ARGS="…" is handed on to pytest or the tutor.

PYTHON ?=
ARGS ?=
export PYTHON

python := .venv/bin/python
sharing = $(shell $(python) -c 'import os; print(os.cpu_count() * 3 // 2)')

.PHONY: help tutor test shared alone proofs lint prove docs lock wheels audit licences
.SILENT:

help:
	echo "make tutor   set up (once) and start the tutor"
	echo "make test    set up (once) and run the tests"
	echo "make proofs  every exercise proves its own grader, once (ten minutes)"
	echo "make lint    style, types, and the direction of imports"
	echo "make prove   every exercise proves its own grader: 20 seeds, all mutants (long)"
	echo "make docs    build the documentation as a site, strictly: build/site/index.html"
	echo "make lock    renew the locked hashes from pyproject.toml and constraints.txt (network)"
	echo "make wheels  whether each Python and system has a wheel of all that is locked (network)"
	echo "make audit   known vulnerabilities of the locked versions (network)"
	echo "make licences  renew the list of the packages' licences"

tutor: .venv/tutor.installed
	$(python) -m tutor $(ARGS)

test: shared alone

# What may share the machine: half as many again as there are cores, since screens often wait, and one thread each.
# Status 5: ARGS chose no test of that kind.
shared: .venv/dev.installed
	OMP_NUM_THREADS=1 $(python) -m pytest -n $(sharing) --dist worksteal -m "not alone" $(ARGS) || [ $$? -eq 5 ]

# What watches processes, clocks and memory: after all else, and as many at once, since they too wait for each other.
alone: shared
	$(python) -m pytest -n $(sharing) --dist worksteal -m alone $(ARGS) || [ $$? -eq 5 ]

# Each exercise proves its own grader once, with the mutants that are quick to try.
proofs: .venv/dev.installed
	$(python) -m tutor validate --mutants --device cpu

lint: .venv/dev.installed
	$(python) -m ruff check
	$(python) -m ruff format --check
	$(python) -m mypy --strict -n 2 tutor
	$(python) .venv/bin/lint-imports --no-logo

# On a CPU, for which each equivalent.yaml says which mutants are right; a --device in ARGS comes later and counts.
prove: .venv/tutor.installed
	$(python) -m tutor validate --full --device cpu $(ARGS)

# Dead links and anchors, and pages without a place in the navigation, are errors.
docs: .venv/dev.installed
	$(python) -m docs.site.build

# The next three ask the package index or an advisory database, and are run by hand alone.
lock: .venv/supply/bin/uv
	.ci/lock

wheels: .venv/supply/bin/uv
	.ci/wheels

audit: .venv/supply/bin/uv
	.ci/audit

licences: .venv/dev.installed
	$(python) .ci/licences.py

# A missing or dangling interpreter counts as not installed.
.venv/tutor.installed: pyproject.toml constraints.txt locks/tutor.txt .venv/bin/python
	.ci/setup tutor

.venv/dev.installed: pyproject.toml constraints.txt locks/dev.txt .venv/bin/python
	.ci/setup dev

.venv/supply/bin/uv: .venv/bin/python
	.ci/setup supply

.venv/bin/python:
	.ci/setup venv
