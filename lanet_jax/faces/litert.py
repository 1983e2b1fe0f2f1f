"""Runs a model file by LiteRT on one core."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from lanet_jax.errors import UserError


class Network:
    """A network with one square RGB image as its input.

    Args:
      path: the `.tflite` file.
      low: the network's input value for black; white is 1.

    Raises:
      UserError: LiteRT is not installed, or cannot read the file.
    """

    def __init__(self, path: Path, low: float) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError:
            raise UserError(
                "faces are found by LiteRT, which is not installed: pip install 'lanet_jax[faces]'"
            ) from None
        try:
            with _silent():
                self._interpreter = Interpreter(str(path), num_threads=1)
                self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise UserError(f"{path} cannot be run: {str(error).splitlines()[0]}") from None
        (details,) = self._interpreter.get_input_details()
        self._input = details["index"]
        self._outputs = [output["index"] for output in self._interpreter.get_output_details()]
        self._low = low
        self.side = int(details["shape"][1])

    def __call__(
        self, image: UInt8[np.ndarray, "side side 3"]
    ) -> tuple[Float[np.ndarray, "..."], ...]:
        """The network's outputs, without the batch axis."""
        scaled = image.astype(np.float32) * np.float32((1 - self._low) / 255) + np.float32(
            self._low
        )
        self._interpreter.set_tensor(self._input, scaled[None])
        self._interpreter.invoke()
        return tuple(self._interpreter.get_tensor(output)[0] for output in self._outputs)


_stderr = threading.Lock()


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    # LiteRT announces its delegate on the process's stderr, past Python, in every worker.
    with _stderr:  # two threads at once would leave it closed for good
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
