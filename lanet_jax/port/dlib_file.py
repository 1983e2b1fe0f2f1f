"""Reads the layers of a network serialised by dlib; nothing in the file is executed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lanet_jax.errors import UserError

_LARGEST = 1 << 28  # entries of a tensor; a file that claims more is damaged


@dataclass(frozen=True)
class Convolution:
    """A convolution, dlib's layer `con_4`.

    Attributes:
      kernel: filters, inputs, rows, columns.
      bias: addend of each filter.
    """

    kernel: Float[np.ndarray, "O I h w"]
    bias: Float[np.ndarray, " O"]


@dataclass(frozen=True)
class Affine:
    """A factor and an addend for each channel, dlib's layer `affine_`.

    Attributes:
      scale: factor of each channel.
      shift: addend of each channel.
    """

    scale: Float[np.ndarray, " D"]
    shift: Float[np.ndarray, " D"]


@dataclass(frozen=True)
class FullyConnected:
    """A fully connected layer without bias, dlib's layer `fc_2`.

    Attributes:
      kernel: weights, a row for each input.
    """

    kernel: Float[np.ndarray, "I O"]


Layer = Convolution | Affine | FullyConnected


def read(data: bytes, where: str) -> list[Layer]:
    """Reads the layers that have weights, in the order of the file: from the input to the loss.

    Everything between them, such as the names of layers without weights, is skipped.

    Args:
      data: the whole file.
      where: the file, for errors.

    Returns:
      At least one layer.

    Raises:
      UserError: it holds no such layer, or one that is truncated or inconsistent.
    """
    reader, layers = _Reader(data), list[Layer]()
    try:
        while name := reader.find(_READERS):
            layers.append(_READERS[name](reader))
    except (IndexError, ValueError, OverflowError) as error:
        raise UserError(
            f"{where}: damaged, or not a network of dlib's: layer {len(layers) + 1} cannot be read "
            f"({error}); fetch the file again"
        ) from None
    if not layers:
        raise UserError(
            f"{where}: not a network of dlib's: it holds no layer con_4, affine_ or fc_2"
        )
    return layers


class _Reader:
    """Reads values from a position in the file."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def find(self, names: dict[bytes, Callable]) -> bytes:
        """Moves behind the next of some names and returns it; b"" at the end."""
        # A name is the packed length of its length, the length, and the name.
        found = {n: self._data.find(bytes([1, len(n)]) + n, self._at) for n in names}
        there = {name: at for name, at in found.items() if at >= 0}
        if not there:
            return b""
        name = min(there, key=there.__getitem__)
        self._at = there[name] + 2 + len(name)
        return name

    def integer(self) -> int:
        """A packed integer: number of bytes and sign, then the bytes, little endian."""
        head = self._take(1)[0]
        value = int.from_bytes(self._take(head & 0x0F), "little")
        return -value if head & 0x80 else value

    def tensor(self) -> Float[np.ndarray, " _"]:
        """A tensor: version, four sizes, then its numbers as float32."""
        version = self.integer()
        if version != 2:
            raise ValueError(f"version {version} of a tensor, not 2")
        sizes = [self.integer() for _ in range(4)]
        count = np.prod([float(size) for size in sizes])
        if min(sizes) < 0 or count > _LARGEST:
            raise ValueError(f"a tensor of sizes {sizes}")
        return np.frombuffer(self._take(4 * int(count)), "<f4")

    def _take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise ValueError("the file ends early")
        self._at += count
        return taken


def _convolution(reader: _Reader) -> Convolution:
    numbers = reader.tensor()
    filters, rows, columns, *_ = (reader.integer() for _ in range(7))  # then stride and padding
    if min(filters, rows, columns) < 1:
        raise ValueError(f"{filters} filters of {rows} x {columns}")
    bias = numbers[len(numbers) - filters :]
    kernel = numbers[: len(numbers) - filters].reshape(filters, -1, rows, columns)
    return Convolution(kernel, bias)


def _affine(reader: _Reader) -> Affine:
    scale, shift = reader.tensor().reshape(2, -1)
    return Affine(scale, shift)


def _fully_connected(reader: _Reader) -> FullyConnected:
    # In other versions of dlib the sizes follow the version of the layer's own settings.
    outputs, inputs = reader.integer(), reader.integer()
    return FullyConnected(reader.tensor().reshape(inputs, outputs))


_READERS: dict[bytes, Callable[[_Reader], Layer]] = {
    b"con_4": _convolution,
    b"affine_": _affine,
    b"fc_2": _fully_connected,
}
