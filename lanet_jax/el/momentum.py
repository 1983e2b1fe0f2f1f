"""The slowly moving copy of the networks that computes the keys (MoCo)."""

import jax
import jax.numpy as jnp

from lanet_jax.typing import PyTree


def init(params: PyTree) -> PyTree:
    """A copy of the parameters.

    Args:
      params: parameters of the query networks.

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
      momentum: m, near 1.

    Returns:
      The moved copy.
    """
    params = jax.lax.stop_gradient(params)
    return jax.tree.map(lambda k, q: momentum * k + (1 - momentum) * q, copy, params)
