"""Tables and figures of the study `synthetic`, from rows whose truth is known."""

import math

import numpy as np
import pytest

from infoplane import known
from infoplane.experiments.synthetic import figures, report


def made_up(by_rerun, dim=6, name="S₁"):
    return [
        {"dim": dim, "estimator": name, "rerun": rerun, "point": point, "value": value, "note": "why"}
        for rerun, line in enumerate(by_rerun)
        for point, value in enumerate(line)
    ]


def test_correlations_of_made_up_rows():
    """With I = 0, 1, 2: values 0, 1, 1 have √3/2; a falling line −1; mean and deviation follow."""
    rows = made_up([[0.0, 1.0, 1.0], [5.0, 3.0, 1.0], [0.0, 1.0]])  # the third rerun is not complete
    rows += made_up([[0.0, None, 1.0]], dim=8, name="WKL")
    information = [0.0, 1.0, 2.0]
    first, second = report.correlations(report.complete(rows, 3), information, rows)
    each = [math.sqrt(3) / 2, -1.0]
    assert float(first["mean"]) == pytest.approx(np.mean(each), abs=1e-6)
    assert float(first["sd"]) == pytest.approx(np.std(each, ddof=1), abs=1e-6)
    assert (first["reruns"], float(first["published"]), first["note"]) == ("2", 0.985, "")
    assert (second["mean"], second["sd"], second["reruns"], second["note"]) == ("", "", "1", "why")


def test_correlation_of_a_constant_is_none():
    assert math.isnan(report.correlation([0.0, 1.0, 2.0], np.array([0.0, 0.0, 0.0])))


def test_values_stand_beside_their_truth():
    rows = made_up([[0.1, 0.3, 0.2], [0.3, 0.3, 0.4]], dim=2) + made_up([[0.0, 1.0, 2.0]], dim=2, name="KSG")
    means = report.values(report.complete(rows, 3), [0.0, 1.0, 2.0])
    assert [float(row["mean"]) for row in means[:3]] == pytest.approx([0.2, 0.3, 0.3], abs=1e-6)
    closed = [-math.log((1 + math.exp(-i / 2)) / 2) for i in (0, 1, 2)]  # two columns, ρ² = 1 - exp(-I)
    assert [float(row["truth"]) for row in means[:3]] == pytest.approx(closed, abs=1e-6)
    assert [float(row["truth"]) for row in means[3:]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("by_dim", "last"),
    [
        ({1: 1.0, 2: 0.9, 5: 0.89, 6: 0.95}, 2),
        ({2: 0.95, 1: 0.99}, 2),
        ({1: 0.5, 2: 0.99}, None),
        ({1: 1.0, 2: math.nan, 5: 1.0}, 1),
    ],
)
def test_ranks_up_to_the_first_gap(by_dim, last):
    assert report.ranks_up_to(by_dim) == last


def test_how_far_the_published_curves_rank():
    assert [report.ranks_up_to(report.PUBLISHED[name]) for name in ("WKL", "S₁")] == [5, 10]


def line(ax, label):
    (found,) = [one for one in ax.get_lines() if one.get_label() == label]
    return found.get_xdata(), found.get_ydata()


def test_figure_one_holds_the_estimates_the_truth_and_the_closed_form():
    rows = made_up([[0.0, 0.02, 0.04]]) + made_up([[0.0, 1.5, 3.0]], name="KSG")
    studies = report.complete(rows, 3)
    information = [0.0, 2.0, 4.0]
    about, means = report.correlations(studies, information), report.values(studies, information)
    whole, slices = figures.draw_estimates(about, means).axes
    np.testing.assert_allclose(line(whole, "truth"), [information, information])
    exact = [known.Normal(information=i, dims=6).sliced().value for i in information]
    np.testing.assert_allclose(line(slices, "S₁, exact"), [information, exact], atol=1e-6)
    labels = [text.get_text() for text in slices.get_legend().get_texts()]
    assert labels == ["S₁, exact", "S₁: 1.000"]
    (estimates,) = slices.containers
    np.testing.assert_allclose(estimates.lines[0].get_ydata(), [0.0, 0.02, 0.04])


def test_figure_one_counts_what_lies_outside():
    rows = made_up([[0.0, -40.0, 3.0]], name="WKL")
    studies = report.complete(rows, 3)
    information = [0.0, 2.0, 4.0]
    about = report.correlations(studies, information)
    ax = figures.draw_estimates(about, report.values(studies, information)).axes[0]
    assert ax.get_legend().get_texts()[1].get_text().endswith("(1 outside)")


def test_figure_two_holds_ours_and_the_published():
    rows = made_up([[0.0, 1.0, 1.0], [0.0, 1.0, 2.0]]) + made_up([[0.0, 1.0, 1.0]], dim=10)
    about = report.correlations(report.complete(rows, 3), [0.0, 1.0, 2.0])
    (ax,) = figures.draw_correlations(about).axes
    half = math.sqrt(3) / 2
    np.testing.assert_allclose(line(ax, "S₁"), [[6, 10], [(1 + half) / 2, half]], atol=1e-6)
    np.testing.assert_allclose(line(ax, "published SMI"), [report.DIMS, report.SLICED])
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx((1 + half) / 2 + (1 - half) / math.sqrt(2), abs=1e-6)
