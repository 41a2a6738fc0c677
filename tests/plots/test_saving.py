"""Files of figures, and what happens without matplotlib."""

import inspect
import re
import subprocess
import sys

import pytest

from infoplane import plots


def test_vector_files_embed_truetype_and_repeat_bit_for_bit(ds, tmp_path):
    for ending, begins in ((".pdf", b"%PDF"), (".svg", b"<?xml"), (".png", b"\x89PNG")):
        path = plots.save(plots.curves(ds), tmp_path / "deep" / f"curves{ending}")
        first = path.read_bytes()
        assert first.startswith(begins)
        assert plots.save(plots.curves(ds), path).read_bytes() == first
    assert b"/FontFile2" in (tmp_path / "deep" / "curves.pdf").read_bytes()
    assert b"/Type3" not in (tmp_path / "deep" / "curves.pdf").read_bytes()
    assert len(list((tmp_path / "deep").iterdir())) == 3  # nothing is left aside


def test_a_file_is_whole_or_as_it_was(ds, tmp_path, monkeypatch):
    figure = plots.curves(ds)
    path = plots.save(figure, tmp_path / "curves.png")
    before = path.read_bytes()
    monkeypatch.setattr(figure, "savefig", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        plots.save(figure, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_room_says_which_functions_return_a_figure():
    sentence = re.search(r"([^;.]*) return a `matplotlib.figure.Figure`", plots.__doc__ or "")
    assert sentence is not None
    returned = {name: inspect.signature(getattr(plots, name)).return_annotation for name in plots.__all__}
    figures = {name for name, kind in returned.items() if getattr(kind, "__name__", kind) == "Figure"}
    assert set(re.findall(r"`(\w+)`", sentence[1])) == figures
    assert set(plots.__all__) <= set(re.findall(r"`(\w+)`", plots.__doc__ or ""))


def test_another_ending_is_refused(ds, tmp_path):
    with pytest.raises(ValueError, match=r"\.pdf, \.svg, \.png; got 'curves.jpg'"):
        plots.save(plots.curves(ds), tmp_path / "curves.jpg")


def test_a_notebook_shows_figures_that_pyplot_does_not_know(ds):
    assert plots.curves(ds)._repr_png_().startswith(b"\x89PNG")


def test_a_missing_matplotlib_is_named():
    code = """
import sys
sys.modules["matplotlib"] = None
from infoplane import plots
try:
    plots.plane
except ImportError as error:
    assert "pip install 'infoplane[plots]'" in str(error), error
else:
    raise SystemExit("no error")
"""
    subprocess.run([sys.executable, "-c", code], check=True)
