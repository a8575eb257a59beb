# make run    an environment, the page on http://127.0.0.1:8000
# make test   what the tests need (browsers too), then all of them
# make check  style and types
# make tables every table and figure of the docs, from what is in results/
# make fuzz   20,000 files that are wrong in every way, and everything that is parsed
# make soak   long work disturbed in every way, and started again
# make load   ten minutes of twice the requests that the page can answer
# make attack what a client can do to the page with little
# make bench  how fast it is beside what else there is, with the folder RAVDESS=ravdess
# make scale  5,000 recordings through every engine, with workers that are killed
# make slurm  the same few words on a SLURM that is installed for it, as root on Debian
# make kubernetes the same, by the Dask operator on a stand-in for Kubernetes's API, on Linux
# make baselines the classic baseline in results/, from the folder RAVDESS=ravdess

PYTHON ?= python3
VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?= 8000
RAVDESS ?= ravdess
PIP = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test check tables fuzz soak load attack bench scale slurm kubernetes baselines clean

run: $(VENV)/.web
	$(VENV)/bin/intone serve --host $(HOST) --port $(PORT)

test: $(VENV)/.dev check
	sh tools/install_browser.sh
	OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile

check: $(VENV)/.dev
	$(VENV)/bin/ruff check src tests stress tools benchmarks
	$(VENV)/bin/mypy

tables: $(VENV)/.dev
	$(VENV)/bin/python tools/tables.py

fuzz: $(VENV)/.dev
	$(VENV)/bin/python stress/fuzz.py --to results/fuzz.json
	$(VENV)/bin/python stress/fuzz_parsers.py --to results/parsers.json

soak: $(VENV)/.dev
	$(VENV)/bin/python stress/faults.py --to results/faults.json

load: $(VENV)/.dev
	$(VENV)/bin/python stress/load.py --to results/load.json

attack: $(VENV)/.dev
	$(VENV)/bin/python stress/attack.py --to results/attack.json
	$(VENV)/bin/python tools/tables.py

scale: $(VENV)/.dev
	$(VENV)/bin/python stress/scale.py --to results/scale.json

slurm: $(VENV)/.dev
	$(VENV)/bin/python stress/slurm.py

kubernetes: $(VENV)/.dev
	$(VENV)/bin/python stress/kubernetes.py

baselines: $(VENV)/.dev
	$(VENV)/bin/python tools/baselines/egemaps.py $(RAVDESS)

bench: $(VENV)/.dev
	$(VENV)/bin/python benchmarks/bench.py --ravdess $(RAVDESS)

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "intone needs Python 3.11 or newer.")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.web: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e '.[web]'
	touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e '.[dev]'
	touch $@ $(VENV)/.web
