"""A tiny LA-Net and a batch for it."""

import dataclasses
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.methods.lanet import EL, LDE, LANet
from lanet_jax.methods.method import Example
from lanet_jax.models.landmarks import LandmarkNet
from lanet_jax.models.resnet import Classifier, ResNet
from lanet_jax.models.two_branch import TwoBranch

B, C, L, N, SIDE = 8, 7, 5, 24, 16
KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default


@pytest.fixture(scope="session")
def build() -> Callable[..., LANet]:
    """A LA-Net with some settings changed."""

    def make(head: str = "coordinates", trunk: str = "separate", **changes: object) -> LANet:
        lde = LDE("both", 3, 0.9, True, False)
        el = EL(True, "pseudo", 0.7, 0.1, 0.999, 16, 4, True)
        first_stage = 2 if trunk == "shared_stem" else 1
        network = TwoBranch(
            Classifier(ResNet(width=4, stem="small"), C),
            LandmarkNet(ResNet(width=4, stem="small", first_stage=first_stage), head, L, 4),
        )
        parts = []
        for part in (lde, el):
            names = {field.name for field in dataclasses.fields(part)} & set(changes)
            parts.append(dataclasses.replace(part, **{name: changes.pop(name) for name in names}))
        return LANet(network, *parts, **{"alpha": 0.7, "beta": 0.3, **changes})

    return make


@pytest.fixture(scope="session")
def example() -> Example:
    """Labels of 22 records, padded to 24."""
    labels = np.append(np.random.default_rng(0).integers(0, C, N - 2), [-1, -1])
    return Example(jnp.zeros((B, SIDE, SIDE, 3)), jnp.array(labels))


@pytest.fixture(scope="session")
def batches(example: Example) -> list[dict]:
    """Two batches; record 3 stands twice in the first, and some landmarks are unknown."""
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
