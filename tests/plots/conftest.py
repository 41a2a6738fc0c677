"""A study to draw: what `load` would give, without runs."""

import numpy as np
import pytest
import xarray as xr

STEPS = (0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 28, 38, 50)
KSG = "Sliced(measure=KSG(k=5), directions=40, dim=1, seed=0)"


def make_study(runs=3, layers=("fc1", "fc2"), splits=("test",), steps=STEPS, directions=40, seed=0):
    """S₁(X;T) stands still but for noise in fc1 and moves in the others; S₁(T;Y) rises."""
    rng = np.random.default_rng(seed)
    shape = (runs, len(splits), len(steps), len(layers), 2)
    t = np.log1p(steps) / np.log1p(max(steps[-1], 1))
    depth = np.arange(len(layers))
    x = 0.03 + 0.004 * depth + 0.02 * depth * t[:, None]
    y = 0.2 + 0.1 * (1 + depth) * t[:, None]
    truth = np.broadcast_to(np.stack([x, y], axis=-1), shape)
    common = rng.normal(size=(1, len(splits), 1, len(layers), 2, directions)) * 0.01  # paired slices
    slices = truth[..., None] + common + rng.normal(size=(*shape, directions)) * 0.001
    dims = ("run", "split", "step", "layer", "quantity")
    stderr = slices.std(axis=-1, ddof=1) / np.sqrt(directions)
    metrics = rng.random((runs, len(steps), 5))
    return xr.Dataset(
        {
            "value": (dims, slices.mean(axis=-1)),
            "stderr": (dims, stderr),
            "error_slices": (dims, stderr),
            "note": (dims, np.full(shape, "")),
            "n": (dims, np.full(shape, 1000.0)),
            "slices": ((*dims, "slice"), slices.astype(np.float32)),
            "frame": (dims, np.ones(shape, np.int32)),
            "metric_value": (("run", "metric_step", "metric"), metrics),
        },
        {
            "run": [f"seed-{i}" for i in range(runs)],
            "split": list(splits),
            "step": list(steps),
            "layer": list(layers),
            "quantity": ["S₁(X;T)", "S₁(T;Y)"],
            "unit": ("quantity", ["nats", "nats"]),
            "measure": ("quantity", [KSG, KSG]),
            "of": ("quantity", ["input, layer", "layer, target"]),
            "metric_step": list(steps),
            "metric": ["train_loss", "test_loss", "accuracy/train", "lr", "epoch"],
        },
        {"step": "epoch", "schema": 1},
    )


@pytest.fixture
def study():
    return make_study


@pytest.fixture
def ds():
    return make_study()
