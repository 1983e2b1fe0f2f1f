import pytest

from lanet_jax.command_line.words import counted


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 faces"), (1, "1 face"), (2, "2 faces"), (1200, "1,200 faces")]
)
def test_one_is_singular(number, text):
    assert counted(number, "face") == text
