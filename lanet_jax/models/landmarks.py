"""The landmark branch: a trunk, one of two heads, and the loss of each head."""

import flax.linen as nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from lanet_jax.models.classifiers import global_average
from lanet_jax.models.linear import TORCH_KERNEL, Linear

HEATMAP_SIGMA = 1.5  # map pixels
_STRIDE = 4  # image pixels to a map pixel, in the published code


class LandmarkNet(nn.Module):
    """A trunk and a head that localises landmarks.

    Attributes:
      trunk: the backbone of this branch.
      head: "coordinates" (one fully connected layer, the paper) or "heatmap" (the published code).
      landmarks: number of landmarks, L.
      lateral: channels of the heatmap head's map, the width of its features.
    """

    trunk: nn.Module
    head: str
    landmarks: int
    lateral: int = 64

    @nn.compact
    def __call__(
        self, x: Float[Array, "B H W _"], train: bool, below: Float[Array, "B h w _"] | None = None
    ) -> tuple[Float[Array, "B ..."], Float[Array, "B D"]]:
        """Predicts the landmarks of a batch.

        Args:
          x: normalised images, or the map where the trunk starts.
          train: use the statistics of the batch.
          below: the map where the trunk starts, for the heatmap head with a shared stem.

        Returns:
          Coordinates [B, L, 2] in [0, 1] or heatmaps [B, h, w, L], and the features v.
        """
        maps = self.trunk(x, train)
        if self.head == "coordinates":
            features = global_average(maps[-1])
            points = Linear(2 * self.landmarks, name="fc")(features)
            return points.reshape(-1, self.landmarks, 2), features
        stages = maps if below is None else [below, *maps]
        fused = None
        for i, stage in reversed(list(enumerate(stages, start=1))):
            lateral = self._conv(self.lateral, f"lateral{i}")(stage)
            if fused is not None:
                lateral += jax.image.resize(fused, lateral.shape, "bilinear")
            fused = lateral
        heatmaps = self._conv(self.landmarks, "heatmaps")(fused)
        return heatmaps.astype(jnp.float32), global_average(fused)  # type: ignore[arg-type]  # of one stage at least

    def _conv(self, features: int, name: str) -> nn.Conv:
        return nn.Conv(
            features,
            (1, 1),
            use_bias=False,
            dtype=self.trunk.dtype,
            kernel_init=TORCH_KERNEL,
            name=name,
        )


def _mean_over_present(
    losses: Float[Array, "B L"], present: Bool[Array, "B L"]
) -> Float[Array, ""]:
    return jnp.sum(jnp.where(present, losses, 0.0)) / jnp.maximum(jnp.sum(present), 1)


def _known(points: Float[Array, "B L 2"], present: Bool[Array, "B L"]) -> Float[Array, "B L 2"]:
    # A nan at a masked point would still reach the gradient.
    return jnp.where(present[..., None], points, 0.0)


def coordinates_loss(
    predicted: Float[Array, "B L 2"], points: Float[Array, "B L 2"], present: Bool[Array, "B L"]
) -> Float[Array, ""]:
    """Mean square error of coordinates, L_lm of the paper's section 3.

    Args:
      predicted: coordinates in [0, 1].
      points: true coordinates; absent ones may hold anything.
      present: which points count.

    Returns:
      The mean over present points and both axes; 0 if none is present.
    """
    points = _known(points, present)
    return _mean_over_present(jnp.mean(jnp.square(predicted - points), axis=-1), present)


def heatmap_targets(
    points: Float[Array, "B L 2"], height: int, width: int
) -> Float[Array, "B h w L"]:
    """Gaussians of `HEATMAP_SIGMA` map pixels at the landmarks, peak 1, as in the published code.

    A Gaussian is 0 outside a window of ten pixels a side. Its centre is a quarter of the index of
    the image pixel that holds the landmark, rounded. Of a landmark beyond the map, only the part of
    its window inside is drawn.

    Args:
      points: coordinates in fractions of the image, possibly outside it.
      height: height of the map, h.
      width: width of the map, w.

    Returns:
      One map per landmark.
    """
    across, down = points[:, None, :, 0] * width, points[:, None, :, 1] * height
    return _windowed(down, height)[:, :, None] * _windowed(across, width)[:, None]


def _windowed(at: Float[Array, "B 1 L"], size: int) -> Float[Array, "B size L"]:
    """The Gaussians along one axis of a map."""
    reach = 3 * HEATMAP_SIGMA
    # Truncated, not floored, as in the published code: a window that would start before the map
    # loses its last pixel, and its peak moves by one.
    centre = jnp.trunc(jnp.trunc(at * _STRIDE) / _STRIDE + 0.5)
    first, beyond = jnp.trunc(centre - reach), jnp.trunc(centre + reach + 1)
    pixel = jnp.arange(size)[:, None]
    from_peak = pixel - (first + (2 * reach + 1) // 2)
    inside = (pixel >= first) & (pixel < beyond)
    return jnp.where(inside, jnp.exp(-(from_peak**2) / (2 * HEATMAP_SIGMA**2)), 0.0)


def heatmap_loss(
    predicted: Float[Array, "B h w L"],
    points: Float[Array, "B L 2"],
    present: Bool[Array, "B L"],
) -> Float[Array, ""]:
    """Adaptive wing loss on heatmaps, weight 10 near the landmarks (the published code's L_lm).

    Source: Wang et al., "Adaptive Wing Loss for Robust Face Alignment", ICCV 2019, eq. 3.

    Args:
      predicted: predicted heatmap of each landmark.
      points: true coordinates in fractions of the image, which may lie outside.
      present: which landmarks count; those outside the image do, with empty maps.

    Returns:
      The mean over present landmarks and map pixels; 0 if none is present.
    """
    alpha, omega, epsilon, theta = 2.1, 14.0, 1.0, 0.5
    target = heatmap_targets(_known(points, present), predicted.shape[1], predicted.shape[2])
    power = alpha - target
    ratio = theta / epsilon
    slope = omega / (1 + ratio**power) * power * ratio ** (power - 1) / epsilon
    offset = theta * slope - omega * jnp.log1p(ratio**power)
    error = jnp.abs(predicted - target)
    # power >= 1.1, so the gradient at 0 is finite; the clip keeps the unused branch finite too.
    near = omega * jnp.log1p((jnp.minimum(error, theta) / epsilon) ** power)
    losses = jnp.where(error < theta, near, slope * error - offset)
    dilated = jax.lax.reduce_window(
        target, -jnp.inf, jax.lax.max, (1, 3, 3, 1), (1, 1, 1, 1), "SAME"
    )
    weights = jnp.where(dilated > 0.2, 10.0, 1.0)
    return _mean_over_present(jnp.mean(losses * weights, axis=(1, 2)), present)


LANDMARK_LOSSES = {"coordinates": coordinates_loss, "heatmap": heatmap_loss}
