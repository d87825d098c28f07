# Two commands are enough: 'make tutor' starts the tutor, 'make test' proves that it works.
# PYTHON=/path/to/python3 chooses the interpreter; ARGS="…" is handed on to pytest or the tutor.

PYTHON ?=
ARGS ?=
export PYTHON

python := .venv/bin/python

.PHONY: help tutor test lint prove
.SILENT:

help:
	echo "make tutor   set up (once) and start the tutor"
	echo "make test    set up (once) and run the tests"
	echo "make lint    style, types, and the direction of imports"
	echo "make prove   every exercise proves its own grader: 20 seeds, all mutants (long)"

tutor: .venv/tutor.installed
	$(python) -m tutor $(ARGS)

# First what may share the machine, as many at once as there are cores; then what must have it to itself.
# Status 5: ARGS chose no test of that kind.
test: .venv/dev.installed
	$(python) -m pytest -n auto --dist worksteal -m "not alone" $(ARGS) || [ $$? -eq 5 ]
	$(python) -m pytest -m alone $(ARGS) || [ $$? -eq 5 ]

lint: .venv/dev.installed
	$(python) -m ruff check
	$(python) -m ruff format --check
	$(python) -m mypy --strict tutor
	$(python) .venv/bin/lint-imports --no-logo

# On a CPU, for which each equivalent.yaml says which mutants are right; a --device in ARGS comes later and counts.
prove: .venv/tutor.installed
	$(python) -m tutor validate --full --device cpu $(ARGS)

# A missing or dangling interpreter counts as not installed.
.venv/tutor.installed: pyproject.toml constraints.txt .venv/bin/python
	.ci/setup tutor

.venv/dev.installed: pyproject.toml constraints.txt .venv/bin/python
	.ci/setup dev

.venv/bin/python:
	.ci/setup venv
