"""How a command's lines are worded."""

from collections.abc import Iterable


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 face", "1,200 faces".

    Args:
      number: how many there are.
      noun: what is counted, in the singular; its plural ends in s.
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def some(names: Iterable[str], shown: int = 4) -> str:
    """The first few names, and how many more there are: "a, b and 3 more".

    Args:
      names: any texts, in order.
      shown: how many are named at most.
    """
    names = list(names)
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
