"""A tiny LA-Net and a batch for it; steps of any method on any number of devices."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P

from lanet_jax import state as state_lib
from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.methods.lanet import LANet
from lanet_jax.methods.method import Example, Method
from lanet_jax.models.classifiers import Classifier
from lanet_jax.models.landmarks import LandmarkNet
from lanet_jax.models.resnet import ResNet
from lanet_jax.models.two_branch import TwoBranch
from lanet_jax.train.step import train_step
from tests.lanet_settings import settings

B, C, L, N, SIDE = 8, 7, 5, 24, 16
KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default


@pytest.fixture(scope="session")
def build() -> Callable[..., LANet]:
    """A LA-Net with some settings changed."""

    def make(head: str = "coordinates", trunk: str = "separate", **changes: object) -> LANet:
        first_stage = 2 if trunk == "shared_stem" else 1
        stages = ResNet(width=4, stem="small", first_stage=first_stage)
        landmark = LandmarkNet(stages, head, L, 4) if head else None
        network = TwoBranch(Classifier(ResNet(width=4, stem="small"), C), landmark)
        own = {name: changes.pop(name) for name in ("framed", "label_shares") if name in changes}
        usual = {"neighbors": 3, "queue_size": 16, "projection": 4, "alpha": 0.7, "beta": 0.3}
        return LANet(network, *settings(**{**usual, **changes}), **own)

    return make


@pytest.fixture(scope="session")
def example() -> Example:
    """Labels of 22 records, padded to 24."""
    labels = np.append(np.random.default_rng(0).integers(0, C, N - 2), [-1, -1])
    return Example(jnp.zeros((B, SIDE, SIDE, 3)), jnp.array(labels))


@pytest.fixture(scope="session")
def batches(example: Example) -> list[dict]:
    """Two batches; record 3 is twice in the first, and some landmarks are missing."""
    rng = np.random.default_rng(1)
    both = []
    for ids in ([0, 3, 7, 3, 9, 11, 20, 21], [5, 3, 2, 12, 0, 11, 17, 8]):
        both.append(
            {
                "id": jnp.array(ids),
                "image": jnp.array(rng.normal(size=(B, SIDE, SIDE, 3)), jnp.float32),
                "label": example.labels[jnp.array(ids)],
                "landmarks": jnp.array(rng.uniform(size=(B, L, 2)), jnp.float32),
                "present": jnp.array(rng.uniform(size=(B, L)) < 0.8),
            }
        )
    return both


@pytest.fixture(scope="session")
def initial(build: Callable[..., LANet], example: Example) -> tuple:
    """Parameters and model state of the default method."""
    return build().init(KEY, example)


@pytest.fixture(scope="session")
def train() -> Callable[..., tuple]:
    """Trains a method for three steps: gives the last state, the metrics and the compiled step.

    Images are 32 px, so that the last map has two places in a row; N is in none of the other
    shapes.
    """
    records, side, steps = 1008, 32, 3
    rng = np.random.default_rng(0)
    batches = [
        {
            "id": np.array([*rng.permutation(records)[: B - 1], 3], np.int32),
            "image": rng.normal(size=(B, side, side, 3)).astype(np.float32),
            "mirrored": rng.normal(size=(B, side, side, 3)).astype(np.float32),
            "label": rng.integers(0, C, B).astype(np.int32),
        }
        for _ in range(steps)
    ]
    example = Example(np.zeros((B, side, side, 3), np.float32), np.arange(records) % C)
    optimizer = optax.adam(1e-3)

    @functools.cache
    def start(method: Method) -> state_lib.TrainState:
        init = functools.partial(state_lib.init, method, optimizer)
        return jax.jit(init)(jax.random.key(0), example)

    @functools.cache
    def run(method: Method, devices: int) -> tuple:
        mesh = mesh_lib.make(B, jax.devices()[:devices])
        shardings = state_lib.shardings(mesh, method)
        step = functools.partial(train_step, method, optimizer, lambda key, batch: batch)
        everywhere, by_sample = NamedSharding(mesh, P()), NamedSharding(mesh, P("data"))
        with mesh_lib.use(mesh):
            state = jax.device_put(start(method), shardings, may_alias=False)
            batch = jax.device_put(batches[0], by_sample)
            jitted = jax.jit(step, donate_argnums=0, out_shardings=(shardings, everywhere))
            compiled = jitted.lower(state, batch).compile()
            rows = []
            for batch in batches:
                state, metrics = compiled(state, jax.device_put(batch, by_sample))
                rows.append({name: float(value) for name, value in metrics.items()})
        return jax.device_get(state), rows, compiled

    return run


@pytest.fixture(scope="session")
def agree(train: Callable[..., tuple]) -> Callable[[Method], None]:
    """Checks that eight devices compute what one does."""

    def check(method: Method) -> None:
        (one, expected, _), (many, rows, _) = train(method, 1), train(method, 8)
        for row, wanted in zip(rows, expected, strict=True):
            assert row == pytest.approx(wanted, rel=2e-3, abs=1e-5)
        assert jax.tree.structure(many) == jax.tree.structure(one)
        for found, wanted in zip(
            jax.tree.leaves(many.params), jax.tree.leaves(one.params), strict=True
        ):
            # As in tests/train/test_step.py: a gradient of mere rounding may move either way.
            np.testing.assert_allclose(found, wanted, atol=2 * len(rows) * 1e-3 * 1.01)

    return check
