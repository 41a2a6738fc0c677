"""What can't be recorded is refused by what it is, with what to do."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from infoplane.runs import Probe
from infoplane.track import Tracker
from infoplane.track.outputs import problem_of

X = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)


class Makes(nn.Module):
    """A block whose output is of some kind of tensor, and a plain tensor made from it."""

    def __init__(self, make, back):
        super().__init__()
        self.block, self.back = Block(make), back

    def forward(self, x):
        return self.back(self.block(x))


class Block(nn.Module):
    def __init__(self, make):
        super().__init__()
        self.make = make

    def forward(self, x):
        return self.make(x)


def masked(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch says that masked tensors are a prototype
        return torch.masked.masked_tensor(x, x > 0)


KINDS = {
    "sparse": (lambda x: x.to_sparse(), lambda x: x.to_dense()),
    "complex": (torch.fft.fft, lambda x: x.abs()),
    "nested strided": (
        lambda x: torch.nested.nested_tensor(list(x)),
        lambda x: torch.nested.to_padded_tensor(x, 0.0),
    ),
    "nested": (
        lambda x: torch.nested.nested_tensor(list(x), layout=torch.jagged),
        lambda x: torch.nested.to_padded_tensor(x, 0.0),
    ),
    "quantised": (lambda x: torch.quantize_per_tensor(x, 0.1, 0, torch.qint8), lambda x: x.dequantize()),
    "masked": (masked, lambda x: x.to_tensor(0.0)),
}


@pytest.mark.filterwarnings("ignore")  # PyTorch on what it is about to change
@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_tensors(tmp_path, kind):
    model = Makes(*KINDS[kind])
    with pytest.raises(
        ValueError, match=rf"layer 'block' \(Block\) returns a {kind.split()[0]} tensor .* own that"
    ):
        Tracker(model, Probe(X), ["block"], into=tmp_path)
    tracker = Tracker(model, Probe(X), ["output"], into=tmp_path)
    assert tracker.step(0)


def test_what_the_sentence_says_can_be_recorded():
    made = torch.from_numpy(X).to_sparse()
    assert "to_dense()" in problem_of(made, 6)
    assert problem_of(made.to_dense(), 6) == ""


def test_what_has_no_numbers():
    assert problem_of(None, 3) == "returns None"
    assert problem_of([1], 3) == "returns a list, not a tensor"
    assert "no numbers" in problem_of(torch.zeros(3, 0), 3)
    assert "device 'meta'" in problem_of(torch.zeros(3, 2, device="meta"), 3)
    assert problem_of(torch.zeros(3, 2), 3) == ""


@pytest.mark.filterwarnings("ignore:.*torch.jit")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("how", [torch.jit.script, lambda model: torch.jit.trace(model, torch.zeros(2, 4))])
def test_scripted_modules_are_named(tmp_path, how):
    scripted = how(nn.Sequential(nn.Linear(4, 3), nn.ReLU()))
    model = nn.Sequential(scripted, nn.Linear(3, 2))
    for layer in ("0", "0.1"):
        with pytest.raises(ValueError, match=rf"'{layer}' .* is a ScriptModule, .* made from. Choices: 1"):
            Tracker(model, Probe(X), [layer], into=tmp_path)
    assert Tracker(model, Probe(X), ["1"], into=tmp_path / "outside").step(0)
    assert Tracker(scripted, Probe(X), ["output"], into=tmp_path / "whole").step(0)


def test_checkpointed_parts_are_recorded_once(tmp_path):
    class Saves(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.out = nn.Linear(4, 3), nn.Linear(3, 2)

        def forward(self, x):
            return self.out(torch.utils.checkpoint.checkpoint(self.fc, x, use_reentrant=False))

    model = Saves()
    tracker = Tracker(model, Probe(X), ["fc", "out"], into=tmp_path)
    tracker.step(0)
    with torch.no_grad():
        expected = model.fc(torch.from_numpy(X)).numpy()
    np.testing.assert_allclose(tracker.run.layer(0, "probe", "fc"), expected, atol=1e-6)


def test_what_a_vmap_makes_is_refused(tmp_path):
    class Mapped(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.out = nn.Linear(4, 3), nn.Linear(3, 2)

        def forward(self, x):
            return self.out(torch.vmap(self.fc)(x))

    with pytest.raises(
        ValueError, match=r"'fc' \(Linear\) returns shape \(3,\), whose first dimension isn't"
    ):
        Tracker(Mapped(), Probe(X), ["fc"], into=tmp_path)
    assert Tracker(Mapped(), Probe(X), ["out"], into=tmp_path).step(0)
