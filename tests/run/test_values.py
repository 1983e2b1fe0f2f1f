import pytest

from lanet_jax.run.values import told


@pytest.mark.parametrize(
    ("value", "text"),
    [("", "none"), ([], "none"), ((), "none"), (0, "0"), (False, "False"), ("a", "a")],
)
def test_what_is_empty_is_none(value, text):
    assert told(value) == text


def test_several_values():
    assert told(["demo", "rafdb"]) == told(("demo", "rafdb")) == "demo, rafdb"
