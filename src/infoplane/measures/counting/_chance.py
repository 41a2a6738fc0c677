"""What a reader must know of information from cells: the part that chance makes, and the most there is."""

from infoplane.estimate import DegenerateData
from infoplane.measures import _notes
from infoplane.measures.counting._cells import Pairs, at_most, by_chance, entropy

SHARE, LEAST = 0.2, 0.02  # of the value, and nats: a part that chance makes is named from there on
FULL = 0.95  # of the entropy of one variable, which the information can't exceed


def judged(
    pairs: Pairs, value: float, names: tuple[str, str], corrected: bool, most_chance: float, way: str
) -> str:
    """Clauses about the part of `value` that chance makes, and about the most it could be.

    DegenerateData where the same cells, paired at random, have more than a share `most_chance` of that.
    """
    entropies = entropy(pairs.rows), entropy(pairs.columns)
    most = min(entropies)
    if most == 0:
        return ""
    full = value >= FULL * most
    notes = [f"it is at the entropy of {names[entropies.index(most)]}, the most there is" if full else ""]
    named, refused = max(LEAST, SHARE * abs(value)), most_chance * most
    if at_most(pairs) <= min(named, refused):
        return notes[0]
    chance = by_chance(pairs)
    if most_chance < 1 and chance.information > refused:
        raise DegenerateData(
            f"{pairs.n} samples in {len(pairs.rows)} cells of {names[0]!r} and {len(pairs.columns)} of "
            f"{names[1]!r} can't tell dependent from independent: paired at random, they have "
            f"{chance.information:.4g} of the {most:.4g} nats that they could have. Take {way}; "
            "most_chance=1 refuses nothing"
        )
    part = chance.information + chance.miller * corrected
    if abs(part) > named:
        notes.insert(0, f"chance alone makes {part:.3g} of it: take {way}")
    return _notes.join_notes(notes)
