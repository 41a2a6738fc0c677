"""Docstrings of public names say what goes in, what comes out, what is refused, and how it is used."""

import ast
import importlib
import inspect
import itertools
import re
import types
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src"
# what refuses nothing
NEVER_RAISES = {
    "infoplane.DegenerateData",
    "infoplane.bins.Rows",
    "infoplane.data.Images",
    "infoplane.kernels.Gram",
    "infoplane.known.Asinh",
    "infoplane.known.HalfCube",
    "infoplane.known.Rectify",
    "infoplane.known.catalogue",
    "infoplane.Run",
    "infoplane.runs.Run",
    "infoplane.spectra.Clusters",
    "infoplane.known.Distribution",
}
# what an example would have to download, or is raised and not used
NO_EXAMPLE = {
    "infoplane.DegenerateData",
    "infoplane.data.cifar10",
    "infoplane.data.fashion_mnist",
    "infoplane.data.mnist",
}
PAGE = (Path(__file__).parent.parent / "docs" / "api.md").read_text(encoding="utf-8")


def names_of(package: str) -> list[tuple[str, object]]:
    """What a package's stub gives, and of its rooms that are one file what they export or the page names."""
    stub = (SOURCE / package.replace(".", "/") / "__init__.pyi").read_text(encoding="utf-8")
    froms = [node for node in ast.parse(stub).body if isinstance(node, ast.ImportFrom)]
    module = importlib.import_module(package)
    found = [(alias.name, getattr(module, alias.name)) for node in froms for alias in node.names]
    out = [(f"{package}.{name}", one) for name, one in found]
    for name, room in found:
        if isinstance(room, types.ModuleType) and not hasattr(room, "__path__"):
            own = [one for one in vars(room) if f"`{one}" in PAGE and one != "DegenerateData"]
            names = getattr(room, "__all__", own)
            out += [(f"{package}.{name}.{one}", getattr(room, one)) for one in names]
    return out


def public() -> dict[str, object]:
    """Classes and functions that are public, but for the studies, whose settings have pages of their own."""
    packages = [".".join(stub.parent.relative_to(SOURCE).parts) for stub in SOURCE.rglob("__init__.pyi")]
    found = dict(one for package in sorted(packages) for one in names_of(package))
    return {
        name: one
        for name, one in found.items()
        if (inspect.isclass(one) or inspect.isfunction(one)) and "infoplane.experiments" not in one.__module__
    }


PUBLIC = public()


def sections(thing: object) -> set[str]:
    lines = (inspect.getdoc(thing) or "").splitlines()
    return {line for line, rule in itertools.pairwise(lines) if line and set(rule) == {"-"}}


def takes(thing: object) -> bool:
    """Whether something is given when it is called or made."""
    if getattr(thing, "_is_protocol", False) or (inspect.isclass(thing) and issubclass(thing, Exception)):
        return False
    return bool(inspect.signature(thing).parameters)


def starts(before: str, line: str) -> bool:
    """Whether a text begins here: a docstring, a paragraph, or what stands under a parameter."""
    indented = len(line) - len(line.lstrip()) > len(before) - len(before.lstrip())
    return not before.strip() or indented


@pytest.mark.parametrize("name", PUBLIC)
def test_says_what_it_takes_what_it_refuses_and_how_it_is_used(name: str):
    thing, there = PUBLIC[name], sections(PUBLIC[name])
    missing = [] if there & {"Parameters", "Attributes"} or not takes(thing) else ["Parameters"]
    missing += [] if name in NEVER_RAISES else ["Raises"]
    missing += [] if name in NO_EXAMPLE else ["Examples"]
    missing = [one for one in missing if one not in there]
    assert not missing, f"{name} has no {', '.join(missing)}"


def test_exceptions_are_needed():
    assert set(PUBLIC) >= NEVER_RAISES | NO_EXAMPLE
    assert not [name for name in NEVER_RAISES if "Raises" in sections(PUBLIC[name])]
    assert not [name for name in NO_EXAMPLE if "Examples" in sections(PUBLIC[name])]


def test_no_section_begins_with_of():
    """Sentences and noun phrases start with their noun."""
    wrong = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                lines = ["", *(ast.get_docstring(node) or "").splitlines()]
                first = [line.strip() for before, line in itertools.pairwise(lines) if starts(before, line)]
                wrong += [f"{path.relative_to(SOURCE)}: {line}" for line in first if line.startswith("Of ")]
    assert not wrong, "\n".join(wrong)


def test_a_paper_has_one_year():
    years: dict[str, set[str]] = {}
    for path in [*SOURCE.rglob("*.py"), *(SOURCE.parent / "docs").rglob("*.md")]:
        cited = re.findall(
            r"((?:19|20)\d\d)\)?[,:]?\s+\(?\[?doi(?::|\]\(https://doi\.org/)([^\s\],;)]+)",
            path.read_text(encoding="utf-8"),
        )
        for year, doi in cited:
            years.setdefault(doi, set()).add(year)
    assert len(years) > 20
    assert not {doi: found for doi, found in years.items() if len(found) > 1}
