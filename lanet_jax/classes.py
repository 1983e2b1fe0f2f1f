"""Names of classes: the expressions in their canonical order, and how a written name is read."""

import re
import unicodedata

# Shared by every dataset and checkpoint.
EXPRESSIONS = (
    "anger",
    "disgust",
    "fear",
    "happiness",
    "sadness",
    "surprise",
    "neutral",
    "contempt",
)
# How spreadsheets and pandas write an empty cell.
_NONE = {"", "nan", "<na>", "n/a", "#n/a", "null"}


def cleaned(written: str) -> str:
    """A class name in Unicode's composed form, without outer blanks; `1.0` becomes `1`."""
    text = unicodedata.normalize("NFC", written)
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")  # the invisible
    return re.sub(r"^([+-]?\d+)[.,]0*$", r"\1", " ".join(text.split()))


def is_blank(written: str) -> bool:
    """Whether a cell holds no class, in whichever way it says so."""
    return cleaned(written).casefold() in _NONE
