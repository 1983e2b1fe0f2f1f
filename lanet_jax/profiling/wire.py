"""Encodes protocol buffers without their schema: the few fields that extend a trace.

Source: the wire format, https://protobuf.dev/programming-guides/encoding. A trace's messages are
public and stable, but the packages that ship their classes are TensorFlow or a viewer, far too
heavy for a training run.
"""


def encode(number: int, value: int | str | bytes) -> bytes:
    """Serializes one field: a varint, a string or an embedded message."""
    if isinstance(value, int):
        return _encode_varint(number << 3) + _encode_varint(value)
    if isinstance(value, str):
        value = value.encode()
    return _encode_varint(number << 3 | 2) + _encode_varint(len(value)) + value


def _encode_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
