"""Settings as a record: as JSON and back, as a key, with one of them changed, and how two records differ."""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


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


def to_json(settings: Any) -> Any:
    """Settings as JSON has them: dataclasses as objects of all their fields, tuples as lists.

    Raises
    ------
    ValueError
        For a value that is neither plain nor made of plain ones.

    Examples
    --------
    >>> from infoplane import KSG
    >>> from infoplane.settings import from_json, to_json
    >>> to_json(KSG(k=3))
    {'k': 3, 'window': 0}
    >>> from_json(KSG, {"k": 3})
    KSG(k=3)
    """
    if dataclasses.is_dataclass(settings) and not isinstance(settings, type):
        return {field.name: to_json(getattr(settings, field.name)) for field in dataclasses.fields(settings)}
    if isinstance(settings, list | tuple):
        return [to_json(item) for item in settings]
    if isinstance(settings, np.generic):
        return settings.item()
    if settings is None or isinstance(settings, str | int | float):
        return settings
    raise ValueError(f"settings must be plain values, tuples or dataclasses of them; got {settings!r}")


def from_json(kind: type[T], there: Mapping[str, Any], where: str = "settings") -> T:
    """The dataclass that `to_json` gave; a field that is not there has its default.

    Fields may be numbers, strings, booleans, None, literals, tuples, other dataclasses, and unions of these
    with one dataclass at most.

    Raises
    ------
    ValueError
        For a field that `kind` doesn't have, lacks, or refuses, by its name.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(there.keys() - fields.keys())
    if unknown:
        raise ValueError(f"{where}: {kind.__name__} has no {', '.join(unknown)}; it has {', '.join(fields)}")
    nothing = dataclasses.MISSING
    lacking = [
        name
        for name, field in fields.items()
        if name not in there and field.default is nothing and field.default_factory is nothing
    ]
    if lacking:
        raise ValueError(f"{where}: {kind.__name__} needs {', '.join(lacking)} too")
    hints = typing.get_type_hints(kind)
    return kind(**{name: _read(hints[name], value, f"{where}.{name}") for name, value in there.items()})


def _read(hint: Any, value: Any, where: str) -> Any:
    of, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint) and isinstance(hint, type) and isinstance(value, Mapping):
        return from_json(hint, value, where)
    if of in (typing.Union, types.UnionType):
        fitting = [part for part in parts if _fits(part, value)]
        return _read(fitting[0], value, where) if fitting else _refuse(hint, value, where)
    if of is tuple and isinstance(value, list | tuple):
        each = parts[:1] * len(value) if parts[1:] == (...,) else parts
        if len(each) == len(value):
            pairs = enumerate(zip(each, value, strict=True))
            return tuple(_read(part, item, f"{where}[{i}]") for i, (part, item) in pairs)
    if of is typing.Literal and any(value == part and type(value) is type(part) for part in parts):
        return value
    if hint is float and type(value) is int:
        return float(value)
    if isinstance(hint, type) and type(value) is hint and hint in (int, float, str, bool, type(None)):
        return value
    return _refuse(hint, value, where)


def _fits(hint: Any, value: Any) -> bool:
    if dataclasses.is_dataclass(hint):
        return isinstance(value, Mapping)  # what is wrong inside is said where it is read
    try:
        _read(hint, value, "")
    except ValueError:
        return False
    return True


def _refuse(hint: Any, value: Any, where: str) -> typing.NoReturn:
    wanted = hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")
    raise ValueError(f"{where} must be {wanted}; got {value!r}")


def differences(there: Any, now: Any, name: str = "") -> list[str]:
    """What two records of settings say differently, a sentence each, fields of fields by their path.

    Examples
    --------
    >>> from infoplane.settings import differences
    >>> differences({"lr": 0.1, "net": {"width": 64}}, {"lr": 0.1, "net": {"width": 32}})
    ['net.width is 64 there and 32 now']
    """
    if isinstance(there, Mapping) and isinstance(now, Mapping):
        keys = dict.fromkeys([*there, *now])
        parts = [(there.get(key, _ABSENT), now.get(key, _ABSENT), f"{name}.{key}".strip(".")) for key in keys]
        return [text for old, new, path in parts for text in differences(old, new, path)]
    return [] if there == now else [f"{name} is {_show(there)} there and {_show(now)} now"]


_ABSENT = object()


def _show(value: Any) -> str:
    if not isinstance(value, list):
        return "absent" if value is _ABSENT else repr(value)
    return f"[{', '.join(map(str, value[:5]))}{f', ... ({len(value)})' if len(value) > 5 else ''}]"
