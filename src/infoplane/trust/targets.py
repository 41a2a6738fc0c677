"""What measures are held against: something that is drawn, and what is true of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from infoplane.known import Distribution, LabelledNormal, Normal, SymmetricChannel, catalogue
from infoplane.sample import Sample
from infoplane.settings import varied

CHANNEL = "symmetric channel labels+labels"
CORRELATIONS = (0.0, 0.3, 0.45, 0.6, 0.75, 0.9, 0.97)
OF_TWO = (0.0, 0.2, 0.3, 0.45, 0.6, 0.8, 0.9)  # two pairs have twice the information of one
NATS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
FLIPS = (0.9, 0.75, 0.65, 0.5, 0.35, 0.2, 0.05)
# a field of each kind of distribution, and values by which its information rises
RISING: dict[str, tuple[str, tuple[float, ...]]] = {
    "normal": ("rho", CORRELATIONS),
    "additive noise": ("width", (10.0, 5.0, 2.5, 1.25, 0.75, 0.4, 0.2)),
    "bimodal": ("base.rho", CORRELATIONS),
    "wiggly": ("base.rho", CORRELATIONS),
    "half-cube": ("base.rho", CORRELATIONS),
    "saturated": ("base.rho", CORRELATIONS),
    "student": ("dof", (8.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.125)),
    "swiss roll 2+1": ("base.rho", CORRELATIONS),
    "normal 2+2": ("information", NATS),
    "normal 10+10": ("information", NATS),
    "dense 5+5": ("rho", (0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)),
    "sparse 5+5": ("rho", OF_TWO),
    "spiral 5+5": ("base.rho", OF_TWO),
    "asinh student 5+5": ("base.base.rho", OF_TWO),
    "sparse 25+25": ("rho", OF_TWO),
    "dense 50+50": ("rho", (0.0, 0.01, 0.02, 0.05, 0.1, 0.3, 0.5)),
    "copies 10+10": ("base.rho", CORRELATIONS),
    "blobs 64+64": ("base.information", NATS),
    "rectified": ("rho", CORRELATIONS),
    "atoms and normal": ("rho", (0.0, 0.6, 0.8, 0.9, 0.97, 0.99, 0.999)),
    "staircase": ("steps", (2, 3, 4, 5, 6, 8, 12)),
    "zero-inflated counts": ("zeros", (0.95, 0.8, 0.6, 0.4, 0.2, 0.05, 0.0)),
    "labelled normal 5+labels": ("sigma", (8.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.7)),
    "noisy labels 2+labels": ("flip", FLIPS),
    CHANNEL: ("flip", FLIPS),
}


@dataclass(frozen=True)
class Target:
    """A distribution, and what a measure should say of what is drawn from it.

    Parameters
    ----------
    name : str
        What it is called in the tables.
    law : distribution
        ``draw(n, seed)`` gives as many arrays as `of` has names.
    truth : float
        In nats.
    of : tuple of str
        The names of its variables.
    """

    name: str
    law: Any
    truth: float
    of: tuple[str, ...] = ("x", "y")

    def variable(self, word: str, n: int, seed: int) -> Sample:
        """One variable of a draw."""
        return Sample(self.law.draw(n, seed)[self.of.index(word)], word)


@dataclass(frozen=True)
class Together:
    """The columns of both sides of a distribution, or of one side, as a single variable."""

    law: Any
    sides: str = "xy"

    def draw(self, n: int, seed: int = 0) -> tuple[np.ndarray]:
        """``(rows,)``, (n, d)."""
        drawn = dict(zip("xy", self.law.draw(n, seed), strict=True))
        return (np.hstack([drawn[side] for side in self.sides]),)


@dataclass(frozen=True)
class Shifted:
    """A pair of numbers, both moved by one label: I(X;T|Y) is the pair's information, I(X;T) is more."""

    law: Any
    classes: int = 10
    apart: float = 3.0

    def draw(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """``x, t, y``: numbers, numbers, and labels that are equally likely."""
        x, t = self.law.draw(n, seed)
        y = np.random.default_rng([seed, self.classes]).integers(self.classes, size=n)
        move = self.apart * y[:, None]
        return x + move, t + move, y


def information(name: str, law: Distribution) -> Target:
    """I(X;Y)."""
    return Target(name, law, law.mutual_information().value)


def informations(laws: Mapping[str, Distribution]) -> list[Target]:
    """I(X;Y) of each."""
    return [information(name, law) for name, law in laws.items()]


def within_classes(name: str, law: Distribution) -> Target:
    """I(X;T|Y), of a pair moved by labels."""
    return Target(name, Shifted(law), law.mutual_information().value, ("x", "t", "y"))


def entropy(name: str, law: Any) -> Target:
    """Differential entropy of all columns of numbers."""
    if isinstance(law, LabelledNormal):
        return Target(name, Together(law, "x"), law.entropy().value, ("x",))
    return Target(name, Together(law), law.entropy("xy").value, ("x",))


def entropies() -> list[Target]:
    """The differential entropies that the distributions of the catalogue know."""
    return [entropy(name, law) for name, law in catalogue().items() if hasattr(law, "entropy")]


def ladders() -> dict[str, list[Target]]:
    """Every kind of distribution in the catalogue, and labels of labels, with rising I(X;Y).

    ``independent 2+2`` is the lowest rung of ``normal 2+2``.
    """
    kinds: Mapping[str, Distribution] = {**catalogue(), CHANNEL: SymmetricChannel()}
    return {
        kind: [
            information(f"{kind}, {field}={value:g}", varied(kinds[kind], field, value)) for value in values
        ]
        for kind, (field, values) in RISING.items()
    }


def entropy_ladders() -> dict[str, list[Target]]:
    """Variables of rising differential entropy: that widen, divide, part, or lose their correlation."""

    def rising(kind: str, laws: Mapping[str, Any]) -> list[Target]:
        return [entropy(f"{kind}, {value}", law) for value, law in laws.items()]

    sizes, counts = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0), (1, 2, 3, 4, 5, 6, 8)
    distances = (0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
    corners = 10 * np.eye(counts[-1])
    return {
        "scale": rising("scale", {f"sigma={s:g}": LabelledNormal(((0, 0),), sigma=s) for s in sizes}),
        "groups": rising("groups", {f"groups={c}": LabelledNormal(corners[:c]) for c in counts}),
        "distance": rising("distance", {f"d={d:g}": LabelledNormal(((0, 0), (d, 0))) for d in distances}),
        "correlation": rising("correlation", {f"rho={r:g}": Normal(r) for r in CORRELATIONS[::-1]}),
    }
