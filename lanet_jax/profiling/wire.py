"""Protocol buffers without their schema: the few fields that a trace is read and extended by.

Source: the wire format, https://protobuf.dev/programming-guides/encoding. A trace's messages are
public and stable, but the packages that ship their classes are TensorFlow or a viewer, far too
heavy for a training run.
"""

from collections.abc import Iterator


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message, in order.

    Args:
      message: serialized.

    Returns:
      Field number, and an integer for varints or the bytes of anything else.

    Raises:
      ValueError: the message is cut short or no message.
    """
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == 2:
            size, at = _varint(message, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError(f"no wire type {kind}")
        if at + size > end:
            raise ValueError("the message is cut short")
        yield number, message[at : at + size]
        at += size


def find(message: bytes, *path: int) -> Iterator[int | bytes]:
    """The values at a path of field numbers, through every repetition on the way."""
    if not path:
        yield message
        return
    for number, value in fields(message):
        if number == path[0]:
            yield from find(value, *path[1:])


def first(message: bytes, *path: int, default: int | bytes = b"") -> int | bytes:
    """The first value at a path of field numbers."""
    return next(find(message, *path), default)


def integers(message: bytes, number: int) -> list[int]:
    """A repeated integer field, packed or not."""
    values = []
    for value in find(message, number):
        if isinstance(value, int):
            values.append(value)
            continue
        at = 0
        while at < len(value):
            item, at = _varint(value, at)
            values.append(item)
    return values


def encode(number: int, value: int | str | bytes) -> bytes:
    """One serialized field: a varint, a text or an embedded message."""
    if isinstance(value, int):
        return _encode_varint(number << 3) + _encode_varint(value)
    if isinstance(value, str):
        value = value.encode()
    return _encode_varint(number << 3 | 2) + _encode_varint(len(value)) + value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message):
            raise ValueError("the message is cut short")
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _encode_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
