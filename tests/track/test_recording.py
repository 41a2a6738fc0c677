"""What is recorded is what the layer gave: all rows, their order, the dtype, whatever the model is."""

import numpy as np
import pytest
import torch
from torch import nn

from infoplane.track.calls import census
from infoplane.track.recording import record
from infoplane.track.selection import select

N = 11
X = np.random.default_rng(0).normal(size=(N, 4)).astype(np.float32)


def recorded(model, x=X, layers=None, batch_size=4, rows=N):
    calls = select(model, census(model, x, rows), layers).calls
    return record(model, calls, x, rows, batch_size)


def mlp(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(4, 6), nn.ReLU(inplace=True), nn.Linear(6, 3))


@pytest.mark.parametrize("batch_size", [1, 3, 10, 11, 1000])
def test_rows_come_in_the_probes_order_in_batches_of_any_size(batch_size):
    model = mlp()
    got = recorded(model, batch_size=batch_size)
    assert list(got) == ["0", "1", "2"]
    with torch.no_grad():
        np.testing.assert_allclose(got["2"], model(torch.from_numpy(X)).numpy(), atol=1e-6)


def test_no_batch_is_larger_than_asked_for_and_none_is_a_lone_row():
    sizes = []

    class Squeezes(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 1)

        def forward(self, x):
            sizes.append(len(x))
            return self.fc(x).squeeze()

    got = recorded(Squeezes(), batch_size=10)
    assert got["output"].shape == (N, 1)
    assert sizes[-2:] == [5, 6]


def test_an_in_place_activation_does_not_reach_what_was_recorded():
    model = mlp()
    got = recorded(model)
    with torch.no_grad():
        before = model[0](torch.from_numpy(X)).numpy()
    np.testing.assert_allclose(got["0"], before, atol=1e-6)
    assert (got["0"] < 0).any()
    assert (got["1"] >= 0).all()


def test_the_probe_itself_is_never_written_to():
    x = X.copy()
    for leaf in (x, torch.from_numpy(x)):
        recorded(nn.Sequential(nn.ReLU(inplace=True), nn.Linear(4, 2)), x=leaf)
    np.testing.assert_array_equal(x, X)
    frozen = X.copy()
    frozen.flags.writeable = False
    recorded(mlp(), x=frozen)


def test_arguments_come_as_tuple_or_dict():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 2)

        def forward(self, a, b=None):
            return self.fc(a) * b["scale"]

    scale = np.arange(N)[:, None]
    model = Two()
    by_place = recorded(model, x=(X, {"scale": scale}))["output"]
    by_name = recorded(model, x={"a": torch.from_numpy(X), "b": {"scale": torch.from_numpy(scale)}})["output"]
    np.testing.assert_array_equal(by_place, by_name)
    assert (by_place[0] == 0).all()


def test_images_and_token_ids():
    class Text(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.fc = nn.Embedding(10, 4), nn.Linear(4, 2)

        def forward(self, ids):
            return self.fc(self.embed(ids).mean(1))

    ids = np.arange(N * 3).reshape(N, 3) % 10
    assert recorded(Text(), x=ids)["embed"].shape == (N, 12)
    conv = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    conv = conv.to(memory_format=torch.channels_last)
    images = np.random.default_rng(1).normal(size=(N, 1, 4, 4)).astype(np.float32)
    got = recorded(conv, x=images)
    assert list(got) == ["0", "1", "3"]
    with torch.no_grad():
        rows = conv[0](torch.from_numpy(images)).flatten(1).numpy()
    np.testing.assert_allclose(got["0"], rows, atol=1e-6)


@pytest.mark.parametrize(
    ("dtype", "stored"),
    [(torch.float64, np.float64), (torch.bfloat16, np.float32), (torch.float16, np.float32)],
)
def test_the_model_says_the_dtype(dtype, stored):
    got = recorded(mlp().to(dtype), x=X.astype(np.float64))
    assert got["0"].dtype == stored


def test_a_model_on_another_device():
    calls = select(mlp(), census(mlp(), X, N), None).calls
    with pytest.raises(ValueError, match="device 'meta'"):  # the probe went there; nothing comes back
        record(mlp().to("meta"), calls, X, N, 4)


def test_models_without_parameters_and_probes_of_one_row():
    assert list(recorded(nn.Sequential(nn.Flatten(), nn.Tanh()))) == ["1"]
    assert recorded(mlp(), x=X[:1], rows=1)["2"].shape == (1, 3)


def test_labels_of_a_quantiser_keep_their_integers():
    class Codes(nn.Module):
        def forward(self, x):
            return x.argmax(1)

    got = recorded(Codes())
    assert got["output"].dtype == np.int64
    np.testing.assert_array_equal(got["output"][:, 0], X.argmax(1))


class Fickle(nn.Module):
    """Does something else from the third pass on: the census takes two."""

    def __init__(self, otherwise):
        super().__init__()
        self.fc, self.act, self.otherwise, self.passes = nn.Linear(4, 4), nn.ReLU(), otherwise, 0

    def forward(self, x):
        self.passes += 1
        return self.act(self.fc(x)) if self.passes < 3 else self.otherwise(self, x)


@pytest.mark.parametrize(
    ("otherwise", "words"),
    [
        (lambda net, x: net.fc(x), r"'act' \(ReLU\) .* isn't called for rows 0 to 2"),
        (lambda net, x: net.act(net.fc(x)[:, : len(x)]), r"'act' .* gives 4 .* rows 3 to 6 .* 3 before"),
        (lambda net, x: net.act(net.fc(x)[:2]), r"'act' \(ReLU\) returns shape \(2, 4\), whose first"),
    ],
)
def test_a_pass_unlike_the_census_is_refused(otherwise, words):
    model = Fickle(otherwise)
    with pytest.raises(ValueError, match=words):
        recorded(model)
    assert not any(module._forward_hooks for module in model.modules())


class TestCompiled:
    """Compiled code ignores late hooks: the probe must pass through plain Python."""

    def test_compiled_outside_inside_and_in_place(self):
        plain = recorded(mlp())
        outside = torch.compile(mlp(), backend="eager")
        inside = mlp()
        inside[0] = torch.compile(inside[0], backend="eager")
        in_place = mlp()
        in_place.compile(backend="eager")
        for compiled in (outside, inside, in_place):
            compiled(torch.zeros(2, 4))  # compiled before there are hooks
            frames = torch._dynamo.utils.counters["frames"]["total"]
            got = recorded(getattr(compiled, "_orig_mod", compiled))
            compiled(torch.zeros(2, 4))
            assert torch._dynamo.utils.counters["frames"]["total"] == frames  # and need not again
            assert list(got) == ["0", "1", "2"]
            for name in got:
                np.testing.assert_array_equal(got[name], plain[name])
