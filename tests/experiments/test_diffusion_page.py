"""docs/reproductions/diffusion.md says what the committed results say."""

import math
from functools import partial
from pathlib import Path

import pytest

from infoplane.experiments.diffusion_toy import report
from infoplane.experiments.diffusion_toy import samples as data
from infoplane.experiments.diffusion_toy.study import COLUMNS, KERNELS, RULES, WIDE, DiffusionToy, batches
from infoplane.experiments.shared.tables import IN_BITS, read_rows, values_in

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "reproductions"
FILES = ("curves", "information", "trends", "time")
LAST = "20000"  # columns


@pytest.fixture(scope="module")
def made() -> report.Tables:
    return report.Tables(*(read_rows(FOLDER / f"diffusion-{name}.csv") for name in FILES))


def page() -> str:
    return (FOLDER / "diffusion.md").read_text(encoding="utf-8")


def dse(made: report.Tables, study: str, name: str, x: float, columns: int = 20) -> float:
    where = (study, name, f"{x:g}", str(columns))
    (row,) = [row for row in made.curves if (row["study"], row["measure"], row["x"], row["columns"]) == where]
    return float(row["mean"])


def curve(made: report.Tables, study: str, name: str) -> dict[float, float]:
    own = [row for row in made.curves if (row["study"], row["measure"]) == (study, name)]
    return {float(row["x"]): float(row["mean"]) for row in own}


def bits(made: report.Tables, study: str, name: str, key: str = "mean") -> dict[float, float]:
    own = [row for row in made.informations if (row["study"], row["measure"]) == (study, name)]
    return {float(row["x"]): float(row[key]) * IN_BITS for row in own}


def verdicts(made: report.Tables, study: str) -> dict[str, str]:
    return {row["measure"]: row["verdict"] for row in made.trends if row["study"] == study}


def change(made: report.Tables, study: str, name: str) -> float:
    (row,) = [row for row in made.trends if (row["study"], row["measure"]) == (study, name)]
    return float(row["change"])


def ratio(made: report.Tables, columns: str) -> float:
    (row,) = [row for row in made.times if (row["measure"], row["columns"]) == ("KSG", columns)]
    return float(row["ratio"])


def first_slower(made: report.Tables) -> str:
    return next(
        row["columns"] for row in made.times if row["measure"] == "KSG" and float(row["ratio"]) > 1.05
    )


