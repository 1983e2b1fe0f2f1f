"""The landmark branch and its losses, against plain loops."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.models.landmarks import (
    LandmarkNet,
    coordinates_loss,
    heatmap_loss,
    heatmap_targets,
)
from lanet_jax.models.resnet import ResNet, global_average

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


def heatmaps_by_loops(height, width):
    maps = np.zeros((B, height, width, L))
    for i, y, x, k in np.ndindex(maps.shape):
        dx, dy = x + 0.5 - POINTS[i, k, 0] * width, y + 0.5 - POINTS[i, k, 1] * height
        maps[i, y, x, k] = np.exp(-(dx**2 + dy**2) / (2 * 1.5**2))
    return maps


def test_heatmaps_are_gaussians_of_one_and_a_half_pixels():
    targets = heatmap_targets(jnp.array(POINTS), 6, 8)
    np.testing.assert_allclose(targets, heatmaps_by_loops(6, 8), atol=1e-6)


def test_a_landmark_in_the_middle_of_a_pixel_peaks_there():
    # x is the second number of the map's shape: pixel 5 of 8 across, pixel 1 of 4 down.
    target = np.array(heatmap_targets(jnp.array([[[5.5 / 8, 1.5 / 4]]]), 4, 8))[0, :, :, 0]
    assert target[1, 5] == 1 and np.unravel_index(target.argmax(), target.shape) == (1, 5)
    np.testing.assert_allclose(target[1, 4], np.exp(-1 / 4.5), rtol=1e-6)


def test_heatmap_loss_is_the_weighted_adaptive_wing():
    height, width = 6, 8
    target = heatmaps_by_loops(height, width)
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


def test_the_heatmap_head_sums_the_four_stages_top_down():
    network = LandmarkNet(ResNet(width=4, stem="small"), "heatmap", L, lateral=4)
    (heatmaps, features), variables = run(network)
    params = jax.tree.map(np.array, variables["params"])
    assert set(params) == {"trunk", "lateral1", "lateral2", "lateral3", "lateral4", "heatmaps"}
    maps = network.trunk.apply(
        {kind: tree["trunk"] for kind, tree in variables.items()}, IMAGES, False
    )

    def conv(name, x):  # 1x1
        return np.array(x) @ params[name]["kernel"][0, 0] + params[name]["bias"]

    fused = 0.0
    for stage in (4, 3, 2, 1):
        if stage < 4:
            fused = fused.repeat(2, axis=1).repeat(2, axis=2)
        fused = fused + conv(f"lateral{stage}", maps[stage - 1])
    np.testing.assert_allclose(features, fused.mean(axis=(1, 2)), atol=1e-5)
    np.testing.assert_allclose(heatmaps, conv("heatmaps", fused), atol=1e-5)
    assert heatmaps.shape == (B, SIDE // 2, SIDE // 2, L)
