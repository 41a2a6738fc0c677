"""Training that goes on from a checkpoint ends as training that was never interrupted, bit for bit."""

import json

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from infoplane.runs import Probe, Run
from infoplane.track import Tracker, load_checkpoint, save_checkpoint

X = np.random.default_rng(0).normal(size=(32, 4)).astype(np.float32)


class Net(nn.Module):
    """Dropout draws random numbers, batch norm has buffers, and two layers share their weights."""

    def __init__(self):
        super().__init__()
        self.fc1, self.norm, self.drop = nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout()
        self.fc2, self.fc3 = nn.Linear(8, 8), nn.Linear(8, 8)
        self.fc3.weight = self.fc2.weight

    def forward(self, x):
        return self.fc3(self.drop(self.fc2(self.norm(self.fc1(x)).relu())))


OPTIMISERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, amsgrad=True),
    "adamw": lambda p: torch.optim.AdamW([{"params": list(p), "lr": 0.02}], betas=(0.8, 0.99)),
}


def train(run, optimiser, last, stop=None):
    """Train to `last`, or be killed in the step after `stop`; returns the weights."""
    torch.manual_seed(0)
    model = Net()
    optimiser = OPTIMISERS[optimiser](model.parameters())
    tracker = Tracker(model, Probe(X), ["fc1"], into=run)
    start = load_checkpoint(run, model, optimiser)
    if start is None:
        tracker.step(0)
    for epoch in range((start or 0) + 1, last + 1):
        order = np.random.default_rng([0, epoch]).permutation(len(X)).reshape(2, -1)
        for rows in order:
            optimiser.zero_grad()
            loss = model(torch.from_numpy(X[rows])).square().mean()
            loss.backward()
            optimiser.step()
        tracker.step(epoch, loss=loss.detach())
        if stop is not None and epoch > stop:
            return None
        save_checkpoint(run, epoch, model, optimiser)
    return model.state_dict()


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_going_on_is_as_if_nothing_had_happened(tmp_path, optimiser):
    whole = train(Run(tmp_path / "a"), optimiser, 5)
    for stop in (0, 2):  # killed before the first checkpoint, and after the second
        run = Run(tmp_path / f"b{stop}")
        train(run, optimiser, 5, stop=stop)
        torch.rand(3)
        resumed = train(run, optimiser, 5)
        assert whole.keys() == resumed.keys()
        assert all(torch.equal(whole[name], resumed[name]) for name in whole)
        assert run.metrics() == Run(tmp_path / "a").metrics()
        assert run.steps == (0, 1, 2, 3, 4, 5)
        assert [run.snapshot(s).digests for s in run.steps] == [
            Run(tmp_path / "a").snapshot(s).digests for s in run.steps
        ]


def files(run):
    return sorted(path.name for path in (run.path / "checkpoints").iterdir())


def saved(path, *steps):
    run, model = Run(path).create({}), nn.Linear(2, 2)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for step in steps:
        save_checkpoint(run, step, model, optimiser)
    return run, model, optimiser


def test_the_last_two_are_kept_and_later_ones_of_a_run_begun_anew_are_not(tmp_path):
    run, model, optimiser = saved(tmp_path, 1, 2, 10)
    assert files(run) == ["000002.safetensors", "000010.safetensors"]
    save_checkpoint(run, 1, model, optimiser)
    assert files(run) == ["000001.safetensors"]
    assert load_checkpoint(run, model, optimiser) == 1


def test_no_checkpoint_is_none_and_begins_anew(tmp_path):
    run, model, optimiser = saved(tmp_path)
    run.log(1, loss=0.5)
    assert load_checkpoint(run, model, optimiser) is None
    assert run.metrics() == []


def test_a_damaged_file_is_passed_over(tmp_path):
    run, model, optimiser = saved(tmp_path, 1, 2)
    path = run.path / "checkpoints" / "000002.safetensors"
    path.write_bytes(path.read_bytes()[:50])
    (run.path / "checkpoints" / ".000003.safetensors.abc.part").write_bytes(b"never finished")
    with pytest.warns(UserWarning, match=r"000002.safetensors is damaged"):
        assert load_checkpoint(run, model, optimiser) == 1
    assert not list((run.path / "checkpoints").glob(".*"))


def test_a_file_of_something_else_is_passed_over(tmp_path):
    run = Run(tmp_path).create({})
    (tmp_path / "checkpoints").mkdir()
    save_file({"a": torch.zeros(2)}, tmp_path / "checkpoints" / "000001.safetensors")
    model = Net()
    with pytest.warns(UserWarning, match=r"000001.safetensors is damaged"):
        assert load_checkpoint(run, model, OPTIMISERS["sgd"](model.parameters())) is None


def test_another_model_is_refused_with_the_reason(tmp_path):
    run, model, optimiser = saved(tmp_path, 1)
    with pytest.raises(ValueError, match=r"(?s)000001.safetensors doesn't fit this model: .*size mismatch"):
        load_checkpoint(run, nn.Linear(3, 2), optimiser)
    other = torch.optim.SGD([*model.parameters(), nn.Parameter(torch.zeros(1))], lr=0.1)
    with pytest.raises(ValueError, match="doesn't fit this optimiser"):
        load_checkpoint(run, model, other)


def test_a_state_that_only_pickle_could_hold_is_refused(tmp_path):
    class Odd(nn.Linear):
        def get_extra_state(self):
            return {"f": print}

    run, _, optimiser = saved(tmp_path)
    with pytest.raises(TypeError, match=r"can't hold model/_extra_state/f: builtin_function"):
        save_checkpoint(run, 1, Odd(2, 2), optimiser)
    assert not (run.path / "checkpoints").exists()


def test_wrappers_make_no_difference_and_the_header_is_json(tmp_path):
    run, model, optimiser = saved(tmp_path)
    save_checkpoint(run, 3, nn.DataParallel(model), optimiser)
    assert load_checkpoint(run, model, optimiser) == 3
    with safe_open(run.path / "checkpoints" / "000003.safetensors", framework="np") as file:
        assert json.loads(file.metadata()["infoplane"])["step"] == 3


@pytest.mark.parametrize("kind", ["PCG64", "Philox"])
def test_any_generator_of_numpy_goes_on(tmp_path, kind):
    mine = np.random.get_bit_generator()
    np.random.set_bit_generator(getattr(np.random, kind)(3))
    try:
        run, model = Run(tmp_path).create({}), Net()
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
        save_checkpoint(run, 1, model, optimiser)
        expected = np.random.normal(size=3)  # noqa: NPY002
        assert load_checkpoint(run, model, optimiser) == 1
        assert np.array_equal(np.random.normal(size=3), expected)  # noqa: NPY002
    finally:
        np.random.set_bit_generator(mine)


@pytest.mark.parametrize("step", ["1", 1.0, True, -1, None])
def test_a_step_is_an_integer(tmp_path, step):
    model = Net()
    with pytest.raises(ValueError, match="step of save_checkpoint must be an integer >= 0; got"):
        save_checkpoint(Run(tmp_path).create({}), step, model, torch.optim.SGD(model.parameters(), lr=0.1))
