"""Names of the three splits in folders and columns, one list for every source."""

import functools
import re
import unicodedata

SPLITS = ("train", "valid", "test")
_WORDS = {
    "train": ("train", "training", "trn", "tr"),
    "valid": ("val", "valid", "validation", "validate", "vld", "va"),
    "test": ("test", "testing", "tst", "te"),
}
_ENDINGS = ("", "s", "set", "data", "dataset", "split", "images", "imgs", "faces", "crops")
# FER2013's own; its public test is what everybody validates on.
_FER2013 = {"publictest": "valid", "privatetest": "test"}
_FER2013 |= {"fer2013train": "train", "fer2013valid": "valid", "fer2013test": "test"}
_NAMES = _FER2013 | {
    word + ending: split for split, words in _WORDS.items() for word in words for ending in _ENDINGS
}
# Names that could mean either of two splits.
_UNCLEAR = {"trainval", "eval", "evaluation", "holdout", "heldout", "dev", "devel"}
_UNCLEAR |= {"development"}
_TOKENS = _UNCLEAR.union(*_WORDS.values())
KNOWN = "train, training, train_set, val, valid, validation, val_set, test, testing, test_set"


@functools.cache
def split_of(name: str) -> str | None:
    """The split that a folder or cell of this name stands for; None if it is not in the list."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _NAMES.get(re.sub("[^a-z0-9]", "", folded))


@functools.cache
def resembles(name: str) -> bool:
    """Whether a name is not in the list but resembles a split, as `train_2` does."""
    if split_of(name):
        return False
    words = re.findall("[A-Z]?[a-z]+|[A-Z]+", name)
    return any(word.lower() in _TOKENS for word in words)
