"""Turns annotator votes into distributions over the classes."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.input.records import Records


def shares(
    votes: Int[np.ndarray, "N V"], vote_names: Sequence[str], classes: Sequence[str]
) -> Float[np.ndarray, "N C"]:
    """The shares of the votes that name a class.

    Votes for anything else are dropped before the shares are taken: FERPlus' `unknown` and `NF`
    (not a face) name no expression, and without `contempt` its votes name no class.

    Args:
      votes: number of annotators who chose each option.
      vote_names: name of each column of `votes`.
      classes: class names; a class without a column has no votes.

    Returns:
      Distributions; nan for a record without a vote for any class.
    """
    column = {name: i for i, name in enumerate(vote_names)}
    counts = np.zeros((len(votes), len(classes)))
    for c, name in enumerate(classes):
        if name in column:
            counts[:, c] = votes[:, column[name]]
    total = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)


def of_records(records: Records) -> Float[np.ndarray, "N C"] | None:
    """The `shares` of the records' votes; None where the data has no votes."""
    if records.votes is None:
        return None
    return shares(records.votes, records.vote_names, records.classes)
