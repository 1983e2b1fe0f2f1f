import dataclasses

import pytest

from lanet_jax.audit.options import Options
from lanet_jax.errors import UserError


@pytest.mark.parametrize("few", [{"limit": 0}, {"neighbors": 0}, {"candidates": 1}])
def test_too_few_are_refused(few):
    with pytest.raises(UserError, match="must be 1 or more, --candidates 2 or more"):
        Options(**few)


def test_a_shard_keeps_them_by_name():
    asked = Options("margin", 7, 3, 90)
    others = {"version": "0", "split": "", "known": ["anger"]}
    assert Options.read({**others, **asked.settings}) == asked
    assert list(asked.settings) == [field.name for field in dataclasses.fields(Options)]
    assert Options.read(others) == Options()
