"""Reads JSON objects from files that someone may have edited, or a crash damaged."""

import json
from pathlib import Path
from typing import Any

from lanet_jax.errors import UserError
from lanet_jax.files import regular


def read(path: Path, advice: str) -> dict[str, Any]:
    """Reads a file that holds one JSON object.

    Args:
      path: file in UTF-8.
      advice: end of the error: what to do.

    Returns:
      The object.

    Raises:
      UserError: it cannot be read or holds anything else.
    """
    return parse(read_text(path, advice), str(path), advice)


def read_text(path: Path, advice: str) -> str:
    """Reads a text file; arguments and errors as for `read`."""
    regular.check(path)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not in UTF-8 (byte {error.start}); {advice}") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}; {advice}") from None


def parse(text: str, where: str, advice: str) -> dict[str, Any]:
    """Reads one JSON object.

    Args:
      text: JSON whose outermost value must be an object.
      where: start of the error: where the text comes from.
      advice: end of the error: what to do.

    Returns:
      The object.

    Raises:
      UserError: the text is anything else.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where} is not JSON ({str(error)[:80]}); {advice}") from None
    if not isinstance(value, dict):
        raise UserError(f"{where} is not a JSON object; {advice}")
    return value
