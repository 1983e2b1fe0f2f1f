import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.models.stages import conv, run_stages


def block(width, stride, dtype, name):
    class Block(nn.Module):
        @nn.compact
        def __call__(self, x, train):
            return conv(width, 3, stride, dtype, "conv")(x)

    return Block(name=name)


class Net(nn.Module):
    numbers: range

    @nn.compact
    def __call__(self, x):
        return run_stages(x, False, self.numbers, block, (2, 1, 1), lambda n: 2 * n, jnp.float32)


@pytest.mark.parametrize(
    ("numbers", "maps", "names"),
    [
        (range(1, 3), [(8, 2), (4, 4)], {"layer1": {"0", "1"}, "layer2": {"0"}}),
        (range(2, 4), [(4, 4), (2, 6)], {"layer2": {"0"}, "layer3": {"0"}}),
    ],
)
def test_a_part_has_the_names_and_widths_of_the_whole(numbers, maps, names):
    found, variables = Net(numbers).init_with_output(jax.random.key(0), jnp.zeros((1, 8, 8, 3)))
    assert [(x.shape[1], x.shape[3]) for x in found] == maps
    assert {name: set(blocks) for name, blocks in variables["params"].items()} == names


@pytest.mark.parametrize(("padding", "side"), [(None, 9), ("VALID", 7), (((0, 1), (0, 1)), 8)])
def test_a_convolution_pads_half_its_window_unless_told(padding, side):
    layer = conv(1, 3, 1, jnp.float32, "conv", padding)
    y, variables = layer.init_with_output(jax.random.key(0), jnp.zeros((1, 9, 9, 1)))
    assert y.shape == (1, side, side, 1) and set(variables["params"]) == {"kernel"}


def test_a_convolution_starts_normal_with_variance_2_over_what_leaves_a_place():
    layer = conv(50, 3, 1, jnp.float32, "conv")
    kernel = layer.init(jax.random.key(0), jnp.zeros((1, 3, 3, 200)))["params"]["kernel"]
    deviation = (2 / (9 * 50)) ** 0.5
    np.testing.assert_allclose(np.std(kernel), deviation, rtol=0.02)
    assert np.abs(kernel).max() > 3.5 * deviation  # its tails are not cut off
