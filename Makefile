PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
# The arrays here are small: threads that wait for each other cost more than they bring.
export OMP_NUM_THREADS := 1
# What pytest and Python compile is kept, whatever the environment says: each process would compile it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: verify test test-quick lint figures explore fuzz bench gpu docs package constraints clean

verify: $(INSTALLED)  ## the main job: derive, minimise, train, compare, draw, report
	$(BIN)/python -m verify

test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist loadfile -q

test-quick: $(INSTALLED)  ## all but what starts processes and what is slow
	$(BIN)/python -m pytest -n 2 --dist loadfile -q -m 'not processes and not slow'

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

figures: $(INSTALLED)
	$(BIN)/python -m figures

explore: $(INSTALLED)  ## results/explorer.html, a page that works offline
	$(BIN)/antipodal explore

fuzz: $(INSTALLED)  ## random examples, thousands of each, and the whole table of hostile arguments
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -n 2 -q -m 'hypothesis or fuzz' --timeout 1800

bench: $(INSTALLED)
	$(BIN)/python -m pytest tests/benchmarks/bench_*.py -q -s --benchmark-timer=time.process_time --timeout 1800

gpu: $(INSTALLED)  ## tests and benchmarks on a CUDA device, against one CPU thread
	$(BIN)/python tests/benchmarks/on_gpu.py

docs: $(INSTALLED)  ## the pages, all tutorials executed again, into results/docs; a warning is an error
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[docs,testing]'
	$(BIN)/python -m sphinx -E -W --keep-going -q -b html figures/pages results/docs

package: $(INSTALLED)  ## the wheel, built, installed into empty environments and tried there, as is an editable install
	$(BIN)/python -m pytest tests/package -m package -q --timeout 1800

constraints:  ## every pin, from pyproject.toml; needs uv. A local build tag of torch is no release: drop it.
	uv pip compile pyproject.toml --all-extras --python-version 3.11 --custom-compile-command "make constraints" \
		--no-emit-find-links --no-emit-index-url -q -o constraints.txt
	sed -i 's/^\(torch==[0-9.]*\)+[a-z0-9]*/\1/' constraints.txt

clean:
	rm -rf .venv results build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[dev]'
	$(BIN)/python -m numeric.running.compiled
	touch $@
