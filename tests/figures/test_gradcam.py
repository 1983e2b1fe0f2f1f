import types

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.figures.gradcam import grad_cam
from lanet_jax.figures.style import NotDrawnError
from lanet_jax.methods.ce import CE
from lanet_jax.methods.method import Example
from lanet_jax.models.classifiers import Classifier, global_average
from lanet_jax.models.resnet import BasicBlock, ResNet
from lanet_jax.models.stages import Stage
from tests import plain_family

METHOD = CE(Classifier(ResNet(width=4, stem="small"), 3))


def _shapes(side):
    images = jnp.zeros((2, side, side, 3))
    params, state = jax.eval_shape(
        METHOD.init, jax.random.key(0), Example(images, jnp.zeros(2, jnp.int32))
    )
    return jax.eval_shape(lambda *x: grad_cam(METHOD, *x), params, state, images)


@pytest.mark.parametrize(("side", "expected"), [(96, 6), (48, 6), (32, 8), (8, 4)])
def test_the_last_map_that_is_fine_enough(side, expected):
    p, heat = _shapes(side)
    assert p.shape == (2, 3)
    assert heat.shape == (2, expected, expected)


def test_a_network_without_stages_has_no_maps():
    method = CE(Classifier(plain_family.Plain(4), 3))
    example = Example(jnp.zeros((2, 16, 16, 3)), jnp.zeros(2, jnp.int32))
    params, state = jax.eval_shape(method.init, jax.random.key(0), example)
    with pytest.raises(NotDrawnError, match=r"only backbones of models\.stages\.Stage"):
        jax.eval_shape(lambda *x: grad_cam(method, *x), params, state, example.images)


class _Net(nn.Module):
    """One stage, an average and one layer."""

    @nn.compact
    def __call__(self, x):
        x = Stage(BasicBlock, 1, 4, 1, jnp.float32, name="layer1")(x, False)
        return nn.Dense(3, name="fc")(global_average(x)), x


def test_where_one_layer_follows_the_average_it_is_the_class_activation_map():
    """Selvaraju et al. 2017, section 3.1."""
    images = jax.random.normal(jax.random.key(1), (2, 6, 6, 3))
    variables = _Net().init(jax.random.key(0), images)

    def predict(params, model_state, images):
        return _Net().apply({"params": params, "batch_stats": model_state}, images)

    method = types.SimpleNamespace(predict=predict)
    p, heat = grad_cam(method, variables["params"], variables["batch_stats"], images)
    logits, maps = _Net().apply(variables, images)
    np.testing.assert_allclose(p, jax.nn.softmax(logits), rtol=1e-5)
    kernel = np.asarray(variables["params"]["fc"]["kernel"])
    for i, c in enumerate(np.argmax(logits, axis=1)):
        expected = np.maximum(np.asarray(maps[i]) @ kernel[:, c], 0)
        assert expected.max() > 0
        np.testing.assert_allclose(heat[i], expected / expected.max(), atol=1e-5)
