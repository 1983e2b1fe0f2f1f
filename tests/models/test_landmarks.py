"""The landmark branch and its losses, against plain loops."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.models.classifiers import global_average
from lanet_jax.models.landmarks import (
    LandmarkNet,
    coordinates_loss,
    heatmap_loss,
    heatmap_targets,
)
from lanet_jax.models.resnet import ResNet

B, L, SIDE = 8, 5, 16
KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default
RNG = np.random.default_rng(0)
POINTS = RNG.uniform(size=(B, L, 2))
PRESENT = np.array([[1, 0, 1, 1, 1], [0, 0, 1, 0, 0], *[[1, 1, 1, 1, 1]] * 5, [0] * 5], bool)
IMAGES = jnp.array(RNG.normal(size=(B, SIDE, SIDE, 3)), jnp.float32)


def test_coordinates_loss_is_the_mean_square_over_present_points():
    predicted = RNG.uniform(size=(B, L, 2))
    squares = [
        (predicted[i, k, axis] - POINTS[i, k, axis]) ** 2
        for i in range(B)
        for k in range(L)
        for axis in range(2)
        if PRESENT[i, k]
    ]
    loss = coordinates_loss(jnp.array(predicted), jnp.array(POINTS), jnp.array(PRESENT))
    np.testing.assert_allclose(loss, sum(squares) / len(squares), rtol=1e-5)


def adaptive_wing(error, target):
    """Wang et al. 2019, eq. 3 and 4."""
    alpha, omega, epsilon, theta = 2.1, 14.0, 1.0, 0.5
    power = alpha - target
    if error < theta:
        return omega * np.log(1 + (error / epsilon) ** power)
    a = omega / (1 + (theta / epsilon) ** power) * power * (theta / epsilon) ** (power - 1)
    a /= epsilon
    return a * error - (theta * a - omega * np.log(1 + (theta / epsilon) ** power))


def along_by_loops(at, size):
    """A window of ten pixels, whose sixth is the peak; whole numbers are cut towards zero."""
    centre = int(int(4 * at) / 4 + 0.5)
    first, beyond = int(centre - 4.5), int(centre + 5.5)
    line = np.zeros(size)
    for place in range(10):
        if 0 <= first + place < min(size, beyond):
            line[first + place] = np.exp(-((place - 5) ** 2) / (2 * 1.5**2))
    return line


def heatmaps_by_loops(points, height, width):
    maps = np.zeros((*points.shape[:2], height, width))
    for i, k in np.ndindex(points.shape[:2]):
        across, down = points[i, k, 0] * width, points[i, k, 1] * height
        maps[i, k] = np.outer(along_by_loops(down, height), along_by_loops(across, width))
    return np.moveaxis(maps, 1, -1)


@pytest.mark.parametrize("size", [(6, 8), (24, 30)])
def test_heatmaps_are_gaussians_in_windows(size):
    points = RNG.uniform(-0.5, 1.5, size=(B, L, 2))
    targets = heatmap_targets(jnp.array(points), *size)
    np.testing.assert_allclose(targets, heatmaps_by_loops(points, *size), atol=1e-6)


def peak(at, size=20):
    """Where a landmark's map is 1, and from where to where along its peak's row it is not 0."""
    points = jnp.array([[[at / size, 10.3 / size]]])
    rows = np.array(heatmap_targets(points, size, size))[0, :, :, 0]
    filled = np.flatnonzero(rows[10])
    return int(rows[10].argmax()), int(filled[0]), int(filled[-1]), rows[10].max()


def test_the_centre_is_a_quarter_of_the_pixel_rounded():
    # By hand, four image pixels to a map pixel: 36 and 37 are 9 and 9.25, and 38 and 39 are 9.5 and
    # 9.75. Five pixels before the peak, four behind it, all of exp(-n^2 / 4.5).
    for pixel in (36.1, 37.9):
        assert peak(pixel / 4) == (9, 4, 13, 1)
    for pixel in (38.1, 39.9, 40.1, 41.9):
        assert peak(pixel / 4) == (10, 5, 14, 1)
    row = np.array(heatmap_targets(jnp.array([[[9.4 / 20, 0.5]]]), 20, 20))[0, 10, :, 0]
    steps = np.array([*range(-5, 5)])
    np.testing.assert_allclose(row[4:14], np.exp(-(steps**2) / 4.5), rtol=1e-5)


def test_the_first_pixels_move_the_peak_on_as_the_published_code_does():
    assert peak(5.3) == (5, 0, 9, 1)
    assert peak(4.3) == (5, 0, 8, 1)
    assert peak(0.3) == (1, 0, 4, 1)
    assert peak(19.3) == (19, 14, 19, 1)


def test_beyond_the_map_a_tail_is_left_then_nothing():
    row = np.array(heatmap_targets(jnp.array([[[23.3 / 20, 0.5]]]), 20, 20))[0, 10, :, 0]
    np.testing.assert_allclose(row[18:], np.exp(-np.array([25.0, 16.0]) / 4.5), rtol=1e-5)
    assert not row[:18].any()
    assert not heatmap_targets(jnp.array([[[26 / 20, 0.5], [-8 / 20, 0.5]]]), 20, 20).any()


def test_heatmap_loss_is_the_weighted_adaptive_wing():
    height, width = 6, 8
    target = heatmaps_by_loops(POINTS, height, width)
    predicted = target + RNG.normal(size=target.shape) * 0.6
    total = 0.0
    for i, k in zip(*np.nonzero(PRESENT), strict=True):
        for y in range(height):
            for x in range(width):
                near = target[i, max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2, k].max()
                weight = 10 if near > 0.2 else 1
                error = abs(predicted[i, y, x, k] - target[i, y, x, k])
                total += weight * adaptive_wing(error, target[i, y, x, k])
    expected = total / (PRESENT.sum() * height * width)
    loss = heatmap_loss(jnp.array(predicted), jnp.array(POINTS), jnp.array(PRESENT))
    np.testing.assert_allclose(loss, expected, rtol=1e-4)


def test_an_empty_map_counts_with_weight_one():
    inside, outside = [0.5, 0.5], [3.0, 0.5]
    predicted = jnp.full((1, 20, 20, 1), 0.1)
    present = jnp.ones((1, 1), bool)
    loss = heatmap_loss(predicted, jnp.array([[outside]]), present)
    np.testing.assert_allclose(loss, adaptive_wing(0.1, 0.0), rtol=1e-5)
    both = jnp.concatenate([predicted, predicted], axis=-1)
    mean = heatmap_loss(both, jnp.array([[inside, outside]]), jnp.ones((1, 2), bool))
    alone = heatmap_loss(predicted, jnp.array([[inside]]), present)
    np.testing.assert_allclose(mean, (loss + alone) / 2, rtol=1e-5)


def test_the_wing_is_continuous_and_smooth_where_its_halves_meet():
    points, present = jnp.array([[[0.5, 0.5]]]), jnp.array([[True]])
    target = heatmap_targets(points, 3, 3)

    @jax.value_and_grad
    def loss(error):
        return heatmap_loss(target + error, points, present)

    (below, slope_below), (above, slope_above) = loss(0.5 - 1e-5), loss(0.5 + 1e-5)
    np.testing.assert_allclose(below, above, rtol=1e-4)
    np.testing.assert_allclose(slope_below, slope_above, rtol=1e-3)
    assert slope_below > 1


def test_a_perfect_heatmap_costs_nothing():
    points, present = jnp.array(POINTS), jnp.array(PRESENT)
    loss, gradient = jax.value_and_grad(heatmap_loss)(
        heatmap_targets(points, 6, 6), points, present
    )
    assert loss == 0 and (gradient == 0).all()


@pytest.mark.parametrize(
    ("loss", "shape"), [(coordinates_loss, (B, L, 2)), (heatmap_loss, (B, 4, 4, L))]
)
@pytest.mark.parametrize("filling", [0.0, -7.0, 1e30, np.nan])
def test_absent_points_do_not_count(loss, shape, filling):
    predicted, present = jnp.array(RNG.normal(size=shape)), jnp.array(PRESENT)
    points = jnp.array(np.where(PRESENT[..., None], POINTS, filling))
    value, gradient = jax.value_and_grad(loss)(predicted, points, present)
    expected, _ = jax.value_and_grad(loss)(predicted, jnp.array(POINTS), present)
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    by_point = jnp.moveaxis(gradient, -1, 1) if loss is heatmap_loss else gradient
    moved = np.array(jnp.abs(by_point).reshape(B, L, -1).max(axis=2) > 0)
    assert jnp.isfinite(gradient).all()
    np.testing.assert_array_equal(moved, PRESENT)


@pytest.mark.parametrize(
    ("loss", "shape"), [(coordinates_loss, (B, L, 2)), (heatmap_loss, (B, 4, 4, L))]
)
def test_without_any_landmark_there_is_no_loss(loss, shape):
    nobody = jnp.zeros((B, L), bool)
    value, gradient = jax.value_and_grad(loss)(jnp.ones(shape), jnp.array(POINTS), nobody)
    assert value == 0 and (gradient == 0).all()


def run(network):
    out, variables = network.init_with_output(KEY, IMAGES, False)
    return out, variables


def test_the_coordinates_head_is_one_layer_on_the_pooled_map():
    network = LandmarkNet(ResNet(width=4, stem="small"), "coordinates", L)
    (points, features), variables = run(network)
    maps = network.trunk.apply(
        {kind: tree["trunk"] for kind, tree in variables.items()}, IMAGES, False
    )
    np.testing.assert_allclose(features, global_average(maps[-1]), atol=1e-6)
    fc = jax.tree.map(np.array, variables["params"]["fc"])
    expected = np.array(features) @ fc["kernel"] + fc["bias"]
    np.testing.assert_allclose(points, expected.reshape(B, L, 2), atol=1e-6)
    assert set(variables["params"]) == {"trunk", "fc"}


def doubled(x, axis):
    """Twice as many pixels: each 3/4 of the nearer old one and 1/4 of the other; ends repeat."""
    x = np.moveaxis(x, axis, 0)
    before, after = np.concatenate([x[:1], x[:-1]]), np.concatenate([x[1:], x[-1:]])
    out = np.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], axis=1)
    return np.moveaxis(out.reshape(-1, *x.shape[1:]), 0, axis)


def test_doubling_is_what_torch_calls_bilinear():
    torch = pytest.importorskip("torch")
    x = RNG.normal(size=(2, 3, 4, 5)).astype(np.float32)
    theirs = torch.nn.functional.interpolate(
        torch.tensor(x).permute(0, 3, 1, 2), scale_factor=2, mode="bilinear"
    )
    ours = jax.image.resize(jnp.array(x), (2, 6, 8, 5), "bilinear")
    np.testing.assert_allclose(ours, theirs.permute(0, 2, 3, 1).numpy(), atol=1e-5)
    np.testing.assert_allclose(ours, doubled(doubled(x, 1), 2), atol=1e-5)


def test_the_heatmap_head_sums_the_four_stages_top_down():
    network = LandmarkNet(ResNet(width=4, stem="small"), "heatmap", L, lateral=4)
    (heatmaps, features), variables = run(network)
    params = jax.tree.map(np.array, variables["params"])
    assert set(params) == {"trunk", "lateral1", "lateral2", "lateral3", "lateral4", "heatmaps"}
    maps = network.trunk.apply(
        {kind: tree["trunk"] for kind, tree in variables.items()}, IMAGES, False
    )

    def conv(name, x):  # 1x1
        assert set(params[name]) == {"kernel"}
        return np.array(x) @ params[name]["kernel"][0, 0]

    fused = 0.0
    for stage in (4, 3, 2, 1):
        if stage < 4:
            fused = doubled(doubled(fused, 1), 2)
        fused = fused + conv(f"lateral{stage}", maps[stage - 1])
    np.testing.assert_allclose(features, fused.mean(axis=(1, 2)), atol=1e-5)
    np.testing.assert_allclose(heatmaps, conv("heatmaps", fused), atol=1e-5)
    assert heatmaps.shape == (B, SIDE // 2, SIDE // 2, L)


def test_half_precision_ends_at_the_head():
    network = LandmarkNet(ResNet(width=4, stem="small", dtype=jnp.bfloat16), "heatmap", L)
    out, _ = jax.eval_shape(lambda: run(network))
    assert {x.dtype for x in out} == {jnp.dtype(jnp.float32)}
