import pytest

from lanet_jax.profiling.wire import encode


# The examples of https://protobuf.dev/programming-guides/encoding, and the edges of a byte.
@pytest.mark.parametrize(
    ("number", "value", "message"),
    [
        (1, 150, b"\x08\x96\x01"),
        (2, "testing", b"\x12\x07testing"),
        (3, b"\x08\x96\x01", b"\x1a\x03\x08\x96\x01"),
        (1, 0, b"\x08\x00"),
        (1, 127, b"\x08\x7f"),
        (1, 128, b"\x08\x80\x01"),
        (16, 1, b"\x80\x01\x01"),
    ],
)
def test_a_field(number, value, message):
    assert encode(number, value) == message