def of_entropy(made: report.Tables) -> dict[str, str]:
    """The paragraphs on DSE that hold numbers."""
    at, up = partial(dse, made), partial(change, made)
    above = [value - math.log(count) for count, value in curve(made, "clusters", "σ = 10").items()]
    wide, median, binned = (curve(made, "noise", name) for name in ("σ = 10", "median", "binned"))
    neighbour = curve(made, "sphere", "10th neighbour")
    plateau = [x for x, value in curve(made, "σ", "DSE, t = 10").items() if abs(value - math.log(10)) < 0.01]
    most = max(curve(made, "σ", "DSMI").items(), key=lambda item: item[1])
    found = {
        "split": f"""With σ = 10 DSE rises by {up("split", "σ = 10"):.2f} nats as the blob becomes two;
            ln 2 is {math.log(2):.2f}. With the median distance it falls, from {at("split", "median", 0):.2f}
            to {at("split", "median", 64):.2f}: half of all pairs lie in different blobs, so that the
            bandwidth grows with their distance, and beside it each blob shrinks to a point.""",
        "clusters": f"""With σ = 10 and one step, DSE is {min(above):.2f} to {max(above):.2f} nats above the
            logarithm of the number of clusters, which is what it sees inside them; after ten steps it is
            that logarithm to four places. With the median, after ten steps, it is
            {at("clusters", "median, t = 10", 20):.2f} of 20 clusters as of one. A quarter of the median tells
            20 apart ({at("clusters", "median / 4, t = 10", 20):.2f}), but has
            {at("clusters", "median / 4, t = 10", 1):.2f} of a single one, for which it is too narrow. σ = 1
            has {at("clusters", "σ = 1", 1):.2f} of one and {at("clusters", "σ = 1", 20):.2f} of 20, which is
            ln 500.""",
        "training": f"""DSE rises by {up("training", "σ = 10"):.2f} nats with σ = 10, and falls by
            {-up("training", "σ = 5"):.2f} with σ = 5, by {-up("training", "σ = 1"):.2f} with σ = 1 and by
            {-up("training", "median"):.2f} with the median, on the same rows. A narrow kernel counts rows at
            first and comes to classes; a wide one sees a single group at first. With σ = 5 it rises before
            it falls, from {at("training", "σ = 5", 0):.2f} to
            {max(curve(made, "training", "σ = 5").values()):.2f} nats. With the 10th neighbour it rises by
            {up("training", "10th neighbour"):.2f}: that bandwidth shrinks with the classes.""",
        "dimension": f"""With every absolute bandwidth, per √d and with both medians DSE rises with the
            dimension. With the 10th neighbour it is largest on the sphere of dimension
            {max(neighbour, key=neighbour.get):g}, {max(neighbour.values()):.2f} nats, and
            {neighbour[49]:.2f} in 49. σ = 2 has {at("cube", "σ = 2", 20, 50):.2f} nats of the cube in 20
            dimensions, of {math.log(500):.2f} that there can be; σ = 10 has
            {at("cube", "σ = 10", 1, 50):.2f} in 1, and {at("cube", "σ = 10", 5, 50):.2f} in 5.""",
        "noise": f"""Noise of deviation 0.1 in all columns, a hundredth of the circle's radius, moves DSE with
            σ = 10 by {wide[0.1] - wide[0]:.2f} nats, and the entropy of cells (30 bins a column) from
            {binned[0]:.2f} to {binned[0.1]:.2f}: every row is in a cell of its own. With noise of deviation 2
            σ = 10 has come from {wide[0]:.2f} to {wide[2]:.2f}, and the median from {median[0]:.2f} to
            {median[2]:.2f}.""",
        "scale": f"""The same rows of 10 columns have {at("scale", "σ = 10", 1, 10):.2f} nats with σ = 10;
            times 10 they have {at("scale", "σ = 10", 10, 10):.2f}, and times 100 the most there is,
            {at("scale", "σ = 10", 100, 10):.2f}. The median, its quarter and the neighbours do not see the
            factor. The median sees the width less: {at("scale", "median", 1, 10):.2f} nats in 10 columns and
            {at("scale", "median", 1, 1000):.2f} in 1000, where σ = 10 has
            {at("scale", "σ = 10", 1, 1000):.2f}.""",
        "sigma": f"""After ten steps DSE is ln 10 = {math.log(10):.2f} for σ from {min(plateau):g} to
            {max(plateau):g} only. DSMI with the clusters' numbers, which each row tells, is at most
            {most[1]:.2f} nats, at σ = {most[0]:g}, and 0 at both ends, where the kernel sees every row
            alone or all of them as one.""",
    }
    return {name: flat(text) for name, text in found.items()}


