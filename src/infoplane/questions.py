"""What is asked of a run: a measure, and the variables it is of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infoplane.estimate import Estimate
from infoplane.runs.variables import WORDS, Layer, layer_word
from infoplane.settings import check_measure


@dataclass(frozen=True)
class Ask:
    """A measure and what it is of.

    Parameters
    ----------
    measure : callable
        Any measure, or a `Criterion` around a function of yours.
    of : tuple of {"input", "target", "layer", "output"} or Layer
        The measure's arguments in order. ``"layer"`` is each recorded layer in turn.

    Raises
    ------
    ValueError
        For a word that is none of these.

    Examples
    --------
    >>> from infoplane import KSG, Ask, Layer, Sliced
    >>> Ask(Sliced(KSG(k=5)), of=("input", "layer")).words
    ['input', 'layer']
    >>> Ask(KSG(k=5), of=("layer", Layer("fc1", at="first"))).words
    ['layer', 'layer:fc1@first']
    """

    measure: Callable[..., Estimate]
    of: tuple[str | Layer, ...] = ("input", "layer")

    def __post_init__(self) -> None:
        check_measure(self.measure, "Ask(measure=)")
        of = self.of if isinstance(self.of, list | tuple) else (self.of,)
        known = [isinstance(word, Layer) or (isinstance(word, str) and word in WORDS) for word in of]
        if not known or not all(known):
            raise ValueError(f"Ask(of=) takes {', '.join(map(repr, WORDS))} or Layer(name); got {self.of!r}")
        object.__setattr__(self, "of", tuple(of))

    @property
    def words(self) -> list[str]:
        """`of` as it stands in a row: reserved words, ``layer:NAME``, ``layer:NAME@first``."""
        return [word if isinstance(word, str) else layer_word(word) for word in self.of]


def check_questions(questions: Any) -> None:
    """ValueError unless `questions` is a dict of names and `Ask`s."""
    pairs = questions.items() if isinstance(questions, Mapping) else [(questions, None)]
    wrong = [name for name, ask in pairs if not (isinstance(name, str) and isinstance(ask, Ask))]
    if wrong or not questions:
        raise ValueError(
            'questions must be like {"S₁(X;T)": Ask(Sliced(KSG(k=5)), of=("input", "layer"))}; '
            + (f"these are not: {wrong!r}" if wrong else "got none")
        )
