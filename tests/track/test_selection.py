"""Which layers are recorded, under which names, and what is said when one can't be."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from infoplane.track.calls import census, unwrap
from infoplane.track.selection import select

X = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)


class Net(nn.Module):
    """A re-used ReLU, a dropout, an attention that returns a tuple, a head that training alone uses."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.out = nn.Linear(4, 6), nn.Linear(6, 6), nn.Linear(6, 3)
        self.relu, self.drop = nn.ReLU(inplace=True), nn.Dropout()
        self.attn = nn.MultiheadAttention(6, 2, batch_first=True)
        self.aux = nn.Linear(6, 2)
        self.blocks = nn.ModuleList([nn.Linear(6, 6), nn.Tanh()])

    def forward(self, x):
        h = self.drop(self.relu(self.fc1(x)))
        h = self.relu(self.fc2(h))
        if self.training:
            self.aux(h)
        for block in self.blocks:
            h = block(h)
        return self.out(h + self.attn(h[:, None], h[:, None], h[:, None])[0][:, 0])


class Returns(nn.Module):
    def __init__(self, make):
        super().__init__()
        self.fc, self.make = nn.Linear(4, 3), make

    def forward(self, x):
        return self.make(self.fc(x))


def chosen(model, layers=None, x=X, rows=5):
    return select(model, census(model, x, rows), layers)


def names(*args, **kwargs):
    return [one.name for one in chosen(*args, **kwargs).calls]


def test_the_default_takes_modules_with_parameters_and_activations():
    selection = chosen(Net())
    expected = ["fc1", "relu#1", "fc2", "relu#2", "blocks.0", "blocks.1", "out"]
    assert [one.name for one in selection.calls] == expected
    assert [one.width for one in selection.calls] == [6, 6, 6, 6, 6, 6, 3]
    assert selection.calls[1].kind == "ReLU"
    assert selection.output == "out"
    assert [name for name, _ in selection.left_out] == ["attn", "attn.out_proj", "aux"]
    assert "tuple" in selection.left_out[0][1]
    assert "never called" in selection.left_out[2][1]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("fc1", ["fc1"]),
        (["out", "fc*"], ["fc1", "fc2", "out"]),
        (["relu"], ["relu#1", "relu#2"]),
        (["relu#2"], ["relu#2"]),
        (["*#1"], ["relu#1"]),
        (["blocks.*"], ["blocks.0", "blocks.1"]),
        (["drop", "output"], ["drop", "output"]),
        (["fc1", "fc1", "f?1"], ["fc1"]),
    ],
)
def test_names_and_globs(layers, expected):
    assert names(Net(), layers) == expected


def test_the_output_is_the_layer_that_returned_it():
    assert chosen(Net(), ["fc1"]).output is None
    assert chosen(Net(), ["fc1", "out"]).output == "out"
    assert chosen(Net(), ["output"]).output == "output"
    nested = nn.Sequential(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), nn.Dropout())
    assert chosen(nested).output == "0.1"


def test_a_return_value_of_its_own_is_the_layer_output():
    selection = chosen(Returns(lambda t: t.softmax(1)))
    assert [one.name for one in selection.calls] == ["fc", "output"]
    assert selection.output == "output"
    in_place = chosen(Returns(lambda t: t.relu_()))  # the same object, but not what was recorded
    assert in_place.output == "output"


def test_a_bare_layer_is_its_own_output():
    assert names(nn.Linear(4, 2)) == ["output"]
    assert names(nn.ReLU()) == ["output"]


def test_a_module_called_output_keeps_the_reserved_word_free():
    class Named(nn.Module):
        def __init__(self, after):
            super().__init__()
            self.output, self.after = nn.Linear(4, 2), after

        def forward(self, x):
            return self.after(self.output(x))

    assert names(Named(nn.Identity())) == ["output"]
    assert names(Named(nn.Identity()), ["output", "*"]) == ["output", "after"]
    assert names(Named(nn.Softmax(1))) == ["output#1", "after"]
    assert names(Named(nn.Softmax(1)), ["output#1", "output"]) == ["output#1", "output"]


