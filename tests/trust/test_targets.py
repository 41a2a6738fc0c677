"""What measures are held against is true."""

import numpy as np
import pytest

from infoplane import GaussianCopula, known
from infoplane.trust import targets
from infoplane.trust.targets import CHANNEL, Shifted, Together

LADDERS = targets.ladders() | targets.entropy_ladders()


@pytest.mark.parametrize("kind", LADDERS)
def test_the_truth_rises_from_rung_to_rung(kind):
    truths = [rung.truth for rung in LADDERS[kind]]
    assert len(truths) == 7
    assert (np.diff(truths) > 0.005).all()
    assert len({rung.name for rung in LADDERS[kind]}) == 7


def test_there_is_a_ladder_of_every_kind():
    assert set(targets.ladders()) == {*known.catalogue(), CHANNEL} - {"independent 2+2"}
    assert targets.ladders()["normal 2+2"][0].truth == 0


def test_rungs_are_of_the_kind_that_they_are_called():
    for kind, law in known.catalogue().items():
        for rung in targets.ladders().get(kind, []):
            assert [side.shape for side in rung.law.draw(3)] == [side.shape for side in law.draw(3)]


def test_columns_together():
    law = known.Normal(rho=0.5, dims=(2, 3))
    (both,) = Together(law).draw(10, seed=4)
    np.testing.assert_array_equal(both, np.hstack(law.draw(10, 4)))
    (one,) = Together(law, "x").draw(10, seed=4)
    np.testing.assert_array_equal(one, law.draw(10, 4)[0])


def test_entropies_are_those_of_the_columns():
    """Of normal columns by the determinant of their covariance, of the others by their own closed forms."""
    found = {target.name: target for target in targets.entropies()}
    assert {"normal", "normal 2+2", "normal 10+10", "additive noise"} < set(found)
    for name in ("normal", "independent 2+2", "normal 2+2", "normal 10+10"):
        (rows,) = found[name].law.draw(100_000, 0)
        error = np.sqrt(rows.shape[1] / 2 / 100_000)
        by_covariance = np.linalg.slogdet(2 * np.pi * np.e * np.cov(rows.T))[1] / 2
        assert found[name].truth == pytest.approx(by_covariance, abs=4 * error)
    assert found["additive noise"].truth == pytest.approx(np.log(0.2))  # uniform on a strip of this height
    labelled = found["labelled normal 5+labels"]
    assert labelled.law.sides == "x"
    normal = 5 / 2 * np.log(2 * np.pi * np.e)
    assert normal < labelled.truth < normal + np.log(5)


def test_within_classes_the_pair_is_as_it_was():
    law = known.Normal(rho=0.75)
    x, t, y = Shifted(law).draw(5000, seed=2)
    before = law.draw(5000, 2)
    assert set(y) == set(range(10))
    np.testing.assert_allclose(x - 3 * y[:, None], before[0], atol=1e-12)
    np.testing.assert_allclose(t - 3 * y[:, None], before[1], atol=1e-12)
    target = targets.within_classes("normal", law)
    assert target.truth == law.mutual_information().value
    assert GaussianCopula()(x, t).value > 2 * target.truth
