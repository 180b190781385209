# Each target creates .venv if it is missing, and updates it when pyproject.toml or constraints.txt
# has changed.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SOURCES := pokerws server.py tests examples $(wildcard bench)

.DEFAULT_GOAL := help
.PHONY: help run test mutants coverage soak fuzz drill bench bench-guard compiled docs lint format clean

help: ## List the targets
	@echo "Usage: make TARGET"
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST)

run: $(READY) ## Start a server with tables of bots; settings in local.env (PORT=9000 for another port, WORKERS=2 for two processors)
	@exec $(BIN)/python server.py serve --env-file local.env

define INSTALL_TOOLS
@tests/install-browser.sh
@tests/install-engines.sh
@tests/install-servers.sh
@tests/install-node.sh
@tests/install-node.sh $(PEER)
endef

test: $(READY) ## Run the tests (ARGS="-k blinds" for some of them)
	$(INSTALL_TOOLS)
	@# Each worker imports everything: from bytecode, even where the environment forbids to write it.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

mutants: $(READY) ## Break a line for each claim of docs/security.md, check that a test fails (ONLY=claim)
	@tests/install-browser.sh
	@$(BIN)/python -m tests.mutants $(ONLY)

coverage: $(READY) ## Measure which lines and branches the tests run (ARGS as for test; 15 minutes)
	$(INSTALL_TOOLS)
	@rm -rf build/coverage && mkdir -p build/coverage
	@$(BIN)/coverage run -m pytest -n auto --dist loadfile --no-loadscope-reorder --timeout 180 $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage html --quiet
	@$(BIN)/coverage report

SEEDS ?= 200
FIRST_SEED ?= 1
soak: $(READY) ## Kill the server under load repeatedly, check that nothing is lost (SEEDS=200 FIRST_SEED=1; HOMES=1 for home games, CLUSTER=1 for the simulated cluster, NODES=1 for a real one, STORMS=1 for one with a bad network)
	@$(BIN)/python -m tests.simulation.soak --seeds $(SEEDS) --first-seed $(FIRST_SEED) \
		$(if $(HOMES),--home) $(if $(CLUSTER),--cluster) $(if $(NODES),--nodes) $(if $(STORMS),--storms)

FUZZ_S ?= 120
fuzz: $(READY) ## Fuzz the message decoder, guided by coverage (FUZZ_S=120 seconds)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	@$(BIN)/python -m tests.fuzz -max_total_time=$(FUZZ_S) -max_len=4096 -print_final_stats=1

drill: $(READY) ## Cause faults under a watched server (8 minutes), and write docs/drill.md
	@tests/install-servers.sh
	@$(BIN)/python -m tests.e2e.monitored
	@$(BIN)/python -m tests.e2e.monitored.page > docs/drill.md

PEER := bench/live/peer
bench: $(READY) ## Measure the targets of speed (PARTS="engine live" ROUNDS=5 OURS=../before)
	@tests/install-node.sh $(PEER)
	@$(BIN)/python -m bench $(PARTS) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(OURS),--ours $(OURS))

bench-guard: $(READY) ## Count instructions per action, with valgrind (RECORD=1 to record them)
	@$(BIN)/python -m bench.instructions $(if $(RECORD),--record)

compiled: $(READY) ## Build a wheel with compiled rules in build/wheels, and run their tests on it
	@rm -rf build/wheels build/compiled
	@POKERWS_COMPILED=1 $(BIN)/python -m pip wheel --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --wheel-dir build/wheels .
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--target build/compiled build/wheels/*.whl
	@cp -r tests pyproject.toml build/compiled/
	@cd build/compiled && ../../$(BIN)/python -m pytest -n auto tests/game

docs: $(READY) ## Generate the protocol documents and .env.example from the code
	$(BIN)/python -m pokerws.schema protocol > docs/protocol.md.new
	$(BIN)/python -m pokerws.schema asyncapi > docs/asyncapi.yaml.new
	$(BIN)/python -m pokerws.schema types > pokerws/web/client/messages.d.ts.new
	$(BIN)/python -m pokerws.schema variants > pokerws/web/client/variants.js.new
	$(BIN)/python -m pokerws.logs.events > docs/logs.md.new
	$(BIN)/python -m pokerws.settings > .env.example.new
	$(BIN)/python -m tests.e2e.monitored.page > docs/drill.md.new
	@for made in docs/protocol.md docs/asyncapi.yaml docs/logs.md docs/drill.md pokerws/web/client/messages.d.ts \
		pokerws/web/client/variants.js .env.example; do \
		mv "$$made.new" "$$made"; done
	$(BIN)/python -m tests.conformance
	@[ -e tests/node/node_modules/.bin/tsc ] || tests/install-node.sh
	@PATH="$(CURDIR)/$(BIN):$$PATH" tests/node/node_modules/.bin/tsc --project tests/node/types.json

lint: $(READY) ## Check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)

format: $(READY) ## Format the code
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

clean: ## Remove .venv and caches, but not the database in var/
	rm -rf .venv tests/node/node_modules $(PEER)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info build
	find pokerws tests $(wildcard bench) -name __pycache__ -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	@echo "Setting up .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
