"""From the votes of ten annotators to one label of FER+."""

from collections.abc import Callable, Sequence

from lanet_jax.classes import FERPLUS_ORDER

COLUMNS = (*FERPLUS_ORDER, "unknown", "NF")


def argmax8(votes: Sequence[int]) -> str | None:
    """The emotion with the most votes, without unknown and NF; None if no emotion has a vote."""
    return _most(votes[:8])


def argmax10(votes: Sequence[int]) -> str | None:
    """The column with the most votes; None if that is unknown or NF."""
    return _emotion(_most(votes))


def majority(votes: Sequence[int]) -> str | None:
    """The emotion with more than half of the votes once single votes are dropped, else None."""
    heard = [count if count > 1 else 0 for count in votes]
    return _emotion(_most(heard)) if 2 * max(heard) > sum(heard) else None


def _most(votes: Sequence[int]) -> str | None:
    # Ties go to the first column.
    return COLUMNS[list(votes).index(max(votes))] if max(votes) else None


def _emotion(column: str | None) -> str | None:
    return column if column in FERPLUS_ORDER else None


RULES: dict[str, Callable[[Sequence[int]], str | None]] = {
    "argmax8": argmax8,
    "argmax10": argmax10,
    "majority": majority,
}
