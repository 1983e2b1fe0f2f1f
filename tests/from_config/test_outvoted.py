import numpy as np
import pytest

from configs import rafdb
from lanet_jax.from_config import config, outvoted

CLASSES = ("anger", "fear", "joy", "awe")


def note(few=4, **changes):
    c = rafdb.get_config()
    c.update_from_flattened_dict(changes)
    given = np.repeat([0, 1, 2], [few, 5, 20])  # nobody is awed
    return outvoted.note(config.resolve(c), CLASSES, given)


def test_classes_that_are_never_most_of_the_neighbours_are_named():
    # Of 8 neighbours 3 others are fewer than half, 4 are not.
    assert note().startswith("note: anger (4): classes with so few records")
    assert note(**{"lde.neighbors": 9}).startswith("note: anger (4), fear (5): ")
    assert "most of the 32 neighbours" in note(**{"lde.neighbors": 32})
    assert note(**{"lde.neighbors": 6}) == ""


def test_the_advice_is_one_that_helps():
    assert "take --config.lde.neighbors=8, add records" in note(**{"lde.neighbors": 9}, few=5)
    # Fewer neighbours than the paper's would be for all records, because of a few.
    told = note(**{"lde.neighbors": 32})
    assert "--config.lde.neighbors" not in told
    assert "; add records of these classes, leave them out, or join them" in told
    counts = np.array([0, 1, 1, 1, 1, 1])  # one record of the first class
    c = rafdb.get_config()
    told = outvoted.note(config.resolve(c), ("a", "b"), counts)
    assert told.startswith("note: a (1)") and "--config.lde.neighbors" not in told


@pytest.mark.parametrize("changes", [{"method": "ce"}, {"lde.spaces": "none"}])
def test_without_neighbours_nothing_is_said(changes):
    assert note(**changes, **{"lde.neighbors": 32}) == ""
