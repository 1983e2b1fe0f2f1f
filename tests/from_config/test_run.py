"""What a run is put together from: here, the votes it learns."""

import types

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.from_config import fields, run


def records(votes, names=("happiness", "anger", "unknown")):
    return types.SimpleNamespace(
        votes=votes, vote_names=names, classes=("anger", "happiness"), names=("a.png", "b.png")
    )


def config(targets="votes"):
    c = fields.get_config()
    c.ce.targets, c.data.train = targets, ("mine",)
    return c


def test_votes_are_shares_of_those_for_a_class():
    found = run._votes(config(), records(np.array([[6, 2, 2], [0, 5, 5]])))
    np.testing.assert_allclose(found, [[0.25, 0.75], [1, 0]])
    assert run._votes(config("labels"), records(None)) is None


def test_records_without_votes_are_told_before_training():
    with pytest.raises(UserError, match=r"1 records have no vote for a class, such as b\.png"):
        run._votes(config(), records(np.array([[6, 2, 2], [0, 0, 9]])))
