"""The arrows between the rooms of src/infoplane, and what only one place may do."""

import ast
import graphlib
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "infoplane"
FILES = sorted(PACKAGE.rglob("*.py"))

# room -> the other rooms it may import; a new room has to be entered here
MAY_IMPORT = {
    "estimate": "",
    "directions": "settings",
    "settings": "",
    "data": "",
    "keeping": "",
    "given": "",
    "sample": "directions given keeping",
    "kinds": "sample given",
    "bins": "estimate given settings",
    "storage": "given sample",
    "kernels": "estimate directions sample settings",
    "known": "estimate sample directions settings",
    "measures": "estimate given directions sample kinds bins kernels keeping settings",
    "prepare": "measures",
    "runs": "sample kinds settings storage keeping",
    "questions": "estimate runs settings",
    "spectra": "bins measures runs",
    "track": "runs settings storage",
    "results": "estimate questions runs settings storage",
    "evaluation": "estimate questions sample settings storage runs results",
    "trust": "estimate sample settings storage measures prepare known evaluation",
    "plots": "runs results storage",
}
MAY_IMPORT["experiments"] = " ".join(MAY_IMPORT)
MAY_IMPORT["cli"] = " ".join(MAY_IMPORT)

TORCH = {"torch", "torchvision"}
# package -> the rooms where it may be imported at all; the others may be imported anywhere
LIVES_IN = {
    "torch": {"track", "experiments"},
    "torchvision": {"track", "experiments"},
    "matplotlib": {"plots", "experiments"},
    "xarray": {"results", "evaluation", "plots"},
    "numba": {"measures"},
    "mlxtend": {"data"},
    "pooch": {"data"},
    "cyclopts": {"cli"},
    "fcntl": set(),  # not on every system; filelock is
}
# room -> what may only be imported inside its functions
NOT_AT_THE_TOP = {
    "experiments": {*TORCH, "numba", "matplotlib", "xarray", "sklearn"},
    "cli": {*TORCH, "numba", "matplotlib", "xarray", "sklearn", "scipy", "pandas"},
}
DISTRIBUTION = {"sklearn": "scikit-learn"}  # where the import has another name


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


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in FILES}


def module_imported(target: str) -> str:
    """The module of ours that holds an imported name, as far as files tell."""
    while target and target not in MODULES:
        target = target.rpartition(".")[0]
    return target


def test_no_circles():
    """Not even inside functions or for type checking; `infoplane` itself and lazy packages import nothing."""
    graph: dict[str, set[str]] = {name: set() for name in MODULES}
    for path, found in IMPORTS:
        here, there = module_of(path), module_imported(found.target)
        if there and there not in (here, "infoplane") and MODULES[there].name != "__init__.py":
            graph[here].add(there)
    assert circle(graph) == []


def test_a_circle_would_be_found():
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}
    assert circle({"a": {"b", "c"}, "b": {"c"}}) == []


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The names of a circle, the first again at the end; none if there is none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_private_things_stay_in_their_folder():
    wrong = []
    for path, found in IMPORTS:
        parts = found.target.split(".")
        private = [i for i, part in enumerate(parts) if part.startswith("_") and part != "__version__"]
        if parts[0] == "infoplane" and private:
            home = ".".join(parts[: private[0]])
            folder = MODULES.get(home, PACKAGE.parent / Path(*home.split(".")) / "__init__.py")
            inside = path.is_relative_to(folder.parent) if folder.name == "__init__.py" else path == folder
            if not inside:
                wrong.append(f"{where(path, found.line)}: {found.target}")
    assert not wrong, "private to their folder or file:\n" + "\n".join(wrong)


def test_only_the_engine_runs_in_parallel_and_turns_refusals_into_nan():
    wrong = [
        f"{where(path, found.line)}: {found.target}"
        for path, found in IMPORTS
        if found.target.split(".")[0] in ("concurrent", "multiprocessing", "joblib")
        and room(path) != "evaluation"
        and path != PACKAGE / "cli" / "cluster.py"  # where a command's executor comes from
    ]
    for path in set(FILES) - {PACKAGE / "evaluation" / "engine.py"}:
        for node in ast.walk(tree(path)):
            catches = isinstance(node, ast.ExceptHandler) and "DegenerateData" in ast.unparse(node)
            if catches and not any(isinstance(part, ast.Raise) for part in ast.walk(node)):
                wrong.append(f"{where(path, node.lineno)}: turns DegenerateData into something else")
    assert not wrong, "evaluation/engine.py does that:\n" + "\n".join(wrong)


def test_words_of_variables_are_written_once():
    wrong = []
    for path in FILES:
        nodes = list(ast.walk(tree(path)))
        docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                word = re.search(r"""(^|['"])layer:|@first|input\|target""", node.value)
                if word and path != PACKAGE / "runs" / "variables.py":
                    wrong.append(f"{where(path, node.lineno)}: {node.value!r:.60}")
    assert not wrong, "runs/variables.py has them:\n" + "\n".join(wrong)


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
    users = [one for name, extra in extras.items() if name not in ("dev", "bench") for one in extra]
    declared = " ".join([*project["dependencies"], *users])
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
