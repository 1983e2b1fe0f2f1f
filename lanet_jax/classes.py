"""The expression classes, in our order and in those of the datasets, and how a name is read."""

import re
import unicodedata
from collections.abc import Iterable

# The canonical order, shared by every dataset and checkpoint.
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
# The dataset authors' own orders, which differ from it.
RAFDB_ORDER = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")  # from 1
FERPLUS_ORDER = (
    *("neutral", "happiness", "surprise", "sadness"),
    *("anger", "disgust", "fear", "contempt"),
)
AFFECTNET_ORDER = (
    *("neutral", "happiness", "sadness", "surprise"),
    *("fear", "disgust", "anger", "contempt"),
)
# How spreadsheets and pandas write an empty cell.
_NONE = {"", "nan", "<na>", "n/a", "#n/a", "null"}


def is_in_order(classes: Iterable[str]) -> bool:
    """Whether the expressions among some classes come in the canonical order."""
    places = [EXPRESSIONS.index(name) for name in classes if name in EXPRESSIONS]
    return places == sorted(places)


def cleaned(written: str) -> str:
    """A class name in Unicode's composed form, without outer blanks; `1.0` becomes `1`."""
    text = unicodedata.normalize("NFC", written)
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")  # the invisible
    return re.sub(r"^([+-]?\d+)[.,]0*$", r"\1", " ".join(text.split()))


def is_blank(written: str) -> bool:
    """Whether a cell holds no class, in whichever way it says so."""
    return cleaned(written).casefold() in _NONE
