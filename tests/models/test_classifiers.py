"""Pooling, which every classifier but RUL's shares."""

import jax.numpy as jnp
import numpy as np

from lanet_jax.models.classifiers import global_average


def test_features_are_the_mean_of_a_map_in_float32():
    features = global_average(jnp.arange(8.0, dtype=jnp.bfloat16).reshape(1, 2, 2, 2))
    np.testing.assert_array_equal(features, [[3.0, 4.0]])
    assert features.dtype == jnp.float32
