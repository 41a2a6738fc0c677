import math

import numpy as np
import pytest

from infoplane import KSG, Prepared, Sliced, continuous
from infoplane.known import (
    Asinh,
    Bimodal,
    CensoredNormal,
    Copies,
    HalfCube,
    Independent,
    LabelledNormal,
    NoisyLabels,
    Normal,
    NormalCdf,
    Rectify,
    SparseNormal,
    Student,
    SwissRoll,
    Tanh,
    Transformed,
    Wiggly,
)
from infoplane.prepare import standardise

pytestmark = pytest.mark.portable


def test_maps_are_applied_in_order_and_to_their_side():
    base = Normal(rho=0.5)
    x, y = base.draw(100, seed=4)
    rolled, same = Transformed(base, x=(NormalCdf(), SwissRoll())).draw(100, seed=4)
    np.testing.assert_array_equal(rolled, SwissRoll()(NormalCdf()(x)))
    np.testing.assert_array_equal(same, y)
    nested = Transformed(Transformed(base, y=HalfCube()), y=Asinh())
    np.testing.assert_array_equal(nested.draw(100, seed=4)[1], Asinh()(HalfCube()(y)))
    assert nested.mutual_information() == base.mutual_information()


def test_the_truth_keeps_its_error():
    base = LabelledNormal(((0, 0), (0, 1), (1, 0)))
    truth = Transformed(base, x=HalfCube()).mutual_information()
    assert truth == base.mutual_information()
    assert truth.errors


def test_without_one_to_one_there_is_no_truth():
    base = Normal(rho=0.75)
    rectified = Transformed(base, y=(HalfCube(), Rectify()))
    assert rectified.draw(100)[1].min() == 0
    with pytest.raises(
        ValueError, match=r"Rectify\(\), of y, is not said.*at most the 0.4133 nats.*Censored"
    ):
        rectified.mutual_information()
    with pytest.raises(ValueError, match="not said to be one-to-one"):
        Transformed(rectified, x=HalfCube()).mutual_information()
    with pytest.raises(ValueError, match="is not said to be one-to-one"):
        Transformed(base, x=np.exp).mutual_information()
    np.testing.assert_array_equal(
        rectified.draw(100, seed=1)[1] > 0, CensoredNormal(0.75).draw(100, seed=1)[1] > 0
    )


@pytest.mark.parametrize(
    "law",
    [
        Transformed(Normal(rho=0.75), x=Bimodal(), y=Bimodal()),
        Transformed(Normal(rho=0.75), x=Wiggly(), y=HalfCube()),
        Transformed(Normal(rho=0.75), x=(NormalCdf(), SwissRoll()), y=NormalCdf()),
        Transformed(Normal(rho=-0.75), x=Tanh(gain=1.5), y=Tanh()),
        Independent((SparseNormal(0.5, 1, 1),)),
    ],
    ids=lambda law: repr(law)[-60:],
)
def test_neighbours_find_the_same_information(near, law):
    mean, tolerance = near(law, KSG(k=5))
    assert tolerance < 0.04
    assert abs(mean - law.mutual_information().value) < tolerance


def test_copies():
    base = Normal(information=0.8, dims=(2, 3))
    law = Copies(base, x=3, y=2)
    x, y = law.draw(50, seed=1)
    u, v = base.draw(50, seed=1)
    np.testing.assert_array_equal(x, np.hstack([u, u, u]))
    np.testing.assert_array_equal(y, np.hstack([v, v]))
    assert law.mutual_information() == base.mutual_information()
    assert law.sliced() == base.sliced()
    assert law.sliced(dim=2) == base.sliced(dim=2)


