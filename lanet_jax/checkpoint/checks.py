"""Checks that the tensors of a file are weights, and those of a given network."""

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np

from lanet_jax.errors import UserError


def check_shapes(
    found: Mapping[str, tuple[int, ...]],
    expected: Mapping[str, tuple[int, ...]],
    where: str,
    advice: str,
) -> None:
    """Compares the names and shapes of two sets of tensors.

    Args:
      found: shapes that a file holds, by name.
      expected: shapes that it must hold, by name.
      where: start of the error: the file, and what it was compared with.
      advice: end of the error: what to do.

    Raises:
      UserError: names every missing, extra and wrong-shape tensor.
    """
    missing = [name for name in expected if name not in found]
    extra = [name for name in found if name not in expected]
    wrong = [
        f"{name} is {tuple(found[name])}, not {tuple(shape)}"
        for name, shape in expected.items()
        if name in found and tuple(found[name]) != tuple(shape)
    ]
    lists = (("missing", missing), ("extra", extra), ("wrong shape", wrong))
    problems = [f"{len(names)} {what} ({', '.join(names)})" for what, names in lists if names]
    if problems:
        raise UserError(f"{where}: {'; '.join(problems)}; {advice}")


def check_numbers(tensors: Mapping[str, np.ndarray], source: str) -> None:
    """Refuses tensors that cannot be weights.

    Args:
      tensors: arrays by name; a variance is recognised by the end of its name.
      source: file named in the error.

    Raises:
      UserError: names every tensor that is not floating point, not finite in float32, or a
        negative variance.
    """
    bad = [name for name, value in tensors.items() if not _are_weights(name, value)]
    if bad:
        raise UserError(
            f"{source}: not finite floating-point numbers, or negative variances, in "
            f"{', '.join(bad)}; give the weights of a finished, unquantised training"
        )


def _are_weights(name: str, value: np.ndarray) -> bool:
    if not jnp.issubdtype(value.dtype, jnp.floating):
        return False
    with np.errstate(over="ignore"):
        value = value.astype(np.float32)
    is_variance = name.endswith((".running_var", "/var"))
    return bool(np.isfinite(value).all()) and not (is_variance and (value < 0).any())
