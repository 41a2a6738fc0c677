"""Clauses for notes: what a reader of a number must know of the variables it is of."""

from functools import partial
from typing import Any

import numpy as np

from infoplane.directions import distinct_rows
from infoplane.measures import _check
from infoplane.measures._series import series_note
from infoplane.sample import Sample


def about(*samples: Sample) -> str:
    """Clauses about what a type decided, constant columns, and two variables of alike neighbours."""
    series = series_note(*samples) if len(samples) == 2 else ""
    return join_notes([by_type(*samples), dead_columns(*samples), series])


def by_type(*samples: Sample) -> str:
    """A clause about each variable whose type decided what it is, where its values speak against that."""
    return join_notes(x.doubt for x in samples)


def alone(x: Sample) -> str:
    """A clause about labels that each occur once, to kernels all equally unlike."""
    if not x.is_labels or len(x.classes or ()) < len(x):
        return ""
    return f"every label of {x.name} occurs once: continuous({x.name}) if its values are quantities"


def dead_columns(*samples: Sample) -> str:
    """A clause about constant columns, or nothing."""
    return join_notes(map(_dead_note, samples))


def rounded(*samples: Sample) -> str:
    """A clause about columns that are constant but for rounding, where what was made of them is constant."""
    return dead_columns(*(x for x in samples if _check.how_constant(x) != "constant"))


def _dead_note(x: Sample) -> str:
    dead = 0 if x.is_labels else int(_check.dead_columns(x).sum())
    return f"{dead} of {x.width} columns of {x.name} are {_check.how_constant(x)}" if dead else ""


def tie_note(*samples: Sample) -> str:
    """A clause about values that occur more than once in a variable that should have none."""
    notes = []
    for x in samples:
        repeated = repeated_rows(x)
        if repeated:
            notes.append(f"{repeated} of {len(x)} rows of {x.name} occur more than once (ties or atoms)")
    return join_notes(notes)


def repeated_rows(x: Sample) -> int:
    """How many rows occur more than once; none of labels, which may."""
    return 0 if x.is_labels else x.derived("repeated", partial(_repeated, x))


def _repeated(x: Sample) -> int:
    if x.width == 1:
        from infoplane.measures._sorting import column_order  # brings numba, as only searches do

        ascending = x.values[:, 0][column_order(x)]
        same = ascending[1:] == ascending[:-1]
        if not same.any():
            return 0
        return int((np.append(same, False) | np.append(False, same)).sum())
    counts = np.bincount(np.asarray(distinct_rows(x.values)[1]))
    return int(counts[counts > 1].sum())


def join_notes(notes: Any) -> str:
    """All clauses, each once, and none that another begins with."""
    clauses = dict.fromkeys(clause for note in notes if note for clause in note.split("; "))
    return "; ".join(
        one for one in clauses if not any(other != one and other.startswith(one) for other in clauses)
    )