def test_random_slices_of_copies_are_slices_of_the_base():
    """The squared correlation of slices along explicit directions, and its mean over them, ``ρ²/3``."""
    base, m, rng = Normal(rho=0.8, dims=3), 2000, np.random.default_rng(0)
    cross = np.tile(base.cross_covariance(), (4, 2))

    def spread(copies):  # standard deviation of a direction's slice
        a = rng.normal(size=(m, 3 * copies))
        return a, np.linalg.norm(a.reshape(m, copies, 3).sum(axis=1), axis=1)

    (a, of_x), (b, of_y) = spread(4), spread(2)
    rho = np.einsum("mi,ij,mj->m", a, cross, b) / (of_x * of_y)
    information = -np.log1p(-(rho**2)) / 2
    truth = Copies(base, x=4, y=2).sliced()
    assert abs(information.mean() - truth.value) < 4 * information.std() / math.sqrt(m)
    assert abs((rho**2).mean() - 0.64 / 3) < 4 * (rho**2).std() / math.sqrt(m)


def test_slicing_cannot_tell_copies():
    """Ten copies of one pair: every slice, scaled back, is that pair again, if not mirrored."""
    base, measure = Normal(rho=0.75), Prepared(KSG(k=5), x=[standardise], y=[standardise])
    whole = measure(*base.draw(500, seed=0)).value
    x, y = Copies(base, x=10, y=10).draw(500, seed=0)
    sliced = Sliced(measure, directions=20)(continuous(x, "x"), continuous(y, "y"))
    np.testing.assert_allclose(sliced.slices.values, whole, atol=1e-6)
    assert Copies(base, x=10, y=10).sliced().value > 30 * Normal(information=0.41, dims=10).sliced().value


def test_sliced_information_of_copies_where_the_base_says_nothing():
    single = Student(Normal(rho=0))
    assert Copies(single, x=4).sliced() == single.mutual_information()
    assert Copies(NoisyLabels(width=1), x=4).sliced(dim=3) == NoisyLabels().mutual_information()
    with pytest.raises(ValueError, match=r"sliced information of SparseNormal.* is not known"):
        Copies(SparseNormal(), x=2).sliced()
    with pytest.raises(ValueError, match="dim of a slice"):
        Copies(single, x=4).sliced(dim=0)


def test_independent_parts_add_up():
    one, other = Normal(rho=0.5), CensoredNormal(0.9)
    law = Independent((one, other, other))
    x, y = law.draw(40_000, seed=0)
    assert x.shape == y.shape == (40_000, 3)
    correlations = np.corrcoef(np.hstack([x, y]).T)
    expected = np.eye(6)
    expected[0, 3] = expected[3, 0] = 0.5
    mixed = 0.9 * 0.5 / math.sqrt(0.5 - 1 / (2 * math.pi))  # of a normal with its rectified partner
    for i in (1, 2):
        expected[i, i + 3] = expected[i + 3, i] = mixed
    assert np.abs(correlations - expected).max() < 4.5 / 200
    truth, parts = law.mutual_information(), [part.mutual_information() for part in law.parts]
    assert truth.value == pytest.approx(sum(part.value for part in parts), rel=1e-14)
    assert truth.errors["quadrature"] == pytest.approx(2 * parts[1].errors["quadrature"])


def test_refuses():
    with pytest.raises(ValueError, match="x must be a map of rows, or a tuple of maps; got 'cube'"):
        Transformed(Normal(rho=0), x=("cube",))
    labelled = LabelledNormal((0, 1))
    with pytest.raises(ValueError, match=r"HalfCube\(\) takes rows of numbers; this side holds labels"):
        Transformed(labelled, y=HalfCube()).draw(10)
    assert Transformed(labelled, x=HalfCube()).draw(10)[1].dtype == np.int64
    with pytest.raises(ValueError, match="copies of y must be an integer >= 1"):
        Copies(labelled, y=0)
    with pytest.raises(ValueError, match="y=2 copies takes rows of numbers"):
        Copies(labelled, y=2).draw(10)
    with pytest.raises(ValueError, match="at least one distribution"):
        Independent(())
    with pytest.raises(ValueError, match="a part beside others takes rows"):
        Independent((labelled, labelled)).draw(10)
