"""Transformers are recorded as they compute in training, whatever PyTorch fuses in evaluation mode."""

import threading

import numpy as np
import pytest
import torch
from torch import nn

from infoplane.runs import Probe
from infoplane.track import Tracker
from infoplane.track.undisturbed import untouched

RNG = np.random.default_rng(0)
ROWS, LENGTH, WIDTH = 11, 5, 8
X = RNG.normal(size=(ROWS, LENGTH, WIDTH)).astype(np.float32)
MASK = np.arange(LENGTH) >= RNG.integers(1, LENGTH + 1, ROWS)[:, None]
ENABLED = torch.backends.mha.get_fastpath_enabled


class Masked(nn.Module):
    """An encoder, or one layer of it, over padded sentences, which come first whatever the encoder wants."""

    def __init__(self, inner, batch_first=True):
        super().__init__()
        self.inner, self.batch_first = inner, batch_first
        self.head = nn.Linear(WIDTH, 2)

    def forward(self, x, mask):
        x = x if self.batch_first else x.transpose(0, 1)
        x = self.inner(x, src_key_padding_mask=mask)
        return self.head(x if self.batch_first else x.transpose(0, 1))


class Attends(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn, self.head = nn.MultiheadAttention(WIDTH, 2, batch_first=True), nn.Linear(WIDTH, 2)

    def forward(self, x, mask):
        return self.head(self.attn(x, x, x, key_padding_mask=mask, need_weights=False)[0])


def layer(**settings):
    torch.manual_seed(0)
    return nn.TransformerEncoderLayer(WIDTH, 2, 16, **{"dropout": 0.0, "batch_first": True} | settings)


def plain(one):
    return nn.TransformerEncoder(one, 2, enable_nested_tensor=False)


def in_training(model, layers, mask=True):
    """What the layers give in training mode, whose dropout is none, by hooks of the test's own."""
    got = {}
    handles = [
        model.get_submodule(name).register_forward_hook(
            lambda module, inputs, out, name=name: got.update({name: out[0] if type(out) is tuple else out})
        )
        for name in layers
    ]
    model.train()
    with torch.no_grad():
        got["output"] = model(torch.from_numpy(X), torch.from_numpy(MASK) if mask else None)
    for handle in handles:
        handle.remove()
    return {name: value.reshape(ROWS, -1).numpy() for name, value in got.items()}


MODELS = {
    "encoder": lambda: Masked(nn.TransformerEncoder(layer(), 2)),
    "no nested tensors": lambda: Masked(plain(layer())),
    "norm first": lambda: Masked(plain(layer(norm_first=True))),
    "one layer": lambda: Masked(layer(activation="gelu")),
    "attention": Attends,
}
INSIDE = ["inner.layers.0.linear2", "inner.layers.1.self_attn", "inner.layers.1.norm2", "inner"]
LAYERS = dict.fromkeys(MODELS, INSIDE) | {
    "one layer": ["inner.linear1", "inner.self_attn", "inner.norm1", "inner"],
    "attention": ["attn"],
}


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("which", MODELS)
def test_what_is_recorded_is_what_training_computes(tmp_path, which, training):
    model = MODELS[which]()
    expected = in_training(model, LAYERS[which])
    model.train(training)
    words = [name + "[0]" * name.endswith("attn") for name in LAYERS[which]]
    probe = Probe((X, MASK), as_input=X)
    tracker = Tracker(model, probe, [*words, "output"], into=tmp_path, batch_size=4)
    tracker.step(0)
    for word in words:
        got = tracker.run.layer(0, "probe", word)
        np.testing.assert_allclose(got, expected[word.removesuffix("[0]")], atol=1e-5)
    np.testing.assert_allclose(tracker.run.layer(0, "probe", "output"), expected["output"], atol=1e-5)
    assert model.training == training
    assert ENABLED()


def test_without_a_mask_and_with_the_batch_in_the_second_place(tmp_path):
    model = Masked(plain(layer(batch_first=False)), batch_first=False)
    expected = in_training(model, [])
    tracker = Tracker(model.eval(), Probe((X, MASK), as_input=X), ["head"], into=tmp_path, batch_size=4)
    tracker.step(0)
    np.testing.assert_allclose(tracker.run.layer(0, "probe", "head"), expected["output"], atol=1e-5)
    with pytest.raises(ValueError, match=r"'inner.layers.0' .* batch's 3 \(if dimension 1 is, bring"):
        Tracker(model, Probe((X, MASK), as_input=X), ["inner.layers.0"], into=tmp_path)


@pytest.mark.parametrize("before", [True, False])
def test_the_switch_is_left_as_it_was(before):
    torch.backends.mha.set_fastpath_enabled(before)
    try:
        with untouched(nn.Linear(1, 1)), untouched(nn.Linear(1, 1)):
            assert not ENABLED()
        assert ENABLED() == before
        with pytest.raises(RuntimeError, match="in the pass"), untouched(nn.Linear(1, 1)):
            raise RuntimeError("in the pass")
        assert ENABLED() == before
    finally:
        torch.backends.mha.set_fastpath_enabled(True)


def test_the_switch_stays_off_until_the_last_pass_of_any_thread_has_ended():
    inside, leave = threading.Event(), threading.Event()
    found = []

    def slow():
        with untouched(nn.Linear(1, 1)):
            inside.set()
            leave.wait(10)
            found.append(ENABLED())

    with untouched(nn.Linear(1, 1)):
        other = threading.Thread(target=slow)
        other.start()
        inside.wait(10)
    found.append(ENABLED())
    leave.set()
    other.join()
    assert found == [False, False]
    assert ENABLED()
