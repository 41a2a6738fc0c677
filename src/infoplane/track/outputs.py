"""What a module returns: the parts of it, and whether one can be recorded."""

import dataclasses
import math
from collections.abc import Iterator, Mapping

import torch

from infoplane.storage.arrays import some

MEND = {  # what turns a tensor into one of plain real numbers
    "nested": "to_padded_tensor(0.0)",
    "quantised": "dequantize()",
    "complex": "abs() or torch.view_as_real of it",
    "sparse": "to_dense()",
    "distributed": "full_tensor()",
    "masked": "to_tensor(0.0)",
}


@dataclasses.dataclass(frozen=True)
class Glance:
    """What is seen of a part of an output while it is there.

    Attributes
    ----------
    word : str
    shape : tuple of int
        Where there is no problem.
    width : int
        Numbers per sample.
    problem : str
        Why it can't be recorded; "" when it can.
    """

    word: str
    shape: tuple[int, ...]
    width: int
    problem: str


def parts(output: object, word: str = "") -> Iterator[tuple[str, object]]:
    """The parts that are no collections, each with its word, like ``[0]``, ``[1][0]`` and ``[logits]``.

    What is no tuple, list, mapping or dataclass has one part, itself, and no word.
    """
    inside = _inside(output)
    if inside is None:
        yield word, output
        return
    for key, value in inside:
        yield from parts(value, f"{word}[{key}]")


def part_of(output: object, word: str) -> object:
    """The part with this word; None where there is none."""
    return next((part for found, part in parts(output) if found == word), None)


def _inside(output: object) -> list[tuple[object, object]] | None:
    if isinstance(output, torch.nn.utils.rnn.PackedSequence):
        return None
    if isinstance(output, Mapping):
        return list(output.items())
    if isinstance(output, tuple | list):
        return list(enumerate(output))
    if dataclasses.is_dataclass(output) and not isinstance(output, type):
        return [(field.name, getattr(output, field.name)) for field in dataclasses.fields(output)]
    return None


def problem_of(output: object, rows: int) -> str:
    """Why an output can't be recorded; "" when it can."""
    if output is None:
        return "returns None"
    if not isinstance(output, torch.Tensor):
        return f"returns {_article(type(output).__name__)}, not a tensor"
    kind = _kind(output)
    if kind:
        return (
            f"returns a {kind} tensor ({output.dtype}), not one of plain real numbers: record a module of "
            f"your own that returns {MEND[kind]}"
        )
    if output.is_meta:
        return "returns a tensor on the device 'meta', which has no values"
    shape = tuple(output.shape)
    if output.ndim == 0 or shape[0] != rows:
        hint = ""
        if rows in shape:
            place = shape.index(rows)
            hint = f" (if dimension {place} is, bring it to the front: x.movedim({place}, 0))"
        return f"returns shape {shape}, whose first dimension isn't the batch's {rows}{hint}"
    return "" if output.numel() else f"returns shape {shape}: no numbers"


def _kind(output: torch.Tensor) -> str:
    """Which of the tensors that `MEND` knows it is; "" for a plain one."""
    if isinstance(output, torch.masked.MaskedTensor):
        return "masked"
    if hasattr(output, "full_tensor"):
        return "distributed"
    if output.is_nested:
        return "nested"
    if output.layout != torch.strided:
        return "sparse"
    if output.is_quantized:
        return "quantised"
    return "complex" if output.is_complex() else ""


def glances(output: object, rows: int) -> list[Glance]:
    """A glance at each part."""
    found = []
    for word, part in parts(output):
        problem = problem_of(part, rows)
        shape = tuple(part.shape) if isinstance(part, torch.Tensor) and not problem else ()
        found.append(Glance(word, shape, math.prod(shape[1:]) if shape else 0, problem))
    return found


def problem_of_whole(output: object, seen: list[Glance], name: str) -> str:
    """Why what the layer `name` returns can't be recorded whole, and the words for what can; "" if it can."""
    if [one.word for one in seen] == [""]:
        return seen[0].problem
    fine = [f"{name + one.word!r} of shape {one.shape}" for one in seen if not one.problem]
    wrong = [f"{name + one.word!r} {one.problem}" for one in seen if one.problem]
    said = f"returns {_article(type(output).__name__)}, not a tensor: "
    if not fine:
        return said + f"no part of it can be recorded ({some(wrong, 4) or 'it is empty'})"
    return said + f"name a part of it, {some(fine, 8)}" + (f" (not {some(wrong, 4)})" if wrong else "")


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'AEIOUaeiou' else 'a'} {word}"
