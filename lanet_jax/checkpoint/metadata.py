"""The card of a trained network: enough to rebuild it and to prepare its input."""

from typing import Any

from lanet_jax.command_line.words import some
from lanet_jax.models import backbones
from lanet_jax.models.backbones import FAMILIES
from lanet_jax.recipes import PUBLISHED
from lanet_jax.run.values import told

Card = dict[str, Any]
OF_RUN = ("run", "rows")  # which run a checkpoint belongs to, and what its log held at the time
# Keys that older cards lack, and what held when these were written.
_LATER = {
    **{"precision": "float32", "grey": False, "family": "resnet", "frozen_stages": 0},
    "resample": "linear",
}
_LONGEST_SIDE, _WIDEST = 1 << 13, 1 << 12  # so that a typo does not allocate all memory
_FAR = 1e6  # a comparison with it also excludes NaN


def _are_channels(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and all(type(x) in (int, float) and -_FAR < x < _FAR for x in value)
    )


_RIGHT = {
    "classes": lambda v: isinstance(v, list) and bool(v) and all(type(x) is str for x in v),
    "size": lambda v: type(v) is int and 0 < v <= _LONGEST_SIDE,
    "mean": _are_channels,
    "std": lambda v: _are_channels(v) and min(v) > 0,
    "family": lambda v: isinstance(v, str) and v in FAMILIES,
    "width": lambda v: type(v) is int and 0 < v <= _WIDEST,
    "frozen_stages": lambda v: type(v) is int and v >= 0,
    "method": lambda v: isinstance(v, str) and v in PUBLISHED,
    "precision": lambda v: v in ("float32", "bfloat16"),
    "grey": lambda v: type(v) is bool,
    "resample": lambda v: v in ("linear", "cubic"),
}
# Of exports only, see `lanet_jax.export`.
_RIGHT_IF_THERE = {
    "temperature": lambda v: type(v) in (int, float) and 0 < v < _FAR,
    "balance_power": lambda v: type(v) in (int, float) and 0 <= v <= 1,
}


def completed(card: Card) -> Card:
    """The card, with defaults for keys that were introduced after it was written."""
    return {**card, **{key: card.get(key, value) for key, value in _LATER.items()}}


def foreign(card: Card, own: Card) -> str:
    """Says why a checkpoint does not belong to a run, by the cards of both.

    Args:
      card: card that lies in the checkpoint.
      own: card of the run, or only its "run", which `lanet_jax.run.folder.identity` gives.

    Returns:
      A reason, for a message; empty if nothing in the cards contradicts.
    """
    card = completed(card)
    theirs, ours = card.get("run", {}), own.get("run", {})
    both = [(card, own), (theirs.get("config", {}), ours.get("config", {}))]
    wrong = [
        f"{key} {_short(there[key])} there, {_short(here[key])} here"
        for there, here in both
        for key in sorted(there.keys() & here.keys() - set(OF_RUN))
        if there[key] != here[key]
    ]
    wrong = list(dict.fromkeys(wrong))  # some are in both
    if "labels" in theirs and "labels" in ours and theirs["labels"] != ours["labels"]:
        wrong.append("other labels")
    return f"is of another run: {some(wrong, 3)}" if wrong else ""


def _short(value: Any) -> str:
    text = told(value)
    return text if len(text) <= 40 else f"{text[:40]}..."


def wrong_keys(card: Card) -> list[str]:
    """The keys of a completed card whose values are absent or impossible.

    Args:
      card: classes (names, in the order of the probabilities), size (side of the input, pixels),
        mean and std (RGB in [0, 1]), family, width and frozen_stages of the backbone and the fields
        of its family, method, precision (type of the computation), grey (the training images had
        no colours), resample (how images of another size are resized), and of some exports
        temperature and balance_power. Other keys are allowed.

    Returns:
      The wrong keys.
    """
    wrong = [key for key, is_right in _RIGHT.items() if not is_right(card.get(key))]
    wrong += [key for key, is_right in _RIGHT_IF_THERE.items() if not is_right(card.get(key, 1))]
    if "family" in wrong:
        return wrong
    choices = FAMILIES[card["family"]].choices
    wrong += [key for key, allowed in choices.items() if not _is_one_of(card.get(key), allowed)]
    if not wrong and card["frozen_stages"] >= backbones.make(card).stages:
        wrong.append("frozen_stages")
    return wrong


def without_run(card: Card) -> Card:
    """The card without what binds a checkpoint to its run: what an exported network says."""
    return {key: value for key, value in card.items() if key not in OF_RUN}


def _is_one_of(value: Any, allowed: tuple[int | str, ...]) -> bool:
    return any(type(value) is type(choice) and value == choice for choice in allowed)
