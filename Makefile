# A fresh machine needs git, make and Python >= 3.11 for `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := runs/demo
# Huge pages can make a step on CPU a few percent faster (docs/benchmarks.md).
export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1

.PHONY: demo test lint docs clean

$(BIN)/lanet-installed: pyproject.toml setup.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

demo: $(BIN)/lanet-installed
	$(BIN)/python -m data.prepare demo --data_dir prepared
	$(BIN)/python -m lanet_jax.main --config=configs/demo.py --config.method=ce --config.data.dir=prepared --workdir=$(DEMO)/ce
	$(BIN)/python -m lanet_jax.main --config=configs/demo.py --config.data.dir=prepared --workdir=$(DEMO)/lanet
	$(BIN)/python -m lanet_jax.report --workdir=$(DEMO)/ce --workdir=$(DEMO)/lanet --out=$(DEMO)/report.html

# All checks. Tests of the face models and of dlib's network are skipped if they cannot be downloaded.
test: lint docs
	-$(BIN)/python -m lanet_jax.faces get-models
	-$(BIN)/python -m lanet_jax.port get-faces
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(BIN)/lanet-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# API pages, in build/site.
docs: $(BIN)/lanet-installed
	$(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) runs prepared
