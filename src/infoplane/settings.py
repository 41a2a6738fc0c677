"""The settings of a measure as a record: as JSON, as a key, and with one of them changed."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import numpy as np


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
    """`describe` as one line of JSON: equal for equal settings."""
    return canonical_json(describe(measure))


def canonical_json(described: Any) -> str:
    """`canonical` of what `describe` gave, as a row has it."""
    return json.dumps(described, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def varied(measure: Any, field: str, value: Any) -> Any:
    """`measure` with `value` for the setting `field`, where ``"rule.width"`` is the field of a field.

    Raises
    ------
    ValueError
        For a field that isn't there, or a value that it refuses.

    Examples
    --------
    >>> from infoplane import KSG, Sliced
    >>> from infoplane.settings import varied
    >>> varied(Sliced(KSG(k=5), directions=100), "measure.k", 3).measure
    KSG(k=3)
    """
    name, _, rest = field.partition(".")
    there = [one.name for one in dataclasses.fields(measure)] if dataclasses.is_dataclass(measure) else []
    if name not in there or isinstance(measure, type):
        raise ValueError(f"{measure!r} has no setting {name!r}; it has {', '.join(there) or 'none'}")
    return dataclasses.replace(
        measure, **{name: varied(getattr(measure, name), rest, value) if rest else value}
    )