@pytest.mark.parametrize(
    "make", [lambda t: (t, t), lambda t: {"logits": t}, lambda t: t.mean(), lambda t: t.T]
)
def test_a_return_value_that_is_no_row_per_sample(make):
    model = Returns(make)
    selection = chosen(model)
    assert [one.name for one in selection.calls] == ["fc"]
    assert selection.output is None
    assert selection.left_out[0][0] == "output"
    with pytest.raises(ValueError, match=r"layer 'output' .* returns .*Choices: .*fc"):
        chosen(model, ["output"])


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (["fc3"], r"no layer 'fc3'. Choices: fc[12], fc[12], "),
        (["conv*"], r"no layer 'conv\*'. Choices: "),
        (["attn"], r"'attn' \(MultiheadAttention\) returns a tuple, not a tensor: name .*Choices: attn"),
        (["aux"], r"'aux' \(Linear\) is never called .* Choices: "),
        (["blocks"], r"'blocks' \(ModuleList\) is never called"),
        (["relu#3"], r"no layer 'relu#3'. Choices: relu#"),
        ([], r"names none"),
        (["au*"], r"no layer of the model can be recorded: aux"),
    ],
)
def test_errors_list_the_choices_closest_first(layers, words):
    with pytest.raises(ValueError, match=words):
        chosen(Net(), layers)


def test_a_first_dimension_that_is_not_the_batch_is_refused():
    rnn = nn.Sequential(nn.Linear(4, 6), nn.Flatten(0))
    with pytest.raises(ValueError, match=r"'1' .*shape \(18,\), whose first dimension isn't the batch's 3"):
        chosen(rnn, ["1"])

    class Positions(nn.Module):  # three rows, as many as the first trial batch has
        def __init__(self):
            super().__init__()
            self.embed, self.fc = nn.Embedding(3, 4), nn.Linear(4, 4)

        def forward(self, x):
            return self.fc(x) + self.embed(torch.arange(3)).sum(0)

    assert names(Positions()) == ["fc", "output"]


def test_aliases_of_a_shared_module():
    relu = nn.ReLU()
    model = nn.Sequential(nn.Linear(4, 4), relu, nn.Linear(4, 4), relu)
    assert names(model) == ["0", "1#1", "2", "1#2"]
    assert names(model, ["3"]) == ["3#1", "3#2"]
    assert names(model, ["1#1", "3"]) == ["1#1", "3#2"]


def test_parametrized_weights_are_no_layers():
    model = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Tanh())
    nn.utils.parametrizations.weight_norm(model[0])
    selection = chosen(model)
    assert [one.name for one in selection.calls] == ["0", "1"]
    assert not selection.left_out


def test_lazy_modules_without_weights_are_refused_by_name():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # older versions of torch say that lazy modules are new
        model = nn.Sequential(nn.LazyLinear(3))
    with pytest.raises(ValueError, match=r"0 \(LazyLinear\).*Pass one batch"):
        chosen(model)
    model(torch.zeros(2, 4))
    assert names(model) == ["0"]


def test_wrappers_are_taken_off():
    class Shell(nn.Module):
        def __init__(self, module):
            super().__init__()
            self.module = module

        def forward(self, x):
            return self.module(x)

    inner = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    assert unwrap(nn.DataParallel(inner)) is inner
    assert unwrap(torch.optim.swa_utils.AveragedModel(nn.DataParallel(inner))).__class__ is nn.Sequential
    assert names(Shell(inner)) == ["0", "1"]
    with pytest.raises(ValueError, match=r"torch.nn.Module; got function"):
        unwrap(lambda x: x)


class OddNames(nn.Module):
    """Names that a layer of a run can't have, a name twice, and the name of what a model returns."""

    def __init__(self, **more):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.parts = nn.ModuleDict({"a|b": nn.Linear(4, 4), "c@first": nn.Linear(4, 4), "d": nn.Linear(4, 4)})
        self.add_module("fc#1", nn.Linear(4, 4))

    def forward(self, x):
        x = self.fc(self.fc(x))
        for part in self.parts.values():
            x = part(x)
        return getattr(self, "fc#1")(x)


def test_names_that_a_layer_can_not_have_are_left_out_with_the_reason():
    selection = chosen(OddNames())
    assert [one.name for one in selection.calls] == ["fc#1", "fc#2", "parts.d"]
    left = dict(selection.left_out)
    assert left["parts.a|b"].startswith("Linear has '|' in its name, which stands between two layers")
    assert left["parts.c@first"].startswith(
        "Linear ends in '@first', which means the layer at the run's first"
    )
    assert left["fc#1"] == "Linear has the name of another call: rename the module"
    with pytest.raises(ValueError, match=r"layer 'parts.a\|b' \(Linear\) has '\|' in its name.*Choices: "):
        chosen(OddNames(), ["parts.a|b"])
    assert names(OddNames(), ["parts.*", "output"]) == ["parts.d", "output"]


def test_an_alias_that_a_layer_can_not_have():
    model = nn.Module()
    model.body = nn.Linear(4, 4)
    model.add_module("a|b", model.body)
    model.forward = lambda x: model.body(x) + 1
    with pytest.raises(ValueError, match=r"layer 'a\|b' \(Linear\) has '\|' in its name"):
        chosen(model, ["a|b"])
    assert names(model, ["body"]) == ["body"]
