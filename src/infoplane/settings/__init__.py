"""The one home of what all settings share: checks when they are made, and records of them."""

from infoplane.settings.checks import able, check_measure, integer, number, one_of, switch
from infoplane.settings.records import (
    canonical,
    canonical_json,
    describe,
    differences,
    from_json,
    to_json,
    varied,
)

__all__ = [
    "able",
    "canonical",
    "canonical_json",
    "check_measure",
    "describe",
    "differences",
    "from_json",
    "integer",
    "number",
    "one_of",
    "switch",
    "to_json",
    "varied",
]
