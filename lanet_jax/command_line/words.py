"""How a command's lines are worded."""


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 face", "1,200 faces".

    Args:
      number: how many there are.
      noun: what is counted, in the singular; its plural ends in s.
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
