# What a fresh machine needs is Python (3.11 to 3.13) with venv, make, and the PyPI and npm registries; all else is fetched here.
# make demo | test | check | bench | chaos | soak | serve

PYTHON ?= python3
BIN := .venv/bin
# Half as many again as there are processors: a third of their time tests wait for browsers, servers and leases.
TEST_WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(6, (os.cpu_count() or 1) * 3 // 2 or 1))')
UV := $(BIN)/uv
UV_ENV := $(if $(PIP_INDEX_URL),UV_DEFAULT_INDEX=$(PIP_INDEX_URL)) UV_NO_PROGRESS=1 VIRTUAL_ENV=.venv
FRONTEND := builder_ui/frontend
MANIFEST := builder_ui/static/dist/manifest.json
ASSET_SOURCES := $(shell find $(FRONTEND) builder_ui/templates rule_engine/targets/javascript/runtime -type f -not -path '*/node_modules/*' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo serve test check bench chaos soak locks clean

help:
	@echo "make demo    install, start with sample data, print address and login"
	@echo "make test    install everything for the tests and run them all"
	@echo "make check   ruff, mypy --strict, the import contracts"
	@echo "make bench   side-by-side measurements"
	@echo "make chaos   minutes of load while processes are killed and servers restarted: nothing may be lost, doubled or stuck"
	@echo "make soak    people, rights and records change at random for long: everybody sees and may do what a naive oracle says"
	@echo "make serve   the server on ./var, without sample data"

demo: .venv/.run $(MANIFEST)
	@$(BIN)/trellis demo

serve: .venv/.run $(MANIFEST)
	@$(BIN)/trellis serve

test: .venv/.test $(MANIFEST)
	$(BIN)/pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.test $(MANIFEST)
	$(BIN)/python -m benchmarks

chaos: .venv/.test $(MANIFEST)
	$(BIN)/python -m tests.chaos $(CHAOS_ARGS)

soak: .venv/.test
	TRELLIS_TEST_SOAK=$(or $(SOAK_RUNS),500) $(BIN)/pytest -x tests/access/test_agreement.py

.venv/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "Trellis needs Python 3.11, 3.12 or 3.13; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make virtual environments; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# The test environment holds the one that runs, so either stamp will do to start the product.
.venv/.run: .venv/.uv requirements/run.txt requirements/build.txt pyproject.toml
	@test .venv/.test -nt requirements/run.txt || $(UV_ENV) $(UV) pip install --quiet --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(UV_ENV) $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.test: .venv/.uv requirements/test.txt requirements/build.txt pyproject.toml
	@$(UV_ENV) $(UV) pip install --quiet --require-hashes -r requirements/test.txt -r requirements/build.txt
	@$(UV_ENV) $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(MANIFEST): .venv/.uv $(ASSET_SOURCES)
	@NODE_FROM_PYPI="$(UV_ENV) $(UV)" sh $(FRONTEND)/build.sh

# Lock files name no registry, so that a mirror serves as well.
locks: .venv/.uv
	$(UV_ENV) $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/run.txt pyproject.toml
	$(UV_ENV) $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra test -c requirements/run.txt -o requirements/test.txt pyproject.toml
	$(UV_ENV) $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/node.txt requirements/node.in
	$(UV_ENV) $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/build.txt requirements/build.in
	$(UV_ENV) $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/uv.txt requirements/uv.in
	$(UV_ENV) $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/peers.txt requirements/peers.in

clean:
	rm -rf .venv .node builder_ui/static/dist $(FRONTEND)/node_modules build dist
