"""The 3x3 max-pool with stride 2 of the backbones' stems."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

SIDE, STRIDE = 3, 2
_WINDOW = tuple((dy, dx) for dy in range(SIDE) for dx in range(SIDE))


def max_pool(x: Float[Array, "B H W D"], padding: int) -> Float[Array, "B h w D"]:
    """The largest value of each window; the gradient goes to the first of equal values.

    It is computed from nine strided slices. The gradient of `reduce_window` would be a scalar loop
    on CPU and a scatter on GPU, and that of `maximum` would keep every slice for the backward pass;
    this keeps one byte for each pooled value.

    Args:
      x: map of a stage, channels last.
      padding: pixels added on each side, smaller than any value.

    Returns:
      The map at about half the size.
    """
    return _max_pool(x, padding, x.shape[1:3])


@functools.partial(jax.custom_vjp, nondiff_argnums=(1, 2))
def _max_pool(x: jax.Array, padding: int, size: tuple[int, int]) -> jax.Array:
    return _forward(x, padding, size)[0]


def _forward(x: jax.Array, padding: int, size: tuple[int, int]) -> tuple[jax.Array, jax.Array]:
    edges = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    padded = jnp.pad(x, edges, constant_values=-jnp.inf)
    height, width = ((side + 2 * padding - SIDE) // STRIDE * STRIDE + 1 for side in size)
    pooled, place = None, None
    for number, (dy, dx) in enumerate(_WINDOW):
        slices = padded[:, dy : dy + height : STRIDE, dx : dx + width : STRIDE]
        if pooled is None:
            pooled, place = slices, jnp.zeros(slices.shape, jnp.uint8)
        else:
            place = jnp.where(slices > pooled, jnp.uint8(number), place)  # type: ignore[arg-type]  # there with `pooled`
            pooled = jnp.maximum(pooled, slices)
    return pooled, place  # type: ignore[return-value]  # the window is not empty


def _backward(
    padding: int, size: tuple[int, int], place: jax.Array, gradient: jax.Array
) -> tuple[jax.Array]:
    total: Any = 0
    for number, offsets in enumerate(_WINDOW):
        part = jnp.where(place == number, gradient, 0)
        edges = []
        for offset, side, pooled in zip(offsets, size, place.shape[1:3], strict=True):
            before = offset - padding
            # Puts the slice's pixels back at every second position of the map.
            edges.append((before, side - before - STRIDE * (pooled - 1) - 1, STRIDE - 1))
        total += jax.lax.pad(part, jnp.zeros((), part.dtype), ((0, 0, 0), *edges, (0, 0, 0)))
    return (total,)


_max_pool.defvjp(_forward, _backward)
