"""What makes rows of estimates the same measurement."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from infoplane.settings import canonical_json

OF_RUNS = ("split", "step", "layer", "of", "data")  # the fields of a run's rows that tell them apart


def identity(key: Mapping[str, Any], measure: str) -> tuple:
    """What an estimate is: its key, and its measure as `settings.canonical` gives it. For sets and dicts."""
    parts = (key[name] for name in sorted(key))
    return (*(tuple(part) if isinstance(part, list) else part for part in parts), measure)


def row_key(row: Mapping[str, Any], fields: Iterable[str] = OF_RUNS) -> tuple:
    """The `identity` of a row as it stands in a file, whose key these fields are."""
    return identity({name: row.get(name) for name in fields}, canonical_json(row["measure"]))


def joined_digest(digests: Iterable[str]) -> str:
    """One digest of several, in this order."""
    return hashlib.blake2b("\n".join(digests).encode(), digest_size=8).hexdigest()
