"""Affine layers as batch normalisations: the same function, by any statistics."""

import functools

import jax
import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.models.face29 import Face29
from lanet_jax.models.normalization import EPSILON
from lanet_jax.port import face29, statistics
from lanet_jax.port.dlib_file import Affine, Convolution, FullyConnected


@pytest.fixture(scope="module")
def layers():
    """Random layers of the published shapes, about keeping the scale of the maps."""
    rng = np.random.default_rng(0)

    def draw(shape):
        if len(shape) == 4:
            kernel = rng.standard_normal(shape) / np.prod(shape[1:]) ** 0.5
            return Convolution(kernel.astype(np.float32), rng.normal(size=shape[0]))
        if len(shape) == 2:
            return FullyConnected(rng.standard_normal(shape))
        return Affine(rng.uniform(0.5, 1, shape), rng.normal(size=shape))

    return [draw(shape) for _, shape in face29._expected()]


@functools.cache
def compiled():
    network = Face29(32, 14)
    return jax.jit(
        lambda params, stats, x: network.apply({"params": params, "batch_stats": stats}, x, False)
    )


def test_a_normalisation_is_the_convolution_bias_and_the_affine_layer(layers):
    known = statistics.bundled()
    params, stats = face29.convert(layers, known, "x")
    con, affine = layers[:2]
    x = np.random.default_rng(1).normal(size=32)
    mean, var = stats["bn1"]["mean"], stats["bn1"]["var"]
    np.testing.assert_allclose(mean, known.mean[:32], rtol=1e-6)
    found = (x - mean) / np.sqrt(var + EPSILON) * params["bn1"]["scale"] + params["bn1"]["bias"]
    np.testing.assert_allclose(found, affine.scale * (x + con.bias) + affine.shift, rtol=1e-4)
    np.testing.assert_array_equal(
        params["conv1"]["kernel"], np.moveaxis(con.kernel, (0, 1), (3, 2))
    )
    np.testing.assert_allclose(params["fc"]["kernel"], layers[-1].kernel, rtol=1e-6)
    last = params["layer5"]["0"]["bn2"]["bias"]
    expected = layers[-2].shift + layers[-2].scale * (layers[-3].bias + known.mean[-256:])
    np.testing.assert_allclose(last, expected, rtol=1e-5, atol=1e-5)


def test_the_function_is_the_same_by_any_statistics_and_measuring_finds_them(layers):
    images = np.random.default_rng(2).normal(size=(2, 32, 32, 3)).astype(np.float32)
    plain = face29.convert(layers, face29.plain(), "x")
    expected = compiled()(*plain, images)
    for known in (statistics.bundled(), face29.measure(*plain, images, batch=1)):
        for ours, theirs in zip(
            compiled()(*face29.convert(layers, known, "x"), images), expected, strict=True
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)
    kernel = plain[0]["conv1"]["kernel"]
    convolved = jax.lax.conv_general_dilated(
        images, kernel, (2, 2), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    np.testing.assert_allclose(known.mean[:32], convolved.mean((0, 1, 2)), atol=1e-5)
    np.testing.assert_allclose(known.var[:32], convolved.var((0, 1, 2)), rtol=1e-3)


def test_other_layers_are_refused(layers):
    for changed in (layers[:-1], [layers[1], layers[0], *layers[2:]], []):
        with pytest.raises(UserError, match=r"^x: not dlib's face network: its"):
            face29.convert(changed, face29.plain(), "x")


def test_the_bundled_statistics_are_of_every_channel_and_positive():
    known = statistics.bundled()
    assert known.mean.shape == known.var.shape == face29.plain().mean.shape == (3552,)
    assert known.var.min() > 1e-5 and np.abs(known.mean).max() < 2
