# `make demo` and `make test` need nothing prepared and may be repeated.

BIN := .venv/bin
LOCKS := prod demo test uv

.PHONY: demo test lint fix bench chaos permissions lock clean

demo: ## Run everything in this terminal; PORT=8000 asks for a port
	@.ci/setup demo
	@exec $(BIN)/python -m portal.demo

test: ## Run the whole suite
	@.ci/setup test
	@$(BIN)/pytest

lint: ## Check style, types, templates and import directions
	@.ci/setup test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	$(BIN)/lint-imports
	$(BIN)/mypy .

fix: ## Format and repair what can be repaired by machine
	@.ci/setup test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

bench: ## Measure against the floors; prints one line each
	@.ci/setup test
	@$(BIN)/python -m tests.bench

chaos: ## The long runs of sync and of messages under faults and kills
	@.ci/setup test
	@$(BIN)/pytest -n0 -s tests/chaos/long_run.py tests/chaos/long_mail_run.py

permissions: ## Write docs/permissions.md from the running code
	@.ci/setup test
	@$(BIN)/pytest -n0 tests/architecture/write_permissions.py

lock: ## Lock requirements/*.in anew
	@.ci/setup test
	@for group in $(LOCKS); do \
	  .cache/uv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	    requirements/$$group.in --output-file requirements/$$group.txt || exit; \
	done

clean: ## Remove what set-up, demo and tests made, the demo's data included
	rm -rf .venv .cache var .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
