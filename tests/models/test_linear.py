"""The fully connected layer: torch's product, and torch's start."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.models.classifiers import (
    Classifier,
    Embedding,
    EmbeddingClassifier,
    ImportanceClassifier,
)
from lanet_jax.models.landmarks import LandmarkNet
from lanet_jax.models.linear import TORCH_KERNEL, Linear
from tests.models.flat import Flat

KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default


def test_a_product_and_a_bias():
    params = {"kernel": jnp.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), "bias": jnp.array([7, 8])}
    out = Linear(2).apply({"params": params}, jnp.array([[1.0, 0.0, 2.0]]))
    np.testing.assert_array_equal(out, [[18, 22]])


def spread(values, bound):
    """A uniform distribution in +-bound: nothing beyond, and its standard deviation."""
    assert np.abs(values).max() <= bound
    np.testing.assert_allclose(np.std(values), bound / np.sqrt(3), rtol=0.05)
    assert abs(np.mean(values)) < 0.05 * bound


def test_it_starts_uniform_in_one_over_the_root_of_its_inputs():
    params = Linear(2000).init(KEY, jnp.zeros((1, 25)))["params"]
    for name, shape in (("kernel", (25, 2000)), ("bias", (2000,))):
        assert params[name].shape == shape
        spread(np.array(params[name]), 0.2)


def test_a_convolution_counts_what_goes_into_a_place():
    spread(np.array(TORCH_KERNEL(KEY, (1, 1, 25, 2000))), 0.2)


def test_torch_starts_so():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    spread(torch.nn.Linear(25, 2000).weight.detach().numpy(), 0.2)
    spread(torch.nn.Linear(25, 2000).bias.detach().numpy(), 0.2)
    spread(torch.nn.Conv2d(25, 2000, 1, bias=False).weight.detach().numpy(), 0.2)


@pytest.mark.parametrize(
    ("network", "layers"),
    [
        (Classifier(Flat(), 7), {"fc"}),
        (ImportanceClassifier(Flat(), 7), {"fc", "importance"}),
        (EmbeddingClassifier(Flat(), Embedding(), 7), {"fc", "mu"}),
        (LandmarkNet(Flat(), "coordinates", 5), {"fc"}),
    ],
)
def test_every_network_ends_in_such_layers(network, layers):
    params = network.init(KEY, jnp.zeros((2, 1, 1, 3)), False)["params"]
    assert set(params) == layers
    for name in layers:
        layer = params[name].get("linear", params[name])
        assert (
            layer["bias"].any()
            and jnp.abs(layer["kernel"]).max() <= layer["kernel"].shape[0] ** -0.5
        )
