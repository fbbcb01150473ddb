# `make demo` digitizes one sample, `make test` runs the tests; each sets up what it needs.
#
# Needs Python 3.11 to 3.13 with venv, and a package index that pip reaches. No path is
# absolute and none is a target's name, so the folder may be called anything.

SAMPLE = samples/budget-2020-summary.pdf
PIP = .venv/bin/python -P -m pip --disable-pip-version-check

.PHONY: demo test lint benchmark benchmark-quick benchmark-layout clean

demo: .venv/.runtime
	.venv/bin/crossfoot digitize $(SAMPLE) -o out/demo --overlay --show --force

# The pytest executable: `python -m pytest` would import from the root, where `datasets` and
# `models` hide packages of those names. The root is not pytest's rootdir because its
# __init__.py would be imported under the folder's name.
test: .venv/.dev
	.venv/bin/crossfoot weights fetch --quiet
	.venv/bin/pytest -c pyproject.toml --rootdir=tests tests

# The README's table of results: makes the set that eval/benchmark.toml names and measures crossfoot and
# img2table on it. The full one takes over an hour on two cores, the quick one some minutes.
benchmark: .venv/.dev
	.venv/bin/crossfoot weights fetch --quiet
	.venv/bin/crossfoot benchmark full --out out/benchmark

benchmark-quick: .venv/.dev
	.venv/bin/crossfoot weights fetch --quiet
	.venv/bin/crossfoot benchmark quick --out out/benchmark-quick

# Layout alone, with img2table beside it and no recognition, on both of its sets, and what layout costs on one
# core. About two hours on two cores the first time; sets and img2table's results are kept in out/ for the next.
benchmark-layout: .venv/.dev
	.venv/bin/crossfoot weights fetch --quiet
	.venv/bin/crossfoot benchmark layout --out out/benchmark-layout --worst 20
	.venv/bin/crossfoot benchmark layout-held-out --out out/benchmark-layout-held-out --worst 20
	.venv/bin/python -P -m crossfoot.eval.speed --layout

# N999 judges the root's name, which is whatever the clone is called.
lint: .venv/.dev
	.venv/bin/ruff check --extend-ignore N999 .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

clean:
	rm -rf .venv out build dist crossfoot.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# pip is called through the interpreter: its own script bears the path it was made at. -P
# keeps the root off sys.path, for the reason given at `test`.
.venv/.runtime: pyproject.toml | .venv/bin/python
	@echo "Installing crossfoot and what it needs into .venv; the first time this takes a minute or more."
	$(PIP) install --quiet --editable .
	@.venv/bin/python -P -c "import cv2" 2> .venv/opencv.log || { \
	  cat .venv/opencv.log >&2; \
	  if grep -q "lib.*\.so" .venv/opencv.log; then \
	    echo "OpenCV misses a system library: sudo apt-get install libgl1 libglib2.0-0" >&2; \
	  fi; \
	  exit 1; }
	@touch $@

.venv/.dev: .venv/.runtime
	$(PIP) install --quiet --editable ".[dev]"
	@touch $@

.venv/bin/python:
	@for python in python3.13 python3.12 python3.11 python3 python; do \
	  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2> /dev/null \
	    || continue; \
	  if "$$python" -c 'import ensurepip, venv' 2> /dev/null; then \
	    echo "Making .venv with $$python."; \
	    "$$python" -m venv .venv && exit 0; \
	    rm -rf .venv; exit 1; \
	  fi; \
	  bare=$$("$$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])'); \
	done; \
	if [ -n "$$bare" ]; then \
	  echo "$$bare cannot make virtual environments: sudo apt-get install $$bare-venv" >&2; \
	else \
	  echo "crossfoot needs Python 3.11, 3.12 or 3.13, and none is on the PATH." >&2; \
	fi; \
	exit 1
