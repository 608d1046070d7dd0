# `make` alone says what there is. The only things that must be there before: make, a POSIX shell, Python 3.11 or newer.
VENV    ?= .venv
BIN     := $(VENV)/bin
PYTEST  := $(BIN)/python -m pytest
DEMO    ?= git
COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)

.DEFAULT_GOAL := help
.PHONY: help setup needs demo check format test test-images test-containers test-tools bench bench-peers timeouts soak random-tools interfaces fuzz golden docs lock migrate revision up down build clean

help:  ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready  ## Make the environment: everything from the lock file, and this project in place

$(VENV)/.ready: requirements-dev.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh $(VENV)
	@touch $@

needs:  ## Install what demo and tests need from Debian's packages, or say how to
	@sh scripts/needs.sh bubblewrap

demo: setup needs  ## Test a real tool end to end, here, with no server running
	@sh scripts/demo.sh $(BIN)/testronaut $(DEMO)

check: setup  ## Format, lint, import contracts, types, fast tests, models against migrations (under 2 minutes)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m scripts.docs --check
	$(PYTEST) -q -n auto -m "not slow" tests

format: setup  ## Bring the code into the house's format
	$(BIN)/ruff check --fix -q . || true
	$(BIN)/ruff format .

test: setup  ## Everything: real servers, sandboxes and a browser; installs or starts what it needs, says what it skips
	@sh scripts/needs.sh bubblewrap redis postgresql chromium strace engine musl fish bash-completion
	$(PYTEST) -n auto --dist worksteal tests

test-images: setup  ## Let all hostile programs loose in containers, too, and try tools in images (3 minutes)
	@sh scripts/needs.sh engine musl
	TESTRONAUT_TEST_IMAGES=1 $(PYTEST) -n auto -k "docker or image" tests/contracts tests/hostile tests/integration tests/e2e

test-tools: setup needs  ## Install small real tools of every dialect into .tools, and see what is learned of them (10 minutes)
	@sh scripts/tools.sh .tools
	TESTRONAUT_TEST_TOOLS=.tools $(PYTEST) -n 2 --durations 10 tests/tools

test-containers:  ## Run the compose file under a real engine (long)
	@sh scripts/try-containers.sh

bench: setup needs  ## Measure floors, our sandboxes and other test runners side by side (5 minutes; ARGS=--quick: one)
	$(BIN)/python -m benchmarks.execution $(ARGS)

bench-peers:  ## Install the other test runners, into .bench and from Debian's packages
	sh benchmarks/install_peers.sh .bench

timeouts: setup needs  ## Measure how 1,000 calls that hang are ended (ARGS="--backend NAME")
	$(BIN)/python -m benchmarks.timeouts $(ARGS)

soak: setup needs  ## See whether a sandbox stays as it was over 100,000 calls (ARGS="--backend NAME --minutes 30")
	$(BIN)/python -m benchmarks.soak $(ARGS)

random-tools: setup needs  ## Try 100 programs of /usr/bin that nobody thought of (ARGS="--seed 1 --tools 100")
	$(BIN)/python -m benchmarks.random_tools $(ARGS)

interfaces: setup needs  ## Score what is learned of the tools of a corpus of truths (CORPUS=FOLDER ARGS="--bin FOLDER")
	CORPUS=$(CORPUS) $(BIN)/python -m benchmarks.interfaces $(ARGS)

fuzz: setup  ## Read a million spoilt help texts, then measure how reading grows with a text (10 minutes; ARGS="--inputs N --seed N")
	$(BIN)/python -m benchmarks.fuzz_help $(ARGS)
	$(BIN)/python -m benchmarks.help_growth

golden: setup  ## Write the golden files anew; read the difference before committing it
	TESTRONAUT_GOLDEN=write $(PYTEST) -q tests/unit/worker/reporting

docs: setup  ## Write the generated pages anew
	$(BIN)/python -m scripts.docs

lock:  ## Resolve the newest versions into the lock files (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements-dev.lock

migrate: setup  ## Bring the configured database to the newest revision
	$(BIN)/testronaut db upgrade

revision: setup  ## Write a new revision from the models: make revision NAME="what changes"
	$(BIN)/python -m scripts.revision "$(NAME)"

build: setup  ## Build the wheel
	$(BIN)/python -m hatchling build -t wheel

up:  ## Start the whole stack in containers: redis, postgres, migrate, worker, jaeger
	$(COMPOSE) up -d --build

down:  ## Stop it, and forget its data
	$(COMPOSE) down -v

clean:  ## Remove what was made here
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .testronaut .demo .bench .tools
