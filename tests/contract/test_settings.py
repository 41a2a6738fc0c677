"""Settings are looked at when they are given: none of the wrong kind comes as far as the data."""

import dataclasses
import re

import jaxtyping
import numpy as np
import pytest

from infoplane import (
    HSIC,
    KSG,
    Ask,
    Binned,
    CanonicalPairs,
    DiffusionInformation,
    Extrapolated,
    FromEntropy,
    KozachenkoLeonenko,
    Layer,
    Permuted,
    Prepared,
    RelativeNoise,
    Sample,
    Sliced,
    SlicedPCA,
    UntilError,
    WithinClass,
    bins,
    kernels,
    known,
    prepare,
)
from infoplane.directions import Directions

HUGE = 10**12
HOSTILE = [
    None,
    "a",
    np.nan,
    np.inf,
    -np.inf,
    -1,
    0,
    0.5,
    True,
    HUGE,
    10**400,
    KSG,
    [],
    [[1], [1, 2]],
    {},
    1j,
]
NORMAL = known.Normal(rho=0.5, dims=2)
SETTINGS = {
    "kernels": [
        kernels.Gaussian(),
        kernels.Gaussian(1.0),
        kernels.Laplace(),
        kernels.Linear(),
        kernels.Delta(),
        kernels.NeighbourGraph(),
        kernels.Median(),
        kernels.Neighbours(3),
        kernels.PerRootDim(1.0),
    ],
    "bins": [
        bins.Rows(),
        bins.FixedWidth(),
        bins.FixedRange(),
        bins.EqualCount(),
        bins.Adaptive(),
        bins.MinMax(),
    ],
    "prepare": [prepare.copula, prepare.standardise, prepare.jitter(), prepare.pca(1)],
    "known": [
        NORMAL,
        known.Normal(information=1.0),
        known.DenseNormal(),
        known.SparseNormal(),
        known.Student(NORMAL),
        known.UniformChannel(),
        known.CensoredNormal(),
        known.AtomsAndNormal(),
        known.Staircase(),
        known.ZeroInflatedPoisson(),
        known.LabelledNormal((0.0, 1.0), (0.5, 0.5)),
        known.SymmetricChannel(2, probabilities=(0.5, 0.5)),
        known.NoisyLabels(),
        known.Transformed(NORMAL),
        known.Copies(NORMAL),
        known.Independent((NORMAL,)),
        known.Wiggly(),
        known.Bimodal(),
        known.Tanh(),
        known.Spiral(),
        known.SwissRoll(),
        known.HalfCube(),
        known.Asinh(),
        known.NormalCdf(),
        known.Rectify(),
        known.Blob(),
        known.Rectangle(),
    ],
    "others": [Directions(), UntilError(), RelativeNoise(), Ask(KSG()), Layer("fc1")],
}
EVERY = [setting for several in SETTINGS.values() for setting in several]


