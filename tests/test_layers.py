"""The arrows between the rooms of src/infoplane, and the sizes a file and a function may have."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "infoplane"
FILES = sorted(PACKAGE.rglob("*.py"))

# room -> the other rooms it may import; a new room has to be entered here
MAY_IMPORT = {
    "estimate": "",
    "directions": "",
    "settings": "",
    "data": "",
    "sample": "directions",
    "bins": "estimate",
    "storage": "sample",
    "kernels": "estimate sample",
    "known": "estimate sample directions",
    "measures": "estimate directions sample bins kernels",
    "prepare": "measures",
    "runs": "sample settings storage",
    "questions": "runs",
    "spectra": "sample bins measures runs storage",
    "track": "runs storage",
    "results": "estimate questions runs settings storage",
    "evaluation": "estimate questions sample settings spectra storage runs results",
    "trust": "estimate sample settings measures prepare known evaluation",
    "plots": "runs results storage",
}
MAY_IMPORT["experiments"] = " ".join(MAY_IMPORT)
MAY_IMPORT["cli"] = " ".join(MAY_IMPORT)

TORCH = {"torch", "torchvision"}
# third-party package -> the rooms where it may be imported at all; the others may be imported anywhere
LIVES_IN = {
    "torch": {"track", "experiments"},
    "torchvision": {"track", "experiments"},
    "matplotlib": {"plots", "experiments"},
    "xarray": {"results", "evaluation", "plots"},
    "numba": {"measures"},
    "mlxtend": {"data"},
    "pooch": {"data"},
    "cyclopts": {"cli"},
}
# room -> what may only be imported inside its functions
NOT_AT_THE_TOP = {
    "experiments": {*TORCH, "numba", "matplotlib", "xarray", "sklearn"},
    "cli": {*TORCH, "numba", "matplotlib", "xarray", "sklearn", "scipy", "pandas"},
}
DISTRIBUTION = {"sklearn": "scikit-learn"}  # where the import has another name

LINES, CODE_LINES, KERNEL_LINES, PARAMETERS = 300, 40, 120, 6
# "file.py:function" -> why it is longer, or takes more parameters
EXCEPTIONS: dict[str, str] = {
    "track/tracker.py:__init__": "what is tracked, when and where to are options of one object",
    "plots/information_plane.py:plane": "given axes are an option of every plot",
}


@dataclass(frozen=True)
class Import:
    """One imported module, its line, and when it happens: at "load", in a "call", or for "types" only."""

    target: str
    line: int
    when: str


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(node: ast.AST, when: str = "load") -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, when) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            dots = "." * child.level
            for alias in child.names:
                yield Import(f"{dots}{child.module or ''}.{alias.name}", child.lineno, when)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from imports(child, "call")
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from imports(child, "types")
        else:
            yield from imports(child, when)


def exported_from() -> dict[str, str]:
    """Each name at the top of infoplane and the room it comes from."""
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    froms = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: node.module or alias.name for node in froms for alias in node.names}


OURS = exported_from()
IMPORTS = [(path, found) for path in FILES for found in imports(tree(path))]


def target_room(target: str) -> str:
    name = target.split(".")[1] if "." in target else ""
    return OURS.get(name, name).split(".")[0]


def test_every_room_is_known():
    assert {room(path) for path in FILES} - {"__init__"} <= set(MAY_IMPORT)


def test_arrows():
    wrong = []
    for path, found in IMPORTS:
        if found.target.split(".")[0] != "infoplane" or found.target == "infoplane.__version__":
            continue
        here, there = room(path), target_room(found.target)
        if here != there and there not in MAY_IMPORT.get(here, "").split():
            wrong.append(f"{where(path, found.line)}: {here} must not import {there or 'infoplane itself'}")
    assert not wrong, "\n".join(wrong)


def test_imports_are_absolute():
    wrong = [where(path, found.line) for path, found in IMPORTS if found.target.startswith(".")]
    assert not wrong, f"relative imports: {wrong}"


def test_heavy_packages_stay_in_their_rooms():
    wrong = []
    for path, found in IMPORTS:
        package, here = found.target.split(".")[0], room(path)
        if found.when == "types":
            continue
        if here not in LIVES_IN.get(package, {here}):
            wrong.append(f"{where(path, found.line)}: {package} belongs to {sorted(LIVES_IN[package])}")
        if found.when == "load" and package in NOT_AT_THE_TOP.get(here, set()):
            wrong.append(f"{where(path, found.line)}: {package} only inside a function of {here}")
    assert not wrong, "\n".join(wrong)


def test_imported_packages_are_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = " ".join([*project["dependencies"], *extras["torch"], *extras["plots"]])
    known = {re.sub("-", "_", name) for name in re.findall(r"([A-Za-z0-9_-]+)>=", declared)}
    used = {found.target.split(".")[0] for _, found in IMPORTS} - sys.stdlib_module_names
    undeclared = {
        name for name in used - {"infoplane"} if DISTRIBUTION.get(name, name).replace("-", "_") not in known
    }
    assert not undeclared, f"imported, but not a dependency in pyproject.toml: {sorted(undeclared)}"


def test_no_module_bears_the_name_of_what_its_folder_gives():
    """The submodule would take the name's place in the package as soon as it is imported."""
    wrong = []
    for path in FILES:
        stub = path.parent / "__init__.pyi"
        froms = (
            [node for node in tree(stub).body if isinstance(node, ast.ImportFrom)] if stub.exists() else []
        )
        given = {alias.asname or alias.name for node in froms if node.module for alias in node.names}
        if path.stem in given:
            wrong.append(where(path, 1))
    assert not wrong, wrong


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "misc"])
def test_no_module_says_nothing(word: str):
    assert not [path for path in FILES if word in path.stem.strip("_").split("_")]


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def code_lines(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function that are neither its docstring, nor blank, nor a comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    numbers = set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    if ast.get_docstring(node) is not None:
        numbers -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return sum(bool(text) and not text.startswith("#") for text in (lines[n - 1].strip() for n in numbers))


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    every += [one for one in (node.args.vararg, node.args.kwarg) if one]
    return len([one for one in every if one.arg not in ("self", "cls")])


def is_kernel(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(decorator) == "compiled" for decorator in node.decorator_list)


def too_big() -> dict[str, str]:
    found = {}
    for path, node in functions():
        kernel = is_kernel(node)
        lines, taken = code_lines(path, node), parameters(node)
        name = f"{path.relative_to(PACKAGE)}:{node.name}"
        if lines > (KERNEL_LINES if kernel else CODE_LINES):
            found[name] = f"{lines} lines of code"
        elif taken > PARAMETERS and not kernel:
            found[name] = f"{taken} parameters"
    return found


def test_functions_are_small():
    found = too_big()
    wrong = [f"{name}: {what}" for name, what in found.items() if name not in EXCEPTIONS]
    assert not wrong, "split it, or enter it in EXCEPTIONS with the reason:\n" + "\n".join(wrong)
    assert set(EXCEPTIONS) <= set(found), "these need no exception any more"


def test_files_are_small():
    folders = [PACKAGE, ROOT / "tests", ROOT / "benchmarks"]
    paths = [path for folder in folders for pattern in ("*.py", "*.pyi") for path in folder.rglob(pattern)]
    long = {str(path.relative_to(ROOT)): len(path.read_bytes().splitlines()) for path in paths}
    long = {path: lines for path, lines in long.items() if lines > LINES}
    assert not long, f"at most {LINES} lines: {long}"


def test_modules_say_what_they_are():
    silent = [str(path.relative_to(ROOT)) for path in FILES if ast.get_docstring(tree(path)) is None]
    assert not silent, f"without a docstring: {silent}"
