"""What a setting may be."""

import inspect
import math
from collections.abc import Iterable
from typing import Any

import numpy as np


def integer(value: Any, name: str, at_least: int, at_most: int | None = None) -> int:
    """`value`, if it is an integer within these limits; a truth value is none.

    Raises
    ------
    ValueError
        Naming the setting, what it may be, and what came; so do the other checks.

    Examples
    --------
    >>> from infoplane.settings import integer
    >>> integer(2.5, "k of KSG", at_least=1)
    Traceback (most recent call last):
    ValueError: k of KSG must be an integer >= 1; got 2.5
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < at_least or (at_most is not None and value > at_most):
        upper = "" if at_most is None else f" and <= {at_most}"
        raise ValueError(f"{name} must be an integer >= {at_least}{upper}; got {value!r}")
    return int(value)


def number(
    value: Any,
    name: str,
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
) -> float:
    """`value`, if it is a finite number within these limits; a truth value or a string is none.

    Examples
    --------
    >>> from infoplane.settings import number
    >>> number("a", "ridge", above=0)
    Traceback (most recent call last):
    ValueError: ridge must be a finite number above 0; got 'a'
    """
    found = math.nan
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
    too_low = (above is not None and not found > above) or (at_least is not None and not found >= at_least)
    too_high = (below is not None and not found < below) or (at_most is not None and not found <= at_most)
    if not math.isfinite(found) or too_low or too_high:
        limits = (("above", above), (">=", at_least), ("below", below), ("<=", at_most))
        wanted = " and ".join(f"{word} {limit:.4g}" for word, limit in limits if limit is not None)
        raise ValueError(f"{name} must be a finite number{' ' * bool(wanted)}{wanted}; got {value!r}")
    return found


def one_of(value: Any, name: str, choices: Iterable[Any]) -> None:
    """ValueError unless `value` is one of `choices`, which are strings and None.

    Examples
    --------
    >>> from infoplane.settings import one_of
    >>> one_of("both", "bound", ("upper", "lower"))
    Traceback (most recent call last):
    ValueError: bound must be 'upper' or 'lower'; got 'both'
    """
    every = list(choices)
    if not any(isinstance(value, type(one)) and value == one for one in every):
        *most, last = map(repr, every)
        raise ValueError(f"{name} must be {', '.join(most)} or {last}; got {value!r}")


def switch(value: Any, name: str) -> None:
    """ValueError unless `value` is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False; got {value!r}")


def able(value: Any, method: str, name: str, wanted: str) -> None:
    """ValueError unless `value` is an object with this method, and no class."""
    if isinstance(value, type) or not callable(getattr(value, method, None)):
        raise ValueError(f"{name} takes {wanted}; got {value!r}")


def check_measure(value: Any, name: str, variables: int | None = None) -> None:
    """ValueError unless `value` can be called, on so many variables, and is no class.

    Examples
    --------
    >>> from infoplane import KSG, Sliced
    >>> Sliced(KSG)
    Traceback (most recent call last):
    ValueError: Sliced(measure=) takes a measure with its settings, like KSG(k=5); got <class ...KSG'>
    """
    able(value, "__call__", name, "a measure with its settings, like KSG(k=5)")
    if variables is not None and not _binds(value, variables):
        of = "one variable" if variables == 1 else f"{('two', 'three')[variables - 2]} variables"
        raise ValueError(f"{name} takes a measure of {of}; {value!r} is not")


def _binds(function: Any, count: int) -> bool:
    try:
        signature = inspect.signature(function)
    except ValueError:  # some functions written in C don't tell
        return True
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return True
