"""A card beside a file of weights must not take the place of what is not its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lanet_jax.errors import UserError

# Endings of the files whose card may be NAME.json.
_WITH_CARDS = (".safetensors", ".npz", ".onnx", ".stablehlo")


def check(card: Path, owner: Path, is_own: Callable[[dict[str, Any]], bool]) -> None:
    """Refuses to write a card over a file that is not the owner's.

    Args:
      card: where it shall be written.
      owner: the file that it is of.
      is_own: whether a card that lies there may be an older one of the owner.

    Raises:
      UserError: something else lies there, or the card of another file with the same name.
    """
    if not card.exists():
        return
    advice = f"choose another name than {owner.name}, or move that away"
    for ending in _WITH_CARDS:
        other = owner.with_suffix(ending)
        has_own = other.with_name(f"{other.name}.json").exists()
        if card == other.with_suffix(".json") and other != owner and other.exists() and not has_own:
            raise UserError(f"{card} may be the card of {other.name}: {advice}")
    try:
        found = json.loads(card.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        found = None
    if not found and owner.exists():
        return  # its own, damaged
    if not (isinstance(found, dict) and is_own(found)):
        raise UserError(f"{card} is not the card of {owner.name}: {advice}")
