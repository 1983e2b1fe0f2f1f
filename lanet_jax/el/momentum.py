"""The slowly moving copy of the networks that computes the keys (MoCo)."""

import jax
import jax.numpy as jnp

from lanet_jax.typing import PyTree


def init(params: PyTree) -> PyTree:
    """A copy of the parameters.

    Args:
      params: of the query networks.

    Returns:
      The key networks' parameters.
    """
    return jax.tree.map(jnp.array, params)


def update(copy: PyTree, params: PyTree, momentum: float) -> PyTree:
    """copy <- momentum * copy + (1 - momentum) * params, without gradient.

    Source: He et al., "Momentum Contrast", CVPR 2020, eq. 2.

    Args:
      copy: the key networks' parameters.
      params: the query networks' parameters, of the same structure.
      momentum: m.

    Returns:
      The moved copy.
    """
    params = jax.lax.stop_gradient(params)
    moved = jax.tree.map(lambda k, q: momentum * k + (1 - momentum) * q, copy, params)
    # On a GPU the convolutions turn their kernels. Fused with that, the update would not work in
    # place, and every kernel would be copied.
    return jax.lax.optimization_barrier(moved)
