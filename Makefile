# Plain make (GNU 3.81 and later). `make PYTHON=/path/to/python3.12 ...` chooses the interpreter of .venv.
# Stamps in .venv remember what is installed: nothing is installed twice until a list of requirements changes.

VENV := .venv
RUN := $(VENV)/bin/python -m
INSTALL := $(RUN) pip install --disable-pip-version-check --constraint constraints.txt
REQUIREMENTS := $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
PYTHONS := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)

# exit 3: version without wheels of everything; exit 4: venv or ensurepip was left out
USABLE := import sys; (3, 11) <= sys.version_info < (3, 15) or sys.exit(3); \
	import importlib.util as u; all(map(u.find_spec, ("venv", "ensurepip"))) or sys.exit(4)

# every lower bound of pyproject.toml as a pin
LOWEST := .venv-lowest
PINS := import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
	extras = project["optional-dependencies"]; of_all = (extras[name] for name in extras if name != "bench"); \
	bounds = sum(of_all, project["dependencies"]); \
	print(*(bound.replace(">=", "==") for bound in bounds if ">=" in bound), sep="\n")

.PHONY: help demo test fuzz lowest lint install bench wheel clean
.NOTPARALLEL:

help:
	@echo "make demo     install what the demo needs in .venv, and run it: figures under runs/demo/"
	@echo "make test     install everything in .venv and run all tests"
	@echo "make fuzz     10,000 random inputs through every measure, 3,000 of them against definitions (half an hour)"
	@echo "make lowest   the tests at the lowest versions that pyproject.toml allows, on Python 3.11 (another .venv)"
	@echo "make lint     ruff and mypy"
	@echo "make install  only prepare .venv, with all extras and the development tools"
	@echo "make bench    speed beside other packages, a table each (some minutes; keep the machine idle)"
	@echo "make wheel    build dist/*.whl"
	@echo "make clean    remove .venv and what was built"

demo: $(VENV)/demo.stamp
	$(VENV)/bin/infoplane demo

test: $(VENV)/all.stamp
	$(RUN) pytest
	@kernel=$$($(VENV)/bin/python tests/other_kernel.py) || exit; \
	if [ -n "$$kernel" ]; then echo "the numbers again, with the BLAS kernel $$kernel"; \
	  OPENBLAS_CORETYPE=$$kernel $(RUN) pytest -m portable; \
	else echo "this BLAS has one kernel only: the numbers are not tested with another"; fi

fuzz: $(VENV)/all.stamp
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)/bin/python benchmarks/fuzz.py

lowest: $(LOWEST)/all.stamp
	$(LOWEST)/bin/python -m pytest -W default::DeprecationWarning -W default::FutureWarning

lint: $(VENV)/all.stamp
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

install: $(VENV)/all.stamp

bench: $(VENV)/bench.stamp
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)/bin/python benchmarks/neighbours.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)/bin/python benchmarks/evaluating.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)/bin/python benchmarks/loading.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)/bin/python benchmarks/kernels.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)/bin/python benchmarks/diffusion.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)/bin/python benchmarks/planes.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)/bin/python benchmarks/looking.py

wheel: $(VENV)/all.stamp
	rm -rf build dist
	$(RUN) build --wheel --no-isolation

clean:
	rm -rf $(VENV) $(LOWEST) build dist

$(VENV)/demo.stamp: $(REQUIREMENTS)
	$(INSTALL) --editable ".[all]"
	@touch $@

$(VENV)/all.stamp: $(REQUIREMENTS)
	$(INSTALL) --editable ".[all,dev]"
	@touch $(VENV)/demo.stamp $@

$(LOWEST)/all.stamp: pyproject.toml
	$(or $(PYTHON),python3.11) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -c '$(PINS)' > $(LOWEST)/pins.txt
	$(LOWEST)/bin/python -m pip install --disable-pip-version-check --constraint $(LOWEST)/pins.txt --editable ".[all,dev]"
	@touch $@

$(VENV)/bench.stamp: $(VENV)/all.stamp
	$(INSTALL) --editable ".[bench]"
	@touch $@

$(VENV)/pyvenv.cfg:
	@said=; for python in $(PYTHONS); do \
	  path=$$(command -v "$$python") || { said="$$said  $$python: not found;"; continue; }; \
	  "$$path" -c '$(USABLE)' >/dev/null 2>&1; \
	  case $$? in \
	    0) echo "making $(VENV) with $$path"; exec "$$path" -m venv --clear $(VENV);; \
	    4) said="$$said  $$python: right version, but without venv (Debian, Ubuntu: apt install python3-venv);";; \
	    3) said="$$said  $$python: $$("$$path" --version 2>&1);";; \
	    *) said="$$said  $$python: does not run;";; \
	  esac; \
	done; \
	echo "infoplane needs Python 3.11 to 3.14 with the venv module. Found:" >&2; \
	echo "$$said" | tr ';' '\n' >&2; \
	echo "Install one (python.org, apt, brew), or say where it is: make PYTHON=/path/to/python3" >&2; \
	exit 1
