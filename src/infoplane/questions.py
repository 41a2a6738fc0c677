"""What is asked of a run: a measure, and the variables it is of."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

WORDS = ("input", "target", "layer", "output")
FIRST = "@first"


@dataclass(frozen=True)
class Layer:
    """One recorded layer by name.

    Parameters
    ----------
    name : str
    at : {"same", "first"}
        The snapshot it is taken from: the one being measured, or the run's first.
    """

    name: str
    at: Literal["same", "first"] = "same"

    def __post_init__(self) -> None:
        if self.at not in ("same", "first"):
            raise ValueError(f"Layer(at=) must be 'same' or 'first'; got {self.at!r}")


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


def layer_word(layer: Layer) -> str:
    return f"layer:{layer.name}" + (FIRST if layer.at == "first" else "")


def describe(measure: Any) -> Any:
    """Settings of a measure as JSON: class, version of its numbers, fields that differ from the default.

    Raises
    ------
    ValueError
        If a field holds anything but plain values, sequences of them, and other dataclasses.
    """
    if isinstance(measure, list | tuple):
        return [describe(item) for item in measure]
    if isinstance(measure, Mapping):
        return {str(key): describe(value) for key, value in measure.items()}
    if isinstance(measure, np.generic):
        return measure.item()
    if measure is None or isinstance(measure, str | int | float):
        return measure
    if not dataclasses.is_dataclass(measure) or isinstance(measure, type):
        raise ValueError(
            f"a measure's settings are its record, so its fields must be plain values or dataclasses; got "
            f"{measure!r}. Wrap a function in Criterion(name, function)"
        )
    kind = type(measure)
    ours = kind.__module__.split(".")[0] == "infoplane"
    out: dict[str, Any] = {"class": kind.__qualname__ if ours else f"{kind.__module__}:{kind.__qualname__}"}
    out["numbers"] = getattr(kind, "numbers", 1)
    for field in dataclasses.fields(measure):
        value = getattr(measure, field.name)
        default = field.default is not dataclasses.MISSING and value == field.default
        if field.compare and not default:
            out[field.name] = describe(value)
    return out


def canonical(measure: Any) -> str:
    """`describe` as one line of JSON, of a measure or of what a row says of it: equal for equal settings."""
    return json.dumps(describe(measure), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def row_key(row: Mapping[str, Any]) -> tuple:
    """What makes rows of estimates the same measurement: where, of what, by which measure, on which data."""
    place = (row["split"], row["step"], row["layer"], tuple(row["of"]))
    return *place, canonical(row["measure"]), row["data"]
