import pytest

from lanet_jax.profiling import wire


def test_reads_the_documentation_s_examples():
    assert list(wire.fields(b"\x08\x96\x01")) == [(1, 150)]
    assert list(wire.fields(b"\x12\x07testing")) == [(2, b"testing")]
    assert wire.integers(b"\x32\x06\x03\x8e\x02\x9e\xa7\x05", 6) == [3, 270, 86942]


def test_skips_fixed_width_fields():
    message = b"\x09" + bytes(8) + b"\x15" + bytes(4) + b"\x18\x05"
    assert list(wire.fields(message)) == [(1, bytes(8)), (2, bytes(4)), (3, 5)]


def test_finds_through_repetitions():
    inner = [wire.encode(2, text) for text in ("a", "b")]
    message = wire.encode(7, 1) + b"".join(wire.encode(3, part) for part in inner)
    assert list(wire.find(message, 3, 2)) == [b"a", b"b"]
    assert wire.first(message, 7) == 1
    assert wire.first(message, 9, default=4) == 4


@pytest.mark.parametrize("value", [0, 127, 128, 300, 2**40])
def test_encodes_what_it_reads(value):
    assert list(wire.fields(wire.encode(17, value))) == [(17, value)]


@pytest.mark.parametrize("message", [b"\x08\x96", b"\x12\x07test", b"\x09\x00"])
def test_a_message_that_is_cut_short(message):
    with pytest.raises(ValueError, match="cut short"):
        list(wire.fields(message))
