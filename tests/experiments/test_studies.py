"""A study is its folder: the command line and the pages follow from it."""

import json
import re
import runpy
import subprocess
import sys
from dataclasses import asdict, is_dataclass
from pathlib import Path

import pytest

from infoplane import KSG, experiments, known
from infoplane.experiments import studies
from infoplane.settings import from_json, to_json
from infoplane.storage.json_lines import read

ROOT = Path(__file__).parents[2]
OWN = '''
"""A study of two files."""
from dataclasses import dataclass
from pathlib import Path

from infoplane.experiments.shared import study_settings

NAME = "own"
HELP = "How many lines fit."
VARIANTS = {"own-short": ("Short", "own, but short.")}


@dataclass(frozen=True)
class Width:
    """Of a line.

    Parameters
    ----------
    columns : int
        How many.
    """

    columns: int = 80


@dataclass(frozen=True)
class Own:
    """Settings.

    Parameters
    ----------
    lines : int
        How many lines.
    width : Width
        Of each.
    """

    lines: int = 3
    width: Width = Width()


@dataclass(frozen=True)
class Short(Own):
    lines: int = 1


Settings = Own


def run(settings: Own, into: Path, *, loud: bool = False) -> None:
    """Write lines.

    Parameters
    ----------
    settings : Own
    into : Path
    loud : bool
        In capitals.
    """
    study_settings.keep(settings, NAME, into)
    line = "x" * settings.width.columns
    (into / "lines.txt").write_text("\\n".join([line.upper() if loud else line] * settings.lines))
'''
MAIN = (
    "import infoplane.experiments as e; e.__path__.append({!r}); from infoplane.cli.app import main; main()"
)


def of_the_page():
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    (code,) = re.findall(
        r"```python\n# src/infoplane/experiments/samples/study.py\n(.*?)```", text, re.DOTALL
    )
    return code


@pytest.fixture
def own(tmp_path):
    """The command line where there is a study more, and that of docs/extending.md."""
    folder = tmp_path / "more" / "own"
    for name, text in (("own", OWN), ("samples", of_the_page())):
        (folder.parent / name).mkdir(parents=True)
        (folder.parent / name / "study.py").write_text(text, encoding="utf-8")

    def call(*words: object) -> str:
        command = [sys.executable, "-c", MAIN.format(str(folder.parent)), *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


def test_a_folder_makes_a_command(own, tmp_path):
    for name, said in (("own ", "How many lines fit."), ("own-short ", "own, but short.")):
        assert re.search(rf"{name} +{said}", own("run", "--help"))
    assert "In capitals." in own("run", "own", "--help")
    assert "by default runs/own" in own("run", "own", "--help")
    printed = own("run", "own", "--lines", 2, "--width.columns", 5, "--loud")
    assert printed.startswith("own: everything is in runs/own/")
    assert (tmp_path / "runs" / "own" / "lines.txt").read_text() == "XXXXX\nXXXXX"
    own("run", "own-short", "--into", tmp_path / "short")
    assert (tmp_path / "short" / "lines.txt").read_text() == "x" * 80


def test_it_is_repeated_from_its_settings_nested_ones_too(own, tmp_path):
    own("run", "own", "--width.columns", 5, "--into", tmp_path / "first")
    own("run", "--config", tmp_path / "first", "--into", tmp_path / "again")
    assert (tmp_path / "again" / "lines.txt").read_text() == "xxxxx\nxxxxx\nxxxxx"
    assert json.loads((tmp_path / "again" / "settings.json").read_text()) == {
        **{"experiment": "own", "lines": 3, "width": {"columns": 5}}
    }


def test_the_study_of_the_page_is_one(own, tmp_path):
    words = ["--sizes", "50", "80", "--rho", "0.5", "--into", "first"]
    assert "estimates.csv" in own("run", "samples", *words)
    rows = read(tmp_path / "first" / "estimates.jsonl")
    x, y = known.Normal(rho=0.5).draw(80, seed=0)
    found = {(row["n"], row["measure"].get("k", 5)): row["value"] for row in rows}
    assert found[80, 3] == KSG(k=3)(x, y).value
    assert set(found) == {(n, k) for n in (50, 80) for k in (3, 5)}
    own("run", "--config", "first")
    assert read(tmp_path / "first" / "estimates.jsonl") == rows


@pytest.mark.parametrize("page", ["README.md", "docs/api.md"])
def test_pages_list_the_studies(page):
    made = runpy.run_path(str(ROOT / "docs" / "studies.py"))
    text = (ROOT / page).read_text(encoding="utf-8")
    assert made["listed"]() in text, "python docs/studies.py writes it"
    assert made["written"](text) == text


def test_nothing_else_knows_a_study():
    """`demo` alone is a study's: that of the digits that come with the package."""
    packages = {one.package for one in studies.commands().values()}
    words = packages | set(studies.commands())
    wrong = []
    for path in sorted((ROOT / "src" / "infoplane").rglob("*.py")):
        inside = path.relative_to(ROOT / "src" / "infoplane").parts
        if path.stem == "demo" or (inside[0] == "experiments" and inside[1] in packages):
            continue
        text = path.read_text(encoding="utf-8")
        wrong += [f"{path}: {word}" for word in words if re.search(rf"(?<![\w-]){word}(?![\w-])", text)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", studies.commands())
def test_every_study_keeps_the_contract(name):
    one = studies.commands()[name]
    study, kind = one.load(), getattr(one.load(), one.settings)
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    assert issubclass(kind, study.Settings)
    assert study.run.__annotations__["settings"] is study.Settings
    assert one.help[-1] in ".?"
    assert from_json(kind, json.loads(json.dumps(to_json(kind())))) == kind()
    assert json.loads(json.dumps(asdict(kind()))) == to_json(kind())


def test_studies_are_told_without_importing_them():
    code = "import sys; from infoplane.experiments.studies import commands; commands(); print([*sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "infoplane.experiments.studies" in loaded
    assert "numpy" not in loaded
    assert ".study'" not in loaded


@pytest.mark.parametrize(
    ("text", "message"),
    [('NAME = "mine"\n', "must say NAME and HELP"), ('NAME = "ib-net"\nHELP = "Mine."\n', "'ib-net', which")],
)
def test_a_study_that_does_not_say_its_name_is_refused(tmp_path, monkeypatch, text, message):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "study.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(experiments, "__path__", [*experiments.__path__, str(tmp_path)])
    with pytest.raises(ValueError, match=message):
        studies.commands()


@pytest.mark.parametrize(
    ("recorded", "message"),
    [
        ({"experiment": "else"}, r"run.json is not of a study \(diffusion-toy, ib-net.*name 'else'"),
        ({}, "its settings name None"),
        ({"experiment": "ib-net", "depth": 2}, "run.json: IbNet has no depth; it has activations, epochs"),
        ({"experiment": "ib-net", "epochs": "2"}, "run.json.epochs must be int; got '2'"),
    ],
)
def test_settings_of_no_study_are_refused(recorded, message):
    with pytest.raises(ValueError, match=message):
        studies.study_of(recorded, "run.json")
