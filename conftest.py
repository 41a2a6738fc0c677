"""Every test, and every example in README.md, docs/ and the docstrings, starts from here.

It must run before infoplane is imported: numba reads its cache folder once, and the import hook that checks
array shapes sees only modules that are not loaded yet.
"""

import atexit
import contextlib
import doctest
import importlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
import jaxtyping
import pytest
from sybil import Sybil
from sybil.document import Document, PythonDocStringDocument
from sybil.example import Example, NotEvaluated
from sybil.integration.pytest import SybilItem
from sybil.parsers.markdown import PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser
from sybil.typing import Evaluator

SOURCE = Path(__file__).parent / "src"


def fresh_numba_cache() -> str:
    """numba's disk cache doesn't see an edit in another file, so no test may read an old one."""
    folder = tempfile.mkdtemp(prefix="infoplane-numba-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def modules_with_shapes() -> list[str]:
    """The modules whose annotations hold array shapes; numba cannot compile what the hook has wrapped."""
    found = []
    for path in SOURCE.rglob("*.py"):
        imports = re.findall(r"^(?:import|from) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        if "jaxtyping" in imports and "numba" not in imports and path.name != "__init__.py":
            found.append(".".join(path.relative_to(SOURCE).with_suffix("").parts))
    return found


os.environ["NUMBA_CACHE_DIR"] = fresh_numba_cache()
os.environ["MPLBACKEND"] = "Agg"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # the products of tests are too small to share
jaxtyping.install_import_hook(modules_with_shapes(), "beartype.beartype")

# a loaded machine is no failure: no deadline; where CI is set the examples are the same every time
hypothesis.settings.register_profile("local", deadline=None, max_examples=50)
hypothesis.settings.register_profile(
    "ci", hypothesis.settings.get_profile("local"), derandomize=True, print_blob=True
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


class Page(Document):
    """A page of Markdown, in one namespace."""

    def evaluate(self, example: Example, evaluator: Evaluator) -> None:
        try:
            super().evaluate(example, evaluator)
        except Exception as error:
            raise error from None  # sybil's report of a failure breaks on exceptions that have a cause


class DocstringExamples(PythonDocStringDocument):
    """Docstrings see the names of their module and, as readers do, what infoplane has at the top."""

    def import_document(self, example: Example) -> None:
        with contextlib.suppress(NotEvaluated):
            super().import_document(example)
        infoplane = importlib.import_module("infoplane")
        code = " ".join(re.findall(r"^ *(?:>>>|\.\.\.)(.*)", self.text, re.MULTILINE))
        used = set(re.findall(r"\w+", code))
        for name in used.intersection(infoplane.__all__).difference(self.namespace):
            self.namespace[name] = getattr(infoplane, name)
        raise NotEvaluated


def enter_folder(namespace: dict[str, Any]) -> None:
    """Examples that write files do so in a folder of their own page."""
    stack = contextlib.ExitStack()
    stack.enter_context(contextlib.chdir(stack.enter_context(tempfile.TemporaryDirectory())))
    namespace["__leave__"] = stack.close


def leave_folder(namespace: dict[str, Any]) -> None:
    namespace["__leave__"]()


PAGES = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)],
    pattern="*.md",
    document_types={".md": Page},
    setup=enter_folder,
    teardown=leave_folder,
)
DOCSTRINGS = Sybil(
    parsers=[DocTestParser(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)],
    path="src",
    pattern="*.py",
    document_types={".py": DocstringExamples},
    setup=enter_folder,
    teardown=leave_folder,
)
pytest_collect_file = (PAGES + DOCSTRINGS).pytest()


def pytest_itemcollected(item: pytest.Item) -> None:
    """What docstrings and pages print of numbers is the same with every BLAS kernel."""
    if isinstance(item, SybilItem) and (item.path.is_relative_to(SOURCE) or item.path.parent.name == "docs"):
        item.add_marker(pytest.mark.portable)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests are shuffled, but the examples of a page share their names and stay together, in its order."""
    pages: dict[Any, list[SybilItem]] = {}
    for item in items:
        if isinstance(item, SybilItem):
            pages.setdefault(item.parent, []).append(item)
    whole: list[pytest.Item] = []
    for item in items:
        if not isinstance(item, SybilItem):
            whole.append(item)
        elif item.parent in pages:
            whole += sorted(pages.pop(item.parent), key=lambda one: one.example.start)
    items[:] = whole
