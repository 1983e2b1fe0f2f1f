"""How a value of the config is told to people."""


def told(value: object) -> str:
    """Writes the value of a field.

    Args:
      value: as `config.json` or a config has it.

    Returns:
      The value; several are joined by commas, and an empty text or list is "none".
    """
    if isinstance(value, (list, tuple)):
        return ", ".join(map(told, value)) or "none"
    return str(value) or "none"
