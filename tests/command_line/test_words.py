import pytest

from lanet_jax.command_line.words import counted, some


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 faces"), (1, "1 face"), (2, "2 faces"), (1200, "1,200 faces")]
)
def test_one_is_singular(number, text):
    assert counted(number, "face") == text


def test_the_first_few_are_named_and_the_rest_counted():
    assert some(iter("abcde")) == "a, b, c, d and 1 more"
    assert some("ab", 2) == "a, b" and some("ab", 1) == "a and 1 more"
