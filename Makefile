# Two commands matter: `make run` and `make test`. Both do all the set-up they need; `make help` lists the rest.
# PYTHON=python3.12 picks the interpreter, VENV=.venv the place of the environment.

VENV ?= .venv
PYTHON ?=
export VENV PYTHON
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help run run-venue test check lint format setup setup-test check-noqt faults faults-venue soak bench bench-window bench-decode pictures lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

run: setup ## set up what is needed, then open the kiosk window in demo mode
	@scripts/run.sh

run-venue: setup ## many doors on this machine: three hubs, four kiosks, a sandbox, a line of guests at every door
	@$(BIN)/python -m scanner_app.venue_demo

test: setup-test ## set up what is needed, then ruff, mypy, import contracts and every test
	@scripts/test.sh

check: test ## the same as test

lint: setup-test ## ruff, mypy and the import contracts alone
	@scripts/test.sh lint

format: setup-test ## put every file in the shape that ruff wants
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .

setup: ## system packages, virtual environment, locked dependencies, the program
	@scripts/setup.sh run

setup-test: ## the same, and what the tests need
	@scripts/setup.sh test

check-noqt: ## the tests that need no window, in an environment where PySide6 really is not installed
	@scripts/check-noqt.sh

faults: setup-test ## the long forms of kill loops, full disks, dead networks
	@$(PYTEST) -m faults tests </dev/null

faults-venue: setup-test ## a venue's hubs killed, paused, cut off, without power, while every pass is claimed at two doors
	@scripts/faults-venue-packages.sh
	@$(PYTEST) -s -o faulthandler_timeout=0 -m 'faults or not faults' tests/faults/test_venue_faults.py tests/venue/test_page.py </dev/null

soak: setup-test ## hours of guests, watching memory, threads and files
	@$(BIN)/python -m benchmarks.soak

bench: setup-test ## redemption, first load and cold start, as ratios and counts
	@$(BIN)/python -m benchmarks.door

bench-window: setup-test ## the worst stall of the window in each thing done, start to READY, crash to the next guest
	@$(BIN)/python -m benchmarks.window

bench-decode: setup-test ## the decoder on pictures and videos
	@$(BIN)/python -m benchmarks.decode

pictures: setup ## draw every screen and verdict into build/pictures, and renew those of the README
	@mkdir -p build docs/pictures
	@$(BIN)/scanner-app screenshots --out build/pictures --language en >build/pictures.log 2>&1 || { cat build/pictures.log; exit 1; }
	@for name in door-admit-confirmed door-already-used kiosk-waiting settings-camera; do cp build/pictures/en/1280x800/$$name.png docs/pictures/; done
	@echo "docs/pictures renewed; every screen is in build/pictures"

lock: setup-test ## write the lock files anew (UPGRADE=1: with newer versions)
	@scripts/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## remove the environment and everything that tools made
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
