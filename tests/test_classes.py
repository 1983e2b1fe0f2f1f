import pytest

from lanet_jax import classes


@pytest.mark.parametrize("text", ["nan", "NaN", "", " ", "<NA>", "null"])
def test_what_spreadsheets_write_for_nothing(text):
    assert classes.is_blank(text)
