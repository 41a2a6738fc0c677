"""Mutual information of two label variables."""

from dataclasses import dataclass
from typing import Any, ClassVar

from infoplane.estimate import Estimate
from infoplane.measures import _check, _notes
from infoplane.measures.counting._cells import paired
from infoplane.measures.counting._chance import judged
from infoplane.settings import number

WAY = "fewer classes or more samples"


@dataclass(frozen=True)
class Plugin:
    r"""Mutual information of labels with labels from their frequencies, in nats.

    .. math:: I = \sum_{ab} p_{ab} \ln \frac{p_{ab}}{p_a p_b}

    Parameters
    ----------
    most_chance : float
        Refuses labels that have more than this share of the most they could have when they are paired at
        random; above 0, and 1 refuses none. Labels of which one determines the other are never refused.

    Returns
    -------
    Estimate
        Non-negative, and too large by about (cells - rows - columns + 1) / 2n for n samples (Miller 1955).
        The note names the part that chance makes, exactly the mean over all pairings of the same labels,
        where that is more than a fifth and .02 nats; and says if the value is at the entropy of one of them.

    Raises
    ------
    ValueError
        If a variable is continuous, rows differ in number, or `most_chance` is no such share.
    DegenerateData
        Where chance makes more than `most_chance` allows.

    Examples
    --------
    >>> from infoplane import Plugin
    >>> round(Plugin()(["a", "a", "b", "b"], [0, 0, 1, 1]).value, 4)
    0.6931
    """

    numbers: ClassVar[int] = 2
    most_chance: float | int = 0.9

    def __post_init__(self) -> None:
        number(self.most_chance, "most_chance of Plugin", above=0, at_most=1)

    def __call__(self, x: Any, y: Any) -> Estimate:
        x, y = _check.pair(x, y)
        for side in (x, y):
            if not side.is_labels:
                raise ValueError(
                    f"Plugin is of labels; {side.name!r} is continuous. Use KSG() for continuous variables, "
                    f"or labels({side.name}) if its values name classes"
                )
        nothing = _check.no_information(x, y)
        if nothing is not None:
            return nothing
        pairs = paired(x.values, y.values)
        value = pairs.information()
        most_chance = 1.0 if any(pairs.determines) else self.most_chance
        note = judged(pairs, value, (x.name, y.name), False, most_chance, WAY)
        return Estimate(value, note=_notes.join_notes([note, _notes.about(x, y)]))
