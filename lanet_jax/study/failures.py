"""Tells why cells failed: each reason once, as the cells of a study often share it."""

from collections import defaultdict
from collections.abc import Mapping

from lanet_jax.command_line.words import some


def by_reason(failed: Mapping[str, str]) -> list[tuple[str, str]]:
    """Groups cells by the reason of their failure.

    Args:
      failed: the reason for each cell, by its name.

    Returns:
      For each reason the names of its cells in words, and the reason itself.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for name, reason in failed.items():
        names[reason].append(name)
    return [(some(cells), reason) for reason, cells in names.items()]


def told(failed: Mapping[str, str]) -> str:
    """Writes why cells failed in one line; the reasons are as for `by_reason`."""
    return "; ".join(f"{names}: {reason}" for names, reason in by_reason(failed))
