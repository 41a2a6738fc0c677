"""When snapshots are taken."""

import operator
from collections.abc import Callable, Iterable

from infoplane.settings import integer

Schedule = Callable[[int], bool] | Iterable[int] | None


def log_spaced(last: int, count: int = 20, first: int = 1) -> tuple[int, ...]:
    """Steps at about equal ratios: 0, then `count` different ones from `first` to `last`.

    Where equal ratios would fall on the same integer the next one is taken, so that early training is
    covered step by step and none of the `count` is lost.

    Parameters
    ----------
    last : int
        The last step, at least `first`.
    count : int
        How many steps after 0; all of them when there are fewer.
    first : int
        The first step after 0, at least 1.

    Returns
    -------
    tuple of int
        Increasing, beginning with 0 and ending with `last`.

    Raises
    ------
    ValueError
        Unless they are integers, ``1 <= first <= last`` and ``count >= 1``.

    Examples
    --------
    >>> log_spaced(50, count=10)
    (0, 1, 2, 3, 4, 6, 9, 14, 21, 32, 50)
    >>> log_spaced(3)
    (0, 1, 2, 3)
    """
    first = integer(first, "first of log_spaced", 1)
    last, count = integer(last, "last of log_spaced", first), integer(count, "count of log_spaced", 1)
    count = min(count, last - first + 1)
    steps = [first] if count > 1 else []
    while len(steps) < count - 1:
        ratio = (last / steps[-1]) ** (1 / (count - len(steps)))
        steps.append(max(steps[-1] + 1, round(steps[-1] * ratio)))
    return (0, *steps, last)


def due(at: Schedule) -> Callable[[int], bool]:
    """The question whether a step is due; None means every step that is given.

    Raises
    ------
    ValueError
        When `at` is neither callable nor a collection of non-negative integers.
    """
    if at is None:
        return lambda step: True
    if callable(at):
        return lambda step: bool(at(step))
    if isinstance(at, range):
        return at.__contains__
    try:
        steps = frozenset(operator.index(step) for step in at)
    except TypeError as error:
        raise ValueError(
            f"at= takes integers, as log_spaced(50) gives them, or a function of the step; got {at!r}"
        ) from error
    if steps and min(steps) < 0:
        raise ValueError(f"at= takes steps from 0 (before training) on; got {min(steps)}")
    return steps.__contains__
