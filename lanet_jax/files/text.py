"""Decodes text files of other programs; an encoding that the bytes do not show is not guessed."""

import codecs
from pathlib import Path

from lanet_jax.errors import UserError

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ZIP = b"PK\x03\x04"
_WORKBOOK = "a workbook or another zip file; save the sheet as CSV in UTF-8, or unpack it"
_ZEROS = 0.25  # of the characters; a text that was read in the wrong width has more of them


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
        text = content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
        if text.count("\0") <= _ZEROS * len(text):
            return text
        reason = "no text, or in UTF-16 or UTF-32 without a mark that says so; save it as UTF-8"
        if content.startswith(_ZIP):
            reason = _WORKBOOK
        raise UserError(f"{path} is {reason}")
    except UnicodeDecodeError as error:
        if content.startswith(_ZIP):
            reason = _WORKBOOK
        elif content.startswith(_UTF16):
            reason = f"incomplete UTF-16 (byte {error.start}); save it as UTF-8"
        else:
            line = content.count(b"\n", 0, error.start) + 1
            reason = (
                f"not in UTF-8 (byte {error.start}, line {line}: Excel's code page?); save it as "
                "UTF-8, in Excel as 'CSV UTF-8'"
            )
        raise UserError(f"{path} is {reason}") from None
