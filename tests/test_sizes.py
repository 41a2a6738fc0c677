"""The sizes a file and a function may have, and their names."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "infoplane"
FILES = sorted(PACKAGE.rglob("*.py"))

LINES, CODE_LINES, KERNEL_LINES, PARAMETERS = 300, 40, 120, 6
# "file.py:function" -> why it is longer, or takes more parameters
EXCEPTIONS: dict[str, str] = {
    "track/tracker.py:__init__": "what is tracked, when and where to are options of one object",
    "plots/information_plane.py:plane": "given axes are an option of every plot",
}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


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
