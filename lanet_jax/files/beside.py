"""Protects other files from being overwritten by the card of a file of weights."""

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
      card: where the card is to be written.
      owner: the file that it describes.
      is_own: whether an existing card may be an older one of the owner.

    Raises:
      UserError: another file has this name, or it is the card of another file of the same name.
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
