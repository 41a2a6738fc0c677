"""What the training loops of studies share."""

import numpy as np
import pytest

from infoplane import Probe, Run
from infoplane.experiments.shared import training

torch = pytest.importorskip("torch")
from infoplane.track import Tracker  # noqa: E402


def test_batches_cover_an_epoch_and_do_not_depend_on_the_past():
    first = list(training.batches(10, 4, seed=3, epoch=5))
    assert [len(rows) for rows in first] == [4, 4, 2]
    assert sorted(np.concatenate(first)) == list(range(10))
    np.testing.assert_array_equal(first[0], next(training.batches(10, 4, seed=3, epoch=5)))
    assert (np.concatenate(list(training.batches(99, 99, 3, 6))) != np.arange(99)).any()


def test_batches_of_some_rows_are_the_same_order_of_them():
    rows = np.array([7, 2, 9, 4])
    np.testing.assert_array_equal(
        np.concatenate(list(training.batches(rows, 3, 1, 2))),
        rows[np.concatenate(list(training.batches(4, 4, 1, 2)))],
    )


def test_torch_s_random_state_is_put_back():
    before = torch.get_rng_state()
    drawn = []
    for _ in range(2):
        with training.seeded(3):
            drawn.append(torch.rand(4))
    assert torch.equal(*drawn)
    assert torch.equal(torch.get_rng_state(), before)


def run_to(last, run, every, stop=None):
    """A line fitted to a point, epoch by epoch."""
    with training.seeded(0):
        model = torch.nn.Linear(1, 1)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x = torch.ones(4, 1)
    tracker = Tracker(model, probe={"all": Probe(x.numpy())}, layers=["output"], into=run)
    trained = []
    for epoch in training.epochs(run, model, optimiser, last, every):
        if epoch == stop:
            raise KeyboardInterrupt
        if epoch:
            training.descend(optimiser, (model(x) ** 2).mean())
            trained.append(epoch)
        tracker.step(epoch, weight=model.weight.item())
    return trained


@pytest.mark.parametrize("every", [1, 3])
def test_an_interrupted_loop_goes_on_from_its_last_checkpoint(tmp_path, every):
    whole, killed = (Run(tmp_path / name).create({}, step="epoch") for name in ("whole", "killed"))
    assert run_to(8, whole, every) == list(range(1, 9))
    with pytest.raises(KeyboardInterrupt):
        run_to(8, killed, every, stop=6)
    first = {1: 6, 3: 4}[every]  # after the checkpoint of epoch 5, or of epoch 3
    assert run_to(8, killed, every) == list(range(first, 9))
    assert killed.metrics() == whole.metrics()
    assert killed.snapshot(8).digests == whole.snapshot(8).digests
    assert run_to(8, killed, every) == [], "the last epoch has a checkpoint, whatever `every` is"


def test_quality_by_hand():
    logits, y = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 0.0]]), torch.tensor([0, 1, 1])
    losses = [np.log1p(np.exp(-2)), np.log1p(np.exp(-1)), np.log1p(np.exp(3))]
    assert training.quality(logits, y) == pytest.approx({"loss": np.mean(losses), "accuracy": 2 / 3})


def test_outputs_in_parts_are_those_of_all_rows(monkeypatch):
    monkeypatch.setattr(training, "AT_ONCE", 3)
    model, x = torch.nn.Linear(2, 2), torch.randn(10, 2)
    said = training.outputs(model, x)
    assert not said.requires_grad
    torch.testing.assert_close(said, model(x))


def test_a_run_says_what_it_was_trained_with(tmp_path):
    from infoplane.experiments.ib_net.study import IbNet

    training.begin(Run(tmp_path), "ib-net", IbNet(seeds=(3, 4)), 4, activations=["tanh"])
    settings = Run(tmp_path).settings
    assert (settings["experiment"], settings["seeds"], settings["activations"]) == ("ib-net", [4], ["tanh"])
    assert list(settings)[:2] == ["experiment", "activations"]
    assert Run(tmp_path).info["seeds"] == [4]
