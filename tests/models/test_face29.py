"""dlib's network: its size, its shapes, and where its halved maps are sampled."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.models.face29 import Face29, FaceBlock, average_pool


def shapes(network, size, channels=3):
    image = jax.ShapeDtypeStruct((1, size, size, channels), np.float32)
    key = jax.random.key(0)
    return jax.eval_shape(lambda x: network.init_with_output(key, x, True), image)


def count(tree):
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


@pytest.mark.parametrize(("blocks", "parameters"), [(13, 4_397_600), (14, 5_578_272)])
def test_parameters(blocks, parameters):
    _, variables = shapes(Face29(blocks=blocks), 80)
    assert count(variables["params"]) == parameters


@pytest.mark.parametrize(
    ("size", "truncate", "sides"),
    [
        (150, True, (35, 17, 8, 4, 2)),  # dlib's
        (150, False, (35, 18, 9, 5, 3)),
        (80, False, (18, 9, 5, 3, 2)),
        (48, False, (10, 5, 3, 2, 1)),
    ],
)
def test_shapes_of_the_stages(size, truncate, sides):
    for blocks in (13, 14):
        network = Face29(4, blocks, truncate=truncate)
        maps, variables = shapes(network, size)
        widths = [network.stage_width(stage) for stage in range(1, network.stages + 1)]
        assert widths == [4, 8, 16, 32, 32][: network.stages]
        expected = [(1, s, s, w) for s, w in zip(sides, widths, strict=False)]
        assert [m.shape for m in maps] == expected
        assert {len(p) for p in variables["params"]["layer1"].values()} == {4}  # no shortcut


def test_the_stem_has_no_padding():
    maps, variables = shapes(Face29(4, last_stage=1), 11)
    assert maps[0].shape == (1, 1, 1, 4)
    assert variables["params"]["conv1"]["kernel"].shape == (7, 7, 3, 4)


def test_of_a_weight_file_the_embedding_is_left_out_and_a_fifth_stage_that_is_not_there():
    assert Face29(blocks=14).left_out == ("fc",)
    assert Face29(blocks=13).left_out == ("layer5", "fc")


def test_average_pool_by_hand():
    x = jnp.arange(9.0).reshape(1, 3, 3, 1)
    np.testing.assert_array_equal(average_pool(x, truncate=True)[0, :, :, 0], [[2.0]])
    # Windows over the edge average what there is of them.
    np.testing.assert_array_equal(
        average_pool(x, truncate=False)[0, :, :, 0], [[2.0, 3.5], [6.5, 8.0]]
    )


def block_variables(into, out):
    _, variables = shapes(FaceBlock(out, 2, jnp.float32), 8, into)
    rng = np.random.default_rng(0)
    return jax.tree.map(lambda x: rng.uniform(0.1, 1, x.shape).astype(np.float32), variables)


@pytest.mark.parametrize("size", [8, 9])
def test_padding_keeps_the_places_that_dlib_samples(size):
    variables = block_variables(2, 4)
    x = jnp.array(np.random.default_rng(1).normal(size=(1, size, size, 2)), jnp.float32)
    padded, dlibs = (
        FaceBlock(4, 2, jnp.float32, truncate).apply(variables, x, False)
        for truncate in (False, True)
    )
    assert (padded.shape[1], dlibs.shape[1]) == (-(-size // 2), size // 2)
    # The second convolution sees the border from one place away: dlib's last place ends early.
    inner = slice(0, (size - 3) // 2)
    np.testing.assert_allclose(padded[:, inner, inner], dlibs[:, inner, inner], rtol=1e-5)


def test_an_odd_map_is_halved_as_if_zeros_followed():
    variables = block_variables(2, 4)
    x = jnp.array(np.random.default_rng(1).uniform(size=(1, 9, 9, 2)), jnp.float32)
    longer = jnp.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)))
    odd, even = (FaceBlock(4, 2, jnp.float32).apply(variables, z, False) for z in (x, longer))
    # The shortcut, which averages, has the first two channels.
    np.testing.assert_allclose(odd[..., 2:], even[..., 2:], rtol=1e-5)
    assert odd[0, -1, -1, 2:].all()


def test_a_halving_block_by_an_independent_loop():
    """The exact one, in numpy: zeros behind what is smaller, in places and in channels."""
    variables = block_variables(1, 2)
    p, s = variables["params"], variables["batch_stats"]
    x = np.random.default_rng(2).normal(size=(4, 4, 1))

    def convolve(x, kernel, stride):
        side = (x.shape[0] - 3) // stride + 1
        at = [(i, j) for i in range(side) for j in range(side)]
        patches = [x[i * stride :, j * stride :][:3, :3] for i, j in at]
        values = [np.einsum("hwi,hwio->o", patch, kernel) for patch in patches]
        return np.reshape(values, (side, side, -1))

    def normalised(x, name):
        scale = p[name]["scale"] / np.sqrt(s[name]["var"] + 1e-5)
        return (x - s[name]["mean"]) * scale + p[name]["bias"]

    y = np.maximum(normalised(convolve(x, p["conv1"]["kernel"], 2), "bn1"), 0)
    y = np.pad(y, ((1, 1), (1, 1), (0, 0)))
    y = normalised(convolve(y, p["conv2"]["kernel"], 1), "bn2")
    total = np.zeros((2, 2, 2))
    total[:1, :1] += y
    total[:, :, :1] += x.reshape(2, 2, 2, 2, 1).mean((1, 3))
    block = FaceBlock(2, 2, jnp.float32, truncate=True)
    found = block.apply(variables, jnp.asarray(x, jnp.float32)[None], False)
    np.testing.assert_allclose(found[0], np.maximum(total, 0), rtol=1e-4, atol=1e-5)


def test_bfloat16_computes_in_bfloat16_and_keeps_float32_parameters():
    maps, variables = shapes(Face29(4, dtype=jnp.bfloat16), 48)
    assert {m.dtype for m in maps} == {jnp.dtype(jnp.bfloat16)}
    assert {leaf.dtype for leaf in jax.tree.leaves(variables)} == {jnp.dtype(jnp.float32)}
