"""Joins several prepared datasets into one training set."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from lanet_jax.classes import is_in_order
from lanet_jax.errors import UserError
from lanet_jax.input.memory import Memory
from lanet_jax.input.records import Landmarks, Records


class Described(Protocol):
    """What `Records`, and a prepared dataset before it is read, say of themselves."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, in canonical order."""

    @property
    def landmarks(self) -> int:
        """Number of landmarks, L."""

    @property
    def scheme(self) -> str:
        """Name of the landmark scheme."""


def check_classes(described: Mapping[str, Described]) -> None:
    """Refuses datasets that do not have the same classes.

    Args:
      described: datasets by name.

    Raises:
      UserError: classes differ.
    """
    (first, one), *others = described.items()
    for name, other in others:
        if other.classes != one.classes:
            raise UserError(
                f"{name} has classes {', '.join(other.classes)}, {first} has "
                f"{', '.join(one.classes)}: "
                f"{_advice({first: one.classes, name: other.classes})}"
            )


def _advice(classes: Mapping[str, tuple[str, ...]]) -> str:
    """How to make two datasets, or two variants of one, have the same classes."""
    if len(set(map(frozenset, classes.values()))) == 1:
        wrong = [name for name, own in classes.items() if not is_in_order(own)]
        return (
            f"the same classes in another order: prepare {' and '.join(wrong or classes)} again, "
            "with a reader that lists expressions in the order of lanet_jax.classes.EXPRESSIONS"
            + ("" if wrong else " and other classes in one order")
        )
    if len({name.partition("/")[0] for name in classes}) == 1:
        return "set --config.data.train and --config.data.test to the same variant"
    return (
        "if only one of them is meant, name it in both --config.data.train and "
        "--config.data.test, as in --config.data.test=\"('NAME',)\"; otherwise prepare both with "
        "the same classes (--classes 7 leaves contempt out of FERPlus and AffectNet, --classes "
        "WRITTEN=CLASS renames one of a folder)"
    )


def check_schemes(described: Mapping[str, Described]) -> None:
    """Refuses datasets to be mixed that do not have the same landmarks.

    Args:
      described: datasets by name.

    Raises:
      UserError: the landmark schemes differ, or some have landmarks and others not.
    """
    (first, one), *others = described.items()
    for name, other in others:
        if (other.landmarks, other.scheme) != (one.landmarks, one.scheme):
            raise UserError(
                f"{name} has {_landmarks(other)}, {first} has {_landmarks(one)}: to mix them, "
                "prepare both with landmark files of one scheme"
            )


def _landmarks(of: Described) -> str:
    return f"{of.landmarks} landmarks ({of.scheme})" if of.landmarks else "no landmarks"


def concatenate(named: Mapping[str, Records]) -> Records:
    """Concatenates datasets (the mixed set of the paper's Table 4).

    Args:
      named: records of datasets with the same classes and landmark scheme, by name.

    Returns:
      All of them, the first dataset's first.

    Raises:
      UserError: classes or landmark schemes differ.
    """
    check_classes(named)
    check_schemes(named)
    parts = list(named.values())
    first = parts[0]
    if len(parts) == 1:
        return first
    offsets = np.cumsum([0] + [len(part.sources) for part in parts[:-1]])
    return dataclasses.replace(
        first,
        sources=sum((part.sources for part in parts), ()),
        source=np.concatenate([p.source + o for p, o in zip(parts, offsets, strict=True)]),
        position=np.concatenate([part.position for part in parts]),
        names=sum((part.names for part in parts), ()),
        labels=np.concatenate([part.labels for part in parts]),
        votes=None,
        vote_names=(),
        digests=_joined([part.digests for part in parts]),
        stored=_joined([part.stored for part in parts]),
        memory=Memory(sum(len(part) for part in parts)),
        marks=None
        if first.marks is None
        else Landmarks(*map(np.concatenate, zip(*(part.marks for part in parts), strict=True))),
    )


def _joined(columns: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """One column of all parts; None where a part has none."""
    known = [column for column in columns if column is not None]
    return np.concatenate(known) if len(known) == len(columns) else None
