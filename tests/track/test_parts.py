"""A part of what a layer returns is recorded by its word, and a refusal says which words there are."""

import dataclasses
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from infoplane.runs import Probe, Run
from infoplane.track import Tracker
from infoplane.track.calls import census
from infoplane.track.outputs import part_of, parts
from infoplane.track.recording import record
from infoplane.track.selection import select

N = 7
X = np.random.default_rng(0).normal(size=(N, 4, 6)).astype(np.float32)


class Recurrent(nn.Module):
    def __init__(self, kind=nn.LSTM):
        super().__init__()
        torch.manual_seed(0)
        self.rnn, self.head = kind(6, 5, batch_first=True), nn.Linear(5, 3)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


@dataclasses.dataclass
class Found:
    logits: torch.Tensor
    states: tuple
    loss: object = None


class Returns(nn.Module):
    """A model of one block, which returns what `make` makes of its tensor."""

    def __init__(self, make, after=lambda out: out):
        super().__init__()
        self.block, self.after = Block(make), after

    def forward(self, x):
        return self.after(self.block(x))


class Block(nn.Module):
    def __init__(self, make):
        super().__init__()
        torch.manual_seed(0)
        self.fc, self.make = nn.Linear(6, 2), make

    def forward(self, x):
        return self.make(self.fc(x))


def chosen(model, layers=None):
    return select(model, census(model, X, N), layers)


def recorded(model, layers, batch_size=3):
    return record(model, chosen(model, layers).calls, X, N, batch_size)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_hidden_states_of_a_recurrent_layer(kind):
    model = Recurrent(kind)
    got = recorded(model, ["rnn[0]", "head"])
    with torch.no_grad():
        states = model.rnn(torch.from_numpy(X))[0].reshape(N, -1)
    assert list(got) == ["rnn[0]", "head"]
    np.testing.assert_allclose(got["rnn[0]"], states, atol=1e-6)


def test_a_refusal_says_what_came_and_the_word_to_write():
    with pytest.raises(ValueError, match=r"'rnn' \(LSTM\) returns a tuple, not a tensor: ") as error:
        chosen(Recurrent(), ["rnn"])
    for said in (
        r"name a part of it, 'rnn[0]' of shape (3, 4, 5)",
        r"(not 'rnn[1][0]' returns shape (1, 3, 5), whose first dimension isn't the batch's 3",
        "(if dimension 1 is, bring it to the front: x.movedim(1, 0))",
        r"'rnn[1][1]' returns shape (1, 3, 5)",
        "Choices: rnn[0], head, output",
    ):
        assert said in str(error.value)
    with pytest.raises(ValueError, match=r"no layer 'rnn\[2\]'. Choices: rnn\[0\], "):
        chosen(Recurrent(), ["rnn[2]"])
    with pytest.raises(ValueError, match=r"'rnn\[1\]\[0\]' \(LSTM\) returns shape \(1, 3, 5\)"):
        chosen(Recurrent(), ["rnn[1][0]"])


def test_the_default_leaves_it_out_with_the_word():
    left = dict(chosen(Recurrent()).left_out)
    assert list(left) == ["rnn"]
    assert "'rnn[0]' of shape (3, 4, 5)" in left["rnn"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda t: (t, 2 * t), ["[0]", "[1]"]),
        (lambda t: [t, (2 * t, None)], ["[0]", "[1][0]"]),
        (lambda t: {"a": t, "more": {"b": 2 * t}}, ["[a]", "[more][b]"]),
        (lambda t: OrderedDict(last_hidden_state=t, pooled=2 * t), ["[last_hidden_state]", "[pooled]"]),
        (lambda t: Found(t, (2 * t,)), ["[logits]", "[states][0]"]),
        (lambda t: torch.return_types.max((t, 2 * t)), ["[0]", "[1]"]),
    ],
)
@pytest.mark.parametrize("layer", ["block", "output"])
def test_collections_of_any_kind(make, words, layer):
    model = Returns(make)
    got = recorded(model, [layer + word for word in words])
    with torch.no_grad():
        fc = model.block.fc(torch.from_numpy(X)).reshape(N, -1)
    np.testing.assert_allclose(got[layer + words[0]], fc, atol=1e-6)
    np.testing.assert_allclose(got[layer + words[1]], 2 * fc, atol=1e-6)


