"""What benchmarks/accuracy.py measures: which measures on which targets, and when a row of it is stale."""

from collections.abc import Sequence
from functools import cache
from itertools import groupby

import numpy as np

from infoplane import (
    CKA,
    HSIC,
    KSG,
    Binned,
    DiffusionEntropy,
    DiffusionInformation,
    Extrapolated,
    GaussianCopula,
    KDEBounds,
    KozachenkoLeonenko,
    MatrixRenyi,
    Plugin,
    RelativeNoise,
    Sliced,
    SlicedPCA,
    WeightedKozachenkoLeonenko,
    WithinClass,
    bins,
    kernels,
    known,
)
from infoplane.runs.rows import joined_digest
from infoplane.settings import canonical
from infoplane.trust import targets
from infoplane.trust.accuracy import OURS, cases
from infoplane.trust.agreement import Climb
from infoplane.trust.drawing import Case
from infoplane.trust.targets import CHANNEL, Target

NS, DRAWS = (500, 2_000, 10_000), (20, 10, 4)
SECONDS = 15.0  # for all draws of a case but the two that each gets
RANKED, RANKINGS = 500, 10  # samples on every rung, and draws
SLICED = {
    "S₁": Sliced(KSG(k=5), directions=200),
    "S₂": Sliced(KSG(k=5), directions=200, dim=2),
    "PCA 1": SlicedPCA(KSG(k=5), dim=1),
    "PCA 2": SlicedPCA(KSG(k=5), dim=2),
}
LABELS = {"Plugin": Plugin(), "Extrapolated(Plugin)": Extrapolated(Plugin(), parts=4)}
WITHIN = {"WithinClass": WithinClass(KSG(k=5))}
ENTROPIES = {
    "KozachenkoLeonenko": KozachenkoLeonenko(k=5),
    "KozachenkoLeonenko, Euclidean": KozachenkoLeonenko(k=5, metric="euclidean"),
    "WeightedKozachenkoLeonenko": WeightedKozachenkoLeonenko(k=5),
    "WeightedKozachenkoLeonenko, mutinfo": WeightedKozachenkoLeonenko(k=5, weights="mutinfo"),
}
ONE = kernels.Gaussian(1.0)
OF_LABELS = {
    "KDEBounds": KDEBounds(noise=0.1),
    "KDEBounds, relative": KDEBounds(noise=RelativeNoise(1.0)),
}
SCORES = {
    "KSG": KSG(k=5),
    "GaussianCopula": GaussianCopula(),
    # several columns leave each sample alone in its cell: their order is shown, not refused
    "Binned": Binned(most_chance=1),
    "Binned, 5": Binned(bins.EqualCount(5), most_chance=1),
    "MatrixRenyi": MatrixRenyi(),
    "HSIC": HSIC(),
    "CKA": CKA(),
    "DiffusionInformation": DiffusionInformation(),
}
SPREAD = {
    "KozachenkoLeonenko": KozachenkoLeonenko(k=5),
    "Binned": Binned(),
    "Binned, width ½": Binned(bins.FixedWidth(0.5)),
    "KDEBounds": KDEBounds(noise=0.1),
    "MatrixRenyi": MatrixRenyi(),
    "MatrixRenyi, bandwidth 1": MatrixRenyi(kernel=ONE),
    "DiffusionEntropy": DiffusionEntropy(),
    "DiffusionEntropy, bandwidth 1": DiffusionEntropy(ONE),
}


def plan(ns: Sequence[int] = NS, draws: Sequence[int] = DRAWS) -> list[list[Case]]:
    """All cases, of few samples first; in a group, those of one distribution."""
    laws = known.catalogue()
    wide = {
        name: law
        for name, law in laws.items()
        if any(side.ndim > 1 and side.shape[1] > 1 for side in law.draw(1))
    }
    pairs = {name: laws[name] for name in ("normal", "normal 2+2")}
    given = [targets.within_classes(name, law) for name, law in pairs.items()]
    labelled = [targets.information(CHANNEL, known.SymmetricChannel(classes=10, flip=0.2))]
    work = cases(OURS, targets.informations(laws), ns, draws, SECONDS)
    work += cases(LABELS, labelled, ns, draws, SECONDS)
    # slices of 10,000 samples would take half of the time, and their bias is not what is asked there
    few = [(n, most) for n, most in zip(ns, draws, strict=True) if n <= 2_000]
    work += cases(SLICED, targets.informations(wide), *zip(*few, strict=True), SECONDS) if few else []
    work += cases(WITHIN, given, ns, draws, SECONDS) + cases(
        ENTROPIES, targets.entropies(), ns, draws, SECONDS
    )
    work.sort(key=lambda case: case.n)
    return [list(own) for _, own in groupby(work, lambda case: (case.n, case.target))]


def climbs(n: int = RANKED, draws: int = RANKINGS) -> list[list[Climb]]:
    """All measures that are judged by their order, and two for comparison; in a group, those of one kind."""
    everything = [
        (kind, rungs, SCORES | (OF_LABELS if "labels" in kind else {}))
        for kind, rungs in targets.ladders().items()
    ]
    everything += [(kind, rungs, SPREAD) for kind, rungs in targets.entropy_ladders().items()]
    return [
        [Climb(name, kind, what, tuple(rungs), n, draws) for name, what in measures.items()]
        for kind, rungs, measures in everything
    ]


def key(work: Case | Climb) -> str:
    """What a row depends on: the measure with the version of its numbers, what is drawn, and the truth."""
    if isinstance(work, Climb):
        return joined_digest(map(key, work.cases))
    counts = f"{work.n} {work.draws} {work.seconds:g} {work.first}"
    return joined_digest([work.measure, canonical(work.what), _drawn(work.target), counts])


@cache
def _drawn(target: Target) -> str:
    """Name, truth and eight samples, to as many digits as all processors agree on."""
    parts = [target.name, f"{target.truth:.5f}"]
    for array in target.law.draw(8, 0):
        size = np.abs(array).max() or 1.0
        parts += [f"{size:.6g}", (np.round(array / size, 8) + 0.0).tobytes().hex()]
    return joined_digest(parts)
