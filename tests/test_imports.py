"""What `import infoplane` costs and brings, and what the wheel holds."""

import ast
import importlib
import inspect
import json
import shutil
import subprocess
import sys
import types
import zipfile
from pathlib import Path

import jaxtyping
import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src"
HEAVY = ["torch", "numba", "pandas", "xarray", "matplotlib", "scipy", "sklearn"]
STUBS = sorted(SOURCE.rglob("__init__.pyi"))

TIMED = """
import json, sys, time
start = time.perf_counter()
import infoplane
seconds = time.perf_counter() - start
print(json.dumps([seconds, sorted(sys.modules)]))
"""


def fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def package_of(stub: Path) -> str:
    return ".".join(stub.parent.relative_to(SOURCE).parts)


def public_names() -> list[tuple[str, str]]:
    names = []
    for stub in STUBS:
        for node in ast.parse(stub.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom):
                names += [(package_of(stub), alias.asname or alias.name) for alias in node.names]
    return names


def test_import_is_quick_and_loads_nothing_heavy():
    runs = [json.loads(fresh(TIMED)) for _ in range(5)]
    assert not set(HEAVY) & set(runs[0][1])
    assert min(seconds for seconds, _ in runs) < 0.3


@pytest.mark.parametrize(
    "package", [package_of(stub) for stub in STUBS if package_of(stub) != "infoplane.track"]
)
def test_packages_are_lazy(package: str):
    loaded = json.loads(fresh(f"import json, sys, {package}; print(json.dumps(sorted(sys.modules)))"))
    assert not set(HEAVY) & set(loaded)


@pytest.mark.parametrize("stub", STUBS, ids=package_of)
def test_stub_says_what_it_exports(stub: Path):
    """`__all__` of the stub, its imports and what the package says of itself are the same names."""
    imported = {name for package, name in public_names() if package == package_of(stub)}
    module = importlib.import_module(package_of(stub))
    assert set(module.__all__) - {"__version__"} == imported
    assert imported <= set(dir(module))
    lists = [
        ast.literal_eval(node.value)
        for node in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    assert [set(names) for names in lists] == [imported]


@pytest.mark.parametrize(("package", "name"), public_names())
def test_public_name_is_there_and_documented(package: str, name: str):
    found = getattr(importlib.import_module(package), name)
    if isinstance(found, types.ModuleType) or inspect.isclass(found) or callable(found):
        said = inspect.getdoc(found) or ""
        made_by_dataclass = said.startswith(f"{name}(")
        assert said, f"{package}.{name} has no docstring"
        assert not made_by_dataclass, f"{package}.{name} has no docstring"


def test_shapes_are_checked_in_tests():
    """By the import hook of conftest.py at the root; users don't pay for it."""
    estimate = importlib.import_module("infoplane.estimate")
    with pytest.raises(jaxtyping.TypeCheckError, match="values"):
        estimate.Slices(np.zeros((3, 2)))


def test_missing_names_are_attribute_errors():
    infoplane = importlib.import_module("infoplane")
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = infoplane.nothing_of_the_kind


def test_wheel_holds_the_package_its_stubs_and_its_tables(tmp_path: Path):
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(SOURCE, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "out", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (tmp_path / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    source = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*")
        if path.suffix in (".py", ".pyi", ".typed", ".csv")
    }
    assert inside >= source
    assert all(name.startswith("infoplane/") for name in inside)
