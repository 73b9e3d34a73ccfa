.DEFAULT_GOAL := help
SOURCES := simulator contracts tests benchmarks docs
VERSIONS := 3.11 3.12 3.13
# Two at a time, on whatever has two cores; a test that cannot share them is a defect.
PARALLEL := -n 2 --dist worksteal

# A candidate is run, not merely found: version managers leave shims behind that fail for a version nobody selected.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && { echo $$p; break; }; done)

# $(call python_of,3.12): an interpreter of exactly that version, or nothing.
python_of = $(shell for p in python$(1) $(wildcard $(HOME)/.pyenv/versions/$(1).*/bin/python$(1)); do \
	$$p -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "$(1)")' >/dev/null 2>&1 && { echo $$p; break; }; done)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: .venv/.installed ## show a good and a broken gateway being judged
	@.venv/bin/python -m veocontracts.demo

.PHONY: test
test: .venv/.installed ## run the tests and report their coverage
	.venv/bin/coverage erase
	.venv/bin/coverage run -m pytest -m "not prove" $(PARALLEL)
	.venv/bin/coverage combine -q
	.venv/bin/coverage report

.PHONY: selftest
selftest: .venv/.installed ## prove that every rule bites, and bites nobody who did nothing: all mutants, 3 seeds
	.venv/bin/veosim selftest --seeds 3

.PHONY: gateways
gateways: .venv/.installed ## judge the example gateways, as they are and with their planted bugs; takes minutes
	.venv/bin/python -m tests.gateways

.PHONY: check
check: .venv/.installed ## formatting, lint and types, without changing a file
	.venv/bin/ruff format --check $(SOURCES)
	.venv/bin/ruff check $(SOURCES)
	.venv/bin/mypy
	.venv/bin/mypy tests

.PHONY: prove
prove: .venv/.installed ## the long proofs: marked tests, each checker mutated, the self-test with 200 seeds, the example gateways ten times
	.venv/bin/pytest -m prove -rP $(PARALLEL)
	.venv/bin/python -m tests.proofs.checkers
	.venv/bin/veosim selftest --full --seeds 200
	.venv/bin/python -m tests.gateways --runs 10

.PHONY: bench
bench: .venv/.installed ## measure throughput, how many clients can wait, and how long a video takes
	.venv/bin/python benchmarks/throughput.py
	.venv/bin/python benchmarks/waiting.py
	.venv/bin/python benchmarks/media.py

.PHONY: docs
docs: .venv/.installed ## draw the generated pages of docs/ and the rules' examples anew
	.venv/bin/python -m tests.support.examples
	.venv/bin/python docs/generate.py

.PHONY: format
format: .venv/.installed ## format the code and apply the safe lint fixes
	.venv/bin/ruff format $(SOURCES)
	.venv/bin/ruff check --fix $(SOURCES)

.PHONY: test-all
test-all: $(VERSIONS:%=test-on-%) ## run the tests on every supported Python found here

.PHONY: $(VERSIONS:%=test-on-%)
$(VERSIONS:%=test-on-%): test-on-%:
	@python="$(call python_of,$*)"; \
	if [ -z "$$python" ]; then echo "Python $*: not found, not tested"; exit 0; fi; \
	echo "Python $*: $$python"; \
	$(MAKE) --no-print-directory PYTHON="$$python" .venvs/$*/.installed && .venvs/$*/bin/pytest -q -m "not prove" $(PARALLEL)

.PHONY: clean
clean: ## remove caches, reports and built files; the environments stay
	rm -rf .coverage .coverage.* htmlcov dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# One recipe for .venv and for .venvs/<version>; an environment that works is kept and only brought up to date.
%/.installed: pyproject.toml
	@echo "setting up $* (once)…"
	@$*/bin/python -c 'import pip; $(NEW_ENOUGH)' >/dev/null 2>&1 || $(MAKE) --no-print-directory fresh VENV=$* PYTHON="$(PYTHON)"
	@$*/bin/python -m pip install -qq --disable-pip-version-check -e '.[dev]'
	@touch $@

.PHONY: fresh
fresh:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none runs here; name one: make PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "$(PYTHON) does not run, or is older than Python 3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
