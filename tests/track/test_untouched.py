"""The tracker's contract: after a pass, or an error in it, the model and the world are as they were."""

import json
import random

import numpy as np
import pytest
import torch
from torch import nn

from infoplane.runs import Probe, Run
from infoplane.track import Tracker, random_state
from infoplane.track.undisturbed import untouched

X = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)


class Noisy(nn.Module):
    """Draws from every generator, evaluation or not, counts its calls in a buffer, and may fail."""

    def __init__(self):
        super().__init__()
        self.fc1, self.norm, self.fc2 = nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2)
        self.drop, self.relu = nn.Dropout(0.5), nn.ReLU(inplace=True)
        self.register_buffer("calls", torch.zeros(()))
        self.register_buffer("replaced", torch.zeros(()))
        self.fail = False

    def forward(self, x):
        self.calls += 1
        self.replaced = self.replaced + 1
        noise = torch.rand(()) + random.random() + np.random.rand()  # noqa: NPY002
        h = self.relu(self.norm(self.fc1(x)))
        if self.fail:
            raise RuntimeError("in the middle of the pass")
        return self.fc2(self.drop(h)) * (1 + 0.01 * noise)


def everything(model):
    return {
        "state": {name: tensor.clone() for name, tensor in model.state_dict().items()},
        "grads": [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        "requires": [p.requires_grad for p in model.parameters()],
        "modes": [module.training for module in model.modules()],
        "hooks": [len(module._forward_hooks) for module in model.modules()],
        "torch": torch.get_rng_state(),
        "python": random.getstate(),
        "numpy": np.random.get_state(),  # noqa: NPY002
        "grad": torch.is_grad_enabled(),
    }


def assert_same(a, b):
    assert a.keys() == b.keys()
    for key in a:
        torch.testing.assert_close(a[key], b[key], rtol=0, atol=0) if key == "torch" else _same(
            a[key], b[key]
        )


def _same(a, b):
    if isinstance(a, dict):
        assert all(torch.equal(a[key], b[key]) for key in a | b)
    elif isinstance(a, list | tuple):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            _same(one, other)
    elif isinstance(a, torch.Tensor | np.ndarray):
        assert np.array_equal(np.asarray(a), np.asarray(b))
    else:
        assert a == b


def odd_model():
    torch.manual_seed(0)
    model = Noisy()
    model.norm.eval()  # frozen, while the rest trains
    model.fc1.weight.requires_grad_(False)
    model.fc1.register_forward_hook(lambda module, x, out: None)  # the user's own
    model(torch.from_numpy(X)).sum().backward()
    return model


def test_everything_is_put_back_after_a_pass(tmp_path):
    model = odd_model()
    before = everything(model)
    tracker = Tracker(model, Probe(X), ["*"], into=tmp_path, batch_size=7)
    assert_same(before, everything(model))
    assert tracker.step(0)
    assert_same(before, everything(model))


def test_everything_is_put_back_after_an_error(tmp_path):
    model = odd_model()
    tracker = Tracker(model, Probe(X), ["fc1", "fc2"], into=tmp_path)
    model.fail = True
    before = everything(model)
    with pytest.raises(RuntimeError, match="in the middle"):
        tracker.step(0)
    assert_same(before, everything(model))
    assert tracker.run.steps == ()
    with pytest.raises(RuntimeError, match="in the middle"):
        Tracker(model, Probe(X), into=tmp_path)
    assert_same(before, everything(model))


def test_buffers_are_the_same_objects(tmp_path):
    model = odd_model()
    buffers = [id(buffer) for buffer in model.buffers()]
    Tracker(model, Probe(X), ["fc1"], into=tmp_path).step(0)
    assert [id(buffer) for buffer in model.buffers()] == buffers


def train(tracker=None, steps=4, autocast=False):
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    model = Noisy()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    track = tracker(model) if tracker else None
    for step in range(steps + 1):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
            if track:
                track.step(step)
            model(torch.from_numpy(X)[torch.randperm(20)[:8]]).square().mean().backward()
            if track:
                track.step(step)  # between backward and the step, within autocast: allowed
        optimiser.step()
        optimiser.zero_grad()
    return everything(model)


@pytest.mark.parametrize("autocast", [False, True])
def test_a_tracked_run_ends_as_an_untracked_one_bit_for_bit(tmp_path, autocast):
    run = Run(tmp_path)
    tracked = train(lambda model: Tracker(model, Probe(X), ["*"], into=run, batch_size=6), autocast=autocast)
    assert_same(train(autocast=autocast), tracked)
    assert run.steps == (0, 1, 2, 3, 4)
    dtypes = {run.layer(4, "probe", name).dtype.name for name in run.snapshot(4).layers["probe"]}
    assert dtypes == {"float32"}


def test_a_pass_between_forward_and_backward(tmp_path):
    model = odd_model()
    tracker = Tracker(model, Probe(X), ["fc1"], into=tmp_path)
    loss = (model(torch.from_numpy(X)) * model.norm.running_var[:2]).sum()
    tracker.step(0)
    loss.backward()
    assert any(parameter.grad is not None for parameter in model.parameters())


def test_inside_inference_mode_and_overridden_train(tmp_path):
    class Merges(nn.Linear):
        def train(self, mode=True):
            raise AssertionError("train() and eval() may do more than set the flag")

    model = nn.Sequential(Merges(4, 2), nn.ReLU())
    with torch.inference_mode():
        Tracker(model, Probe(X), ["*"], into=tmp_path).step(0)
        assert torch.is_inference_mode_enabled()
    assert model[0].training


def test_autocast_state_is_put_back():
    with torch.autocast("cpu", dtype=torch.bfloat16):
        with untouched(nn.Linear(1, 1)):
            assert not torch.is_autocast_enabled("cpu")
        assert torch.is_autocast_enabled("cpu")


class Graph(nn.Module):
    """A layer with a sparse buffer, which `write` may change in a pass."""

    def __init__(self, layout, write):
        super().__init__()
        self.fc, self.write = nn.Linear(4, 3), write
        edges = torch.eye(4).to_sparse() if layout == torch.sparse_coo else torch.eye(4).to_sparse_csr()
        self.register_buffer("edges", edges)

    def forward(self, x):
        if self.write:
            self.edges.mul_(2)
        return self.fc((self.edges @ x.T).T)


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")
@pytest.mark.parametrize("layout", [torch.sparse_coo, torch.sparse_csr])
@pytest.mark.parametrize("write", [False, True])
def test_sparse_buffers_are_put_back(tmp_path, layout, write):
    model = Graph(layout, write)
    edges = model.edges
    Tracker(model, Probe(X), ["fc"], into=tmp_path).step(0)
    assert model.edges is edges
    assert torch.equal(edges.to_dense(), torch.eye(4))


@pytest.mark.parametrize("kind", ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"])
def test_the_random_state_of_any_generator_of_numpy(tmp_path, kind):
    mine = np.random.get_bit_generator()
    np.random.set_bit_generator(getattr(np.random, kind)(3))
    try:
        np.random.normal()  # noqa: NPY002
        tracker = Tracker(Noisy(), Probe(X), ["fc1"], into=tmp_path)
        before = json.dumps(random_state.capture()["numpy"])
        tracker.step(0)
        assert json.dumps(random_state.capture()["numpy"]) == before
        expected = np.random.normal(size=3)  # noqa: NPY002
        random_state.restore({**random_state.capture(), "numpy": json.loads(before)})
        assert np.array_equal(np.random.normal(size=3), expected)  # noqa: NPY002
    finally:
        np.random.set_bit_generator(mine)
