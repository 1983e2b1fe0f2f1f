"""Joins several prepared datasets into one training set."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from lanet_jax.errors import UserError
from lanet_jax.input.memory import Memory
from lanet_jax.input.records import Landmarks, Records


def concatenate(parts: Sequence[Records]) -> Records:
    """Concatenates datasets (the mixed set of the paper's Table 4).

    Args:
      parts: records of datasets with the same classes and landmark scheme.

    Returns:
      All of them, the first dataset's first.

    Raises:
      UserError: classes or landmark schemes differ.
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    for part in parts[1:]:
        if part.classes != first.classes:
            raise UserError(
                f"mixed datasets must have the same classes: {', '.join(first.classes)} and "
                f"{', '.join(part.classes)}; prepare them with the same --classes"
            )
        if (part.landmarks, part.scheme) != (first.landmarks, first.scheme):
            raise UserError(
                f"mixed datasets must have one landmark scheme: {first.scheme or 'none'} and "
                f"{part.scheme or 'none'}; prepare them with landmark files of one scheme"
            )
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
        digests=None
        if any(part.digests is None for part in parts)
        else np.concatenate([part.digests for part in parts]),
        memory=Memory(sum(len(part) for part in parts)),
        marks=None
        if first.marks is None
        else Landmarks(*map(np.concatenate, zip(*(part.marks for part in parts), strict=True))),
    )
