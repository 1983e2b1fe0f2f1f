"""What the tests of checkpoints save: a card, a method's inference part; and how it breaks."""

import jax
import jax.numpy as jnp
import numpy as np

from lanet_jax.state import TrainState

CARD = {
    "classes": ["a"],
    **{"size": 8, "mean": [0.5] * 3, "std": [0.2] * 3},
    **{"depth": 18, "width": 4, "stem": "small", "method": "ce"},
}


class Method:
    inference = ("net",)


def like(tree):
    """What a tree of arrays is restored as, on one device."""
    where = jax.sharding.SingleDeviceSharding(jax.devices()[0])
    return jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=where), tree)


def state(step):
    noise = np.random.default_rng(step).normal(size=(50, 40)).astype(np.float32)
    return TrainState(
        step=jnp.int32(step),
        params={"kernel": jnp.asarray(noise)},
        model_state={"bank": jnp.full((3, 2), float(step))},
        opt_state=jnp.zeros(2),
        key=jax.random.key(0),
    )


def same(found, step):
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(state(step)), strict=True):
        if jnp.issubdtype(a.dtype, jax.dtypes.prng_key):
            a, b = jax.random.key_data(a), jax.random.key_data(b)
        np.testing.assert_array_equal(a, b)


def truncate(step):
    for path in step.rglob("*"):
        if path.is_file() and "ocdbt" not in path.name:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def without_card(step):
    (step / "card" / "metadata").write_bytes(b"")
