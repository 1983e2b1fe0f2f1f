"""By which splits a run is judged; tests/run/test_split_names.py has their names."""

import pytest

from lanet_jax.from_config import fields, splits


@pytest.mark.parametrize(
    ("datasets", "names", "judged"),
    [
        (("mine",), ("test",), ["test"]),
        (("a", "b/c"), ("test", "valid"), ["test-a", "valid-b-c"]),
        ((), (), ["holdout"]),
    ],
)
def test_a_run_without_test_data_is_judged_by_what_it_holds_out(datasets, names, judged):
    c = fields.get_config()
    c.data.test, c.data.test_split = datasets, names
    assert splits.judged(c) == judged
