"""Reads the layers of a network that dlib serialised; nothing in the file runs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lanet_jax.errors import UserError

_LARGEST = 1 << 28  # entries of a tensor; what claims more is damaged


@dataclass(frozen=True)
class Convolution:
    """A layer `con_4`.

    Attributes:
      kernel: filters.
      bias: of each filter.
      stride: along y and x.
      padding: along y and x, on both sides.
    """

    kernel: Float[np.ndarray, "O I h w"]
    bias: Float[np.ndarray, " O"]
    stride: tuple[int, int]
    padding: tuple[int, int]


@dataclass(frozen=True)
class Affine:
    """A layer `affine_`: a factor and an addend for each channel.

    Attributes:
      scale: the factors.
      shift: the addends.
    """

    scale: Float[np.ndarray, " D"]
    shift: Float[np.ndarray, " D"]


@dataclass(frozen=True)
class FullyConnected:
    """A layer `fc_2` without bias.

    Attributes:
      kernel: a row for each input.
    """

    kernel: Float[np.ndarray, "I O"]


Layer = Convolution | Affine | FullyConnected


def read(data: bytes, where: str) -> list[Layer]:
    """The layers that have weights, in the order of the file: from the input to the loss.

    What stands between them, such as the names of layers without weights, is passed over.

    Args:
      data: the whole file.
      where: the file, named in the error.

    Returns:
      At least one layer.

    Raises:
      UserError: it holds no such layer, or one that is cut off or contradicts itself.
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
    """A place in the file."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def find(self, names: dict[bytes, Callable]) -> bytes:
        """Goes behind the next of some names and returns it; empty at the end."""
        # A name is the packed length of its length, the length, and the name.
        found = {n: self._data.find(bytes([1, len(n)]) + n, self._at) for n in names}
        there = {name: at for name, at in found.items() if at >= 0}
        if not there:
            return b""
        name = min(there, key=there.__getitem__)
        self._at = there[name] + 2 + len(name)
        return name

    def integer(self) -> int:
        """A packed integer: how many bytes follow, and its sign; the bytes, little endian."""
        head = self._take(1)[0]
        value = int.from_bytes(self._take(head & 0x0F), "little")
        return -value if head & 0x80 else value

    def tensor(self) -> Float[np.ndarray, " _"]:
        """A tensor: version, four sizes, and its numbers as float32."""
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
    filters, rows, columns, down, across, top, left = (reader.integer() for _ in range(7))
    if min(filters, rows, columns) < 1:
        raise ValueError(f"{filters} filters of {rows} x {columns}")
    bias = numbers[len(numbers) - filters :]
    kernel = numbers[: len(numbers) - filters].reshape(filters, -1, rows, columns)
    return Convolution(kernel, bias, (down, across), (top, left))


def _affine(reader: _Reader) -> Affine:
    scale, shift = reader.tensor().reshape(2, -1)
    return Affine(scale, shift)


def _fully_connected(reader: _Reader) -> FullyConnected:
    # The sizes stand behind the version of the layer's own settings in other versions of dlib.
    outputs, inputs = reader.integer(), reader.integer()
    return FullyConnected(reader.tensor().reshape(inputs, outputs))


_READERS: dict[bytes, Callable[[_Reader], Layer]] = {
    b"con_4": _convolution,
    b"affine_": _affine,
    b"fc_2": _fully_connected,
}
