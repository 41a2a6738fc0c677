import json
from dataclasses import dataclass

import pytest

from infoplane import KSG, Ask, Criterion, Layer, Plugin, Prepared, Sliced
from infoplane.prepare import copula, pca
from infoplane.questions import check_questions
from infoplane.runs.rows import row_key
from infoplane.settings import canonical, describe


def test_of_becomes_a_tuple():
    assert Ask(KSG()).of == ("input", "layer")
    assert Ask(KSG(), of="layer").of == ("layer",)
    assert Ask(KSG(), of=["layer", Layer("fc1")]).of == ("layer", Layer("fc1"))
    assert Ask(KSG(), of=Layer("fc1")).of == (Layer("fc1"),)


def test_words_as_they_stand_in_a_row():
    ask = Ask(KSG(), of=("input", "target", "output", "layer", Layer("fc 1/é"), Layer("fc1", at="first")))
    assert ask.words == ["input", "target", "output", "layer", "layer:fc 1/é", "layer:fc1@first"]


@pytest.mark.parametrize("of", [("inputs",), ("input", "fc1"), (), ("input", 3), 5, None, [["input"]], {}])
def test_unknown_words_are_refused(of):
    with pytest.raises(ValueError, match=r"Ask\(of=\) takes 'input', 'target', 'layer', 'output'"):
        Ask(KSG(), of=of)


def test_only_measures_are_asked():
    with pytest.raises(ValueError, match=r"Ask\(measure=\) takes a measure with its settings, .* got 'KSG'"):
        Ask("KSG")
    with pytest.raises(ValueError, match="'same' or 'first'"):
        Layer("fc1", at="last")
    with pytest.raises(ValueError, match=r"Layer\(name=\) must be the name of a recorded layer; got 3"):
        Layer(3)


def test_description_has_class_numbers_and_what_differs_from_the_default():
    assert describe(KSG()) == {"class": "KSG", "numbers": KSG.numbers}
    assert describe(KSG(k=5)) == describe(KSG())
    described = describe(Sliced(KSG(k=3), directions=200))
    assert described == {
        "class": "Sliced",
        "numbers": Sliced.numbers,
        "measure": {"class": "KSG", "numbers": KSG.numbers, "k": 3},
        "directions": 200,
    }


def test_description_of_steps_and_of_a_criterion():
    prepared = describe(Prepared(Plugin(), x=[copula, pca(2)]))
    assert [step["class"] for step in prepared["x"]] == ["Copula", "PCA"]
    assert prepared["x"][1]["dim"] == 2
    assert "y" not in prepared
    assert describe(Criterion("mine", max)) == {"class": "Criterion", "numbers": 1, "name": "mine"}


@dataclass(frozen=True)
class Own:
    scale: float = 1.0

    def __call__(self, x, y):
        return None


def test_measures_of_others_are_named_with_their_module():
    assert describe(Own(2.0)) == {"class": f"{__name__}:Own", "numbers": 1, "scale": 2.0}


def test_canonical_is_one_line_and_the_same_for_measure_and_row():
    measure = Sliced(Prepared(KSG(k=3), x=copula), seed=2)
    text = canonical(measure)
    assert "\n" not in text
    assert canonical(json.loads(text)) == text
    assert canonical(Sliced(KSG(k=5))) == canonical(Sliced(KSG()))
    assert canonical(Sliced(KSG(k=5))) != canonical(Sliced(KSG(k=4)))


def test_row_key():
    row = {
        "quantity": "S₁(X;T)",
        "split": "test",
        "step": 3,
        "layer": "fc1",
        "of": ["input", "layer:fc1"],
        "measure": describe(KSG(k=3)),
        "data": "ab12",
        "value": 0.3,
    }
    assert row_key(row) == row_key({**row, "value": 0.4, "quantity": "another name"})
    for other in ({"split": "train"}, {"step": 4}, {"layer": "fc2"}, {"data": "cd34"}, {"of": ["target"]}):
        assert row_key(row) != row_key({**row, **other})
    assert row_key(row) != row_key({**row, "measure": describe(KSG(k=4))})
    hash(row_key(row))


def test_a_class_is_no_measure():
    with pytest.raises(ValueError, match=r"like KSG\(k=5\); got <class"):
        Ask(KSG)


@pytest.mark.parametrize("questions", [{}, [Ask(KSG())], Ask(KSG()), {"S": KSG()}, {1: Ask(KSG())}])
def test_questions_are_names_and_asks(questions):
    with pytest.raises(ValueError, match="questions must be like"):
        check_questions(questions)