def of_information(made: report.Tables) -> dict[str, str]:
    """The paragraphs on DSMI."""
    true = bits(made, "corruption", "KSG", "truth")
    ten, ksg = bits(made, "corruption", "DSMI, σ = 10"), bits(made, "corruption", "KSG")
    near, root = (bits(made, "corruption", f"DSMI, {name}") for name in ("10th neighbour", "per √d"))
    left = max(abs(bits(made, "corruption", name)[1]) for name in measures(made) if name != "binned")
    ksg_off = max(abs(ksg[x] - true[x]) for x in true)
    noisy, apart, turned = (
        {name: bits(made, study, name) for name in measures(made)}
        for study in ("width", "width, apart", "width, turned")
    )
    diffusion = [name for name in turned if "DSMI" in name and "√" not in name]
    moved = max(abs(turned[name][20000] - turned[name][20]) for name in diffusion)
    near_20, in_20000, theirs = report.PUBLISHED, report.PUBLISHED_WIDE, report.PUBLISHED_SECONDS
    found = {
        "corruption": f"""At corruption 1 all but the bins are within {left:.3f} bits of 0. KSG is within
            {ksg_off:.2f} bits of the truth everywhere. DSMI with σ = 10 loses more than the labels do: with
            one label in ten replaced, {true[0.1] / true[0]:.0%} of the information is left and
            {ten[0.1] / ten[0]:.0%} of DSMI. With the 10th neighbour it rises from {near[0]:.2f} to
            {near[0.1]:.2f} bits, and per √d from {root[0]:.2f} to {root[0.1]:.2f}: these do not even rank.
            The bins hold a row each, and say {bits(made, "corruption", "binned")[1]:.2f} bits of labels that
            know nothing.""",
        "published": f"""DSMI falls from {near_20["DSMI"]} to {in_20000["DSMI"]}, MINE from {near_20["MINE"]}
            to {in_20000["MINE"]}, and NPEET, a nearest-neighbour estimate, from {near_20["NPEET"]} to
            {in_20000["NPEET"]:g}, where it is from 50 columns on.""",
        "width": f"""KSG falls from {noisy["KSG"][20]:.2f} bits to {noisy["KSG"][20000]:.2f}, and DSMI before
            it: of {noisy["DSMI, median"][20]:.2f} bits in 20 columns the median has
            {noisy["DSMI, median"][500]:.2f} left in 500, where KSG has {noisy["KSG"][500]:.2f}. σ = 10 has
            {noisy["DSMI, σ = 10"][500]:.2f}, with a kernel next to the identity.""",
        "turned": f"""Turning changes no distance, and from 20 to 20,000 columns DSMI moves by {moved:.4f}
            bits at most, which is that of other random subsets, but for the bandwidth per √d, which
            grows while the rows do not. KSG goes from
            {turned["KSG"][20]:.2f} to {turned["KSG"][20000]:.2f}.""",
        "apart": f"""Of blobs far apart KSG sees all, {apart["KSG"][20000]:.2f} bits of
            {bits(made, "width, apart", "KSG", "truth")[20000]:.2f} in 20,000 columns: the largest difference
            between two rows stands in a column that knows the label. In sums of squares it drowns in the
            others: the median goes from {apart["DSMI, median"][20]:.2f} bits to
            {apart["DSMI, median"][20000]:.2f}, σ = 10 from {apart["DSMI, σ = 10"][20]:.2f} to
            {apart["DSMI, σ = 10"][500]:.2f} in 500.""",
        "time": f"""From {first_slower(made)} columns on KSG takes longer than DSMI with σ = 10, in 20,000
            columns {ratio(made, LAST):.1f} times as long. Published, with 500,000 columns and other code, are
            {theirs["NPEET"]} s of NPEET, {theirs["MINE"]} of MINE and {theirs["DSMI"]} of DSMI: NPEET
            {theirs["NPEET"] / theirs["DSMI"]:.0f} times as long.""",
    }
    return {name: flat(text) for name, text in found.items()}


def flat(text: str) -> str:
    return " ".join(text.split())


def measures(made: report.Tables) -> list[str]:
    return values_in(made.informations, "measure")


def test_the_tables_are_those_of_the_run(made):
    for table in report.tables(made):
        assert table in page(), f"the CSV files give this table:\n{table}"


def test_the_sentences_are_those_of_the_run(made):
    for text in (of_entropy(made) | of_information(made)).values():
        assert text in page(), f"the committed results say:\n{text}"


def test_nothing_is_left_to_fill_in():
    assert "<!--" not in page()
    assert "{" not in page()


