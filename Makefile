# Two verbs for users, two for developers; each sets up what it needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SOURCES := pyproject.toml setup.py constraints.txt src/wattloom/kernel.c src/wattloom/faults.c tools/wattloom_build.py

.PHONY: serve test check bench clean

serve: .venv/run
	$(BIN)/wattloom serve $(ARGS)

test: check
	tools/browser
	$(BIN)/python -m pytest $(ARGS)

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/bench
	$(BIN)/python benchmarks/run.py $(ARGS)

clean:
	rm -rf .venv build src/wattloom/*.so

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: $(SOURCES) | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

.venv/dev: .venv/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

.venv/bench: .venv/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	touch $@
