"""How values of a config are told to people."""

from collections.abc import Mapping
from typing import Any

ABSENT = "absent"


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


def change(field: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Writes both values of a field that differs, of which one may lack it."""
    return f"{field} ({told(then.get(field, ABSENT))} there, {told(now.get(field, ABSENT))} now)"
