"""What the engine works on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Question:
    """One question about one layer, resolved to variables: what becomes a row."""

    quantity: str
    measure: Any
    of: tuple[str, ...]
    data: str


@dataclass(frozen=True)
class Task:
    """All questions about one layer of one snapshot, so that what is derived from it is shared."""

    run: Path
    split: str
    step: int
    layer: str
    questions: tuple[Question, ...]
    aligned: bool
    parent: int