def test_the_study_is_whole(made):
    default = DiffusionToy()
    keys = [cell.key for batch in batches(default) for cell in batch.cells]
    wanted = {(key["study"], key["x"], key["columns"], key["measure"]) for key in keys}
    found = {
        (row["study"], float(row["x"]), int(row["columns"]), row["measure"])
        for row in [*made.curves, *made.informations]
    }
    assert found == wanted
    few = {"width", "width, apart", "width, turned"}
    for row in [*made.curves, *made.informations]:
        assert row["seeds"] == str(default.wide_seeds if row["study"] in few else len(default.seeds))
        assert math.isfinite(float(row["mean"]))
    assert len(made.times) == len(default.widths) * len(measures(made))


def test_the_sign_of_a_trend_depends_on_the_bandwidth(made):
    for study in ("split", "training", "clusters"):
        assert {"rises", "falls"} <= set(verdicts(made, study).values())
        assert (verdicts(made, study)["σ = 10"], verdicts(made, study)["median"]) == ("rises", "falls")
    assert {name for name, verdict in verdicts(made, "training").items() if verdict == "rises"} == {
        "σ = 10",
        "10th neighbour",
    }
    for study in ("sphere", "cube"):
        assert set(verdicts(made, study).values()) == {"rises"}
    assert "rises" not in verdicts(made, "t").values()


def test_the_page_is_right_about_what_it_says_without_numbers(made):
    for name in ("σ = 0.5", "σ = 1"):
        assert verdicts(made, "clusters")[name] == verdicts(made, "split")[name] == "level"
    for study in ("sphere", "cube"):
        for name in KERNELS:
            values = list(curve(made, study, name).values())
            assert (values == sorted(values)) == (name != "10th neighbour"), (study, name)
    identity = {
        (row["measure"], row["columns"], row["x"])
        for row in made.curves
        if row["study"] == "scale" and report.IDENTITY in row["note"]
    }
    assert {name for name, _, _ in identity} == {"σ = 10", "per √d"}
    for name in set(RULES) - {"per √d"}:
        for columns in (10, 100, 1000):
            values = [dse(made, "scale", name, factor, columns) for factor in (1, 10, 100)]
            assert values == pytest.approx([values[0]] * 3, abs=1e-5)
    for count, value in curve(made, "clusters", "σ = 10, t = 10").items():
        assert value == pytest.approx(math.log(count), abs=5e-5)
    ends = curve(made, "σ", "DSMI")
    assert max(abs(ends[0.1]), abs(ends[1000])) < 0.02
    for name in ("DSMI, 10th neighbour", "DSMI, per √d"):
        assert bits(made, "corruption", name)[0.1] > bits(made, "corruption", name)[0]
    for name in ("DSMI, σ = 10", "DSMI, median", "DSMI, median / 4", "KSG"):
        values = list(bits(made, "corruption", name).values())
        assert values == sorted(values, reverse=True)
    for x, value in bits(made, "width", "KSG").items():
        assert all(bits(made, "width", name)[x] < value for name in measures(made) if "DSMI" in name)


def test_wide_data_leave_diffusion_no_more_than_the_nearest_neighbours(made):
    for study in ("width", "width, apart", "width, turned"):
        kept = {name: bits(made, study, name) for name in measures(made)}
        share = {name: values[20000] / values[20] for name, values in kept.items()}
        assert all(share[name] < share["KSG"] for name in share if "DSMI" in name)


def test_the_data_are_those_that_the_page_describes():
    sizes = (
        f"{DiffusionToy().n} normal rows",
        f"any two centres {data.APART:g} apart",
        f"branches of length {data.BRANCH:g}",
        f"sphere of radius {data.RADIUS:g}",
        f"circle of radius {data.RING:g} in {COLUMNS} columns",
        f"turned at random in {WIDE} columns",
        f"box of side {2 * data.BOX:g}",
        f"{DiffusionToy().labelled} rows in {data.INFORMATIVE} columns",
        f"{DiffusionToy().wide} rows, ten classes",
    )
    assert all(size in page() for size in sizes)


def test_committed_figures_are_small():
    for name in ("entropy", "information"):
        assert 10_000 < (DOCS / "figures" / f"diffusion-{name}.png").stat().st_size < 300_000