@pytest.fixture(autouse=True)
def as_users_have_it(monkeypatch):
    """The checks of annotations in tests come before ours."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


def tried(make):
    """What was made, or None and the sentence."""
    try:
        return make(), ""
    except ValueError as refusal:
        return None, str(refusal)


def hostile(setting):
    """Every field of a setting with every hostile value: what was made; what was refused is passed over."""
    for field in dataclasses.fields(setting):
        for value in HOSTILE:
            change = {field.name: value}
            made, said = tried(lambda change=change: dataclasses.replace(setting, **change))
            if made is None:
                assert re.search(rf"\b{field.name}\b", said), (change, said)
            else:
                yield change, made


def test_every_public_setting_is_here():
    public = {getattr(kernels, name) for name in kernels.__all__} - {kernels.Gram}
    public |= {getattr(known, name) for name in known.__all__} - {known.Distribution}
    public |= {value for value in vars(bins).values() if dataclasses.is_dataclass(value)}
    public |= {prepare.PCA, prepare.Copula, prepare.Jitter, prepare.Standardise}
    assert {kind for kind in public if dataclasses.is_dataclass(kind)} <= {type(one) for one in EVERY}


def only_many(change):
    """Of the right kind, and only too much to do."""
    return any(value in (HUGE, 10**400) for value in change.values())


def test_a_measure_is_refused_when_it_is_made(case):
    arrays = case.draw()
    for change, made in hostile(case.measure):
        if not only_many(change):
            estimate, said = tried(lambda made=made: made(*arrays))
            assert len(said) > 20 or np.isfinite(estimate.value), change


def used(setting):
    x = Sample(np.random.default_rng(0).uniform(size=(30, 2)))
    if hasattr(setting, "gram"):
        return setting.gram(x)
    if hasattr(setting, "codes"):
        return setting.codes(x.values)
    if hasattr(setting, "draw"):
        return setting.draw(5)
    if isinstance(setting, Directions):
        return setting.matrices("x", 2)
    return setting(x if hasattr(prepare, type(setting).__name__) else x.values) if callable(setting) else True


@pytest.mark.parametrize("setting", EVERY, ids=lambda one: type(one).__name__)
def test_a_setting_is_refused_when_it_is_made(setting):
    for change, made in hostile(setting):
        if not only_many(change) or hasattr(made, "codes"):
            result, said = tried(lambda made=made: used(made))
            assert len(said) > 20 or result is not None, change


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda: CanonicalPairs(None),
            "CanonicalPairs(measure=) takes a measure with its settings",
        ),
        (lambda: Extrapolated(KSG), "Extrapolated(measure=) takes a measure with its settings"),
        (lambda: WithinClass(3.0), "WithinClass(measure=) takes a measure with its settings"),
        (lambda: SlicedPCA("KSG"), "SlicedPCA(measure=) takes a measure with its settings"),
        (lambda: Permuted(KSG(), seed="a"), "seed of Permuted must be an integer >= 0; got 'a'"),
        (lambda: UntilError("x"), "atol of UntilError must be a finite number above 0; got 'x'"),
        (
            lambda: Ask(KSG(), of=5),
            "Ask(of=) takes 'input', 'target', 'layer', 'output' or Layer(name)",
        ),
        (lambda: prepare.jitter(np.inf), "jitter's scale must be a finite number above 0; got inf"),
        (lambda: HSIC(ridge="a"), "ridge must be a finite number above 0; got 'a'"),
        (lambda: HSIC(kernels.NeighbourGraph()), "kernel_x takes a kernel like kernels.Gaussian(), or None"),
        (
            lambda: Binned(bins.Adaptive),
            "Binned(rule=) takes a rule of infoplane.bins, like FixedWidth",
        ),
        (
            lambda: bins.Adaptive(2**53 + 1),
            "bins of Adaptive must be an integer >= 1 and <= 900719925",
        ),
    ],
)
def test_the_sentence(make, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        make()


@pytest.mark.parametrize("wrapper", [Sliced, SlicedPCA, CanonicalPairs, Permuted, WithinClass])
def test_a_measure_of_one_variable_is_none_of_two(wrapper):
    with pytest.raises(ValueError, match=r"\(measure=\) takes a measure of two variables; Kozachenko"):
        wrapper(KozachenkoLeonenko())


@pytest.mark.parametrize("wrapper", [FromEntropy, DiffusionInformation])
def test_a_measure_of_two_variables_is_none_of_one(wrapper):
    with pytest.raises(ValueError, match=r"\(entropy=\) takes a measure of one variable; KSG\(k=5\) is not"):
        wrapper(KSG())


def test_functions_of_users_are_measures():
    ksg = KSG(k=3)
    x, y = NORMAL.draw(60)
    for wrapper in (Sliced, SlicedPCA, CanonicalPairs, Permuted, Prepared):
        assert np.isfinite(wrapper(lambda a, b: ksg(a, b))(x, y).value)


@pytest.mark.parametrize("rule", [bins.EqualCount, lambda many: bins.Adaptive(many, by="entropy")])
def test_more_bins_than_values_are_a_bin_for_each(rule):
    """And cost no memory for the empty ones."""
    values = np.random.default_rng(0).normal(size=(40, 2)).round(1)
    for column in rule(HUGE).codes(values)[0].T, rule(values.size).codes(values)[0].T:
        assert np.isfinite(column).all()
    many, enough = (np.unique(rule(count).codes(values)[0], return_inverse=True)[1] for count in (HUGE, 80))
    assert len(np.unique(many)) == len(np.unique(enough))
    for own, codes in zip(values.T, rule(HUGE).codes(values)[0].T, strict=True):
        assert len(np.unique(codes)) == len(np.unique(own))
