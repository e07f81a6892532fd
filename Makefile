# Works from a bare machine with Python 3.11 or newer: the first run makes .venv, later runs reuse it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Tests run in as many processes as there are cores, handed out one by one (no test names a group): those of the browser last.
WORKERS := -n auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder
export PYTHONPATH := src:.

.PHONY: run test lint data bench bench-accuracy bench-load bench-leave bench-scale clean

run: $(STAMP)
	$(BIN)/streamlit run app.py

test: $(STAMP)
	$(BIN)/python -m pytest $(WORKERS) $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy app.py pages src/dashboard
	$(BIN)/python -m pip check

data: $(STAMP)
	$(BIN)/python -m dashboard.evidence.build

bench: $(STAMP)
	for name in app_speed explore_speed engine_speed pool_speed pooled_view export_speed intake_speed cohort_on_screen; do \
		echo; echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

bench-load: $(STAMP)
	$(BIN)/python -m benchmarks.load --quick

bench-leave: $(STAMP)
	$(BIN)/python -m benchmarks.leave

bench-scale: $(STAMP)
	$(BIN)/python -m benchmarks.scale

bench-accuracy: $(STAMP)
	$(BIN)/python -m benchmarks.accuracy

$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed: make PYTHON=python3.11 ...'; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) artefacts .pytest_cache .mypy_cache .ruff_cache
