"""What is asked of a run: a measure, and the variables it is of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infoplane.runs.variables import WORDS, Layer, layer_word


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
    """

    measure: Any
    of: tuple[str | Layer, ...] = ("input", "layer")

    def __post_init__(self) -> None:
        of = (self.of,) if isinstance(self.of, str | Layer) else tuple(self.of)
        object.__setattr__(self, "of", of)
        wrong = [word for word in of if not (isinstance(word, Layer) or word in WORDS)]
        if wrong or not of:
            raise ValueError(f"Ask(of=) takes {', '.join(map(repr, WORDS))} or Layer(name); got {self.of!r}")
        if not callable(self.measure) or isinstance(self.measure, type):
            raise ValueError(f"Ask(measure=) must be callable, like KSG(k=5); got {self.measure!r}")

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
