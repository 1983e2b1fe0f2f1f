import jax
import jax.numpy as jnp
import numpy as np

from lanet_jax.ops import linear


def test_apply_is_a_matrix_and_a_bias():
    params = {"kernel": jnp.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), "bias": jnp.arange(3.0)}
    out = linear.apply(params, jnp.array([[[1.0, 0.0]], [[-1.0, 2.0]]]))
    np.testing.assert_array_equal(out, [[[1, 3, 5]], [[7, 9, 11]]])


def test_starts_as_torch_does():
    params = linear.init(jax.random.key(0), 25, 400)
    assert {name: leaf.shape for name, leaf in params.items()} == {
        "kernel": (25, 400),
        "bias": (400,),
    }
    for leaf in params.values():  # uniform in +-1/sqrt(25)
        assert -0.2 <= leaf.min() < -0.19 and 0.19 < leaf.max() <= 0.2
        assert abs(leaf.std() - 0.2 / np.sqrt(3)) < 0.01


def test_the_key_decides():
    one, same, other = (linear.init(jax.random.key(seed), 3, 2) for seed in (0, 0, 1))
    jax.tree.map(np.testing.assert_array_equal, one, same)
    assert not np.isin(one["bias"], one["kernel"]).any()  # each has a key of its own
    for name in one:
        assert not np.allclose(one[name], other[name])
