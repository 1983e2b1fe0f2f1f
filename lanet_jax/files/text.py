"""Decodes text files of other programs; an encoding that the bytes do not show is not guessed."""

import codecs
from pathlib import Path

from lanet_jax.errors import UserError

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(path: str | Path, content: bytes) -> str:
    """Decodes a text file.

    Args:
      path: the file, for errors.
      content: its bytes, in UTF-8 with or without a byte order mark, or in UTF-16 with one.

    Returns:
      The text, without the mark.

    Raises:
      UserError: it is in another encoding, or not text.
    """
    try:
        if content.startswith(_UTF16):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if content.startswith(b"PK"):
            reason = "a workbook or another zip file; save the sheet as CSV in UTF-8, or unpack it"
        elif content.startswith(_UTF16):
            reason = f"incomplete UTF-16 (byte {error.start}); save it as UTF-8"
        else:
            line = content.count(b"\n", 0, error.start) + 1
            reason = (
                f"not in UTF-8 (byte {error.start}, line {line}: Excel's code page?); save it as "
                "UTF-8, in Excel as 'CSV UTF-8'"
            )
        raise UserError(f"{path} is {reason}") from None