def test_a_part_of_what_the_model_returns_is_its_output_if_it_is_the_only_one():
    model = Returns(lambda t: {"logits": t, "more": t})
    assert chosen(model, ["block.fc", "output[logits]"]).output == "output[logits]"
    assert chosen(model, ["output[more]", "output[logits]"]).output is None
    assert chosen(model, ["block[logits]"]).output is None


def test_parts_of_a_module_that_is_called_twice_or_has_two_names():
    class Twice(Recurrent):
        def __init__(self):
            super().__init__()
            self.back, self.other = nn.Linear(5, 6), self.rnn

        def forward(self, x):
            return self.rnn(self.back(self.rnn(x)[0]))[0]

    names = lambda layers: [one.name for one in chosen(Twice(), layers).calls]  # noqa: E731
    assert names(["rnn[0]"]) == ["rnn#1[0]", "rnn#2[0]"]
    assert names(["rnn#2[0]"]) == ["rnn#2[0]"]
    assert names(["other[0]"]) == ["other#1[0]", "other#2[0]"]
    got = recorded(Twice(), ["rnn[0]"])
    assert np.ptp(got["rnn#1[0]"] - got["rnn#2[0]"]) > 0


def test_globs_before_a_word_and_globs_that_mean_modules():
    stack = nn.Module()
    stack.parts = nn.ModuleList([nn.GRU(6, 6, batch_first=True), nn.GRU(6, 6, batch_first=True)])
    stack.forward = lambda x: stack.parts[1](stack.parts[0](x)[0])[0]
    assert [one.name for one in chosen(stack, ["parts.*[0]"]).calls] == ["parts.0[0]", "parts.1[0]"]
    assert [one.name for one in chosen(stack, ["parts.[1][0]"]).calls] == ["parts.1[0]"]
    model = nn.Sequential(Recurrent(), nn.Linear(3, 2))
    for pattern in ("[01]", "*[01]"):  # modules, as ever
        assert [one.name for one in chosen(model, [pattern]).calls] == ["0", "1"]


def test_a_module_whose_name_has_brackets_has_it():
    class Brackets(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.GRU(6, 6, batch_first=True)
            self.add_module("rnn[0]", nn.Linear(6, 2))

        def forward(self, x):
            return getattr(self, "rnn[0]")(self.rnn(x)[0])

    calls = chosen(Brackets(), ["rnn[0]"]).calls
    assert [(one.name, one.kind) for one in calls] == [("rnn[0]", "Linear")]


def test_a_part_that_is_not_there_for_every_batch_is_refused():
    few = Returns(lambda t: (t, t) if len(t) == 3 else (t,))
    with pytest.raises(ValueError, match=r"'block\[1\]' \(Block\) isn't returned for every batch"):
        chosen(few, ["block[1]"])
    late = Returns(lambda t: (t, t) if len(t) < 4 else (t,))
    with pytest.raises(ValueError, match=r"layer 'block\[1\]' \(Block\) returns None"):
        recorded(late, ["block[1]"], batch_size=7)


def test_an_empty_tuple_and_packed_rows_say_that_nothing_can_be_recorded():
    with pytest.raises(ValueError, match=r"'block' .* a tuple, not a tensor: no part .* \(it is empty\)"):
        chosen(Returns(lambda t: (), lambda out: torch.zeros(3)), ["block"])
    packed = Returns(lambda t: nn.utils.rnn.pack_sequence(list(t)))
    with pytest.raises(ValueError, match=r"'block' \(Block\) returns a PackedSequence, not a tensor"):
        chosen(packed, ["block"])


def test_words_find_what_they_say():
    nested = {"a": [1, (2, 3)], "b": Found(4, (5,))}
    found = dict(parts(nested))
    assert found["[a][1][0]"] == 2
    assert found["[b][states][0]"] == 5
    assert list(parts(6)) == [("", 6)]
    assert part_of(nested, "[a][1][1]") == 3
    assert part_of(nested, "[c]") is None


def test_a_part_goes_through_a_run(tmp_path):
    probe = Probe(X, np.arange(N) % 2, as_input="rnn[0]")
    Tracker(Recurrent(), probe, ["rnn[0]", "head"], into=tmp_path).step(0)
    run = Run(tmp_path)
    assert run.snapshot(0).layers == {"probe": ("rnn[0]", "head")}
    assert run.sample("probe", "layer:rnn[0]", 0).values.shape == (N, 20)
    assert run.sample("probe", "input", 0).digest == run.sample("probe", "layer:rnn[0]", 0).digest
