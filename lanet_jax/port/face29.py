"""Converts dlib's face network into weights of `Face29`, with affine layers as BatchNorms."""

from collections.abc import Sequence
from typing import NamedTuple

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
from flax.traverse_util import unflatten_dict
from jaxtyping import Array, Float

from lanet_jax.errors import UserError
from lanet_jax.models.face29 import STAGES, Face29
from lanet_jax.models.normalization import EPSILON, BatchNorm
from lanet_jax.port.dlib_file import Affine, Convolution, FullyConnected, Layer
from lanet_jax.typing import PyTree

BLOCKS, WIDTH = 14, 32
Place = tuple[str, ...]  # of a layer in our tree


class Statistics(NamedTuple):
    """Statistics of each BatchNorm's input, for all K channels of all layers in the file's order.

    Attributes:
      mean: mean of each channel.
      var: variance of each channel.
    """

    mean: Float[np.ndarray, " K"]
    var: Float[np.ndarray, " K"]


def convert(layers: Sequence[Layer], statistics: Statistics, where: str) -> tuple[PyTree, PyTree]:
    """Converts the layers into weights of `Face29` with 14 blocks, and the embedding `fc`.

    An affine layer a x + b after a convolution with bias c becomes a BatchNorm with the scale
    a sqrt(var + eps) and the bias b + a (c + mean). In evaluation the function is then the same for
    any statistics; in training it hardly changes if they are those of real faces.

    Args:
      layers: all layers of the file, in its order.
      statistics: statistics of the convolutions without their biases.
      where: the file, for errors.

    Returns:
      Parameters and running statistics, float32.

    Raises:
      UserError: these are not the layers of the face network.
    """
    expected = _expected()
    if [_shape(layer) for layer in layers] != [shape for _, shape in expected]:
        raise UserError(
            f"{where}: not dlib's face network: its {len(layers)} layers are not the "
            f"{len(expected)} of dlib_face_recognition_resnet_model_v1"
        )
    params, stats, at = {}, {}, 0
    convolution = None
    for (path, _), layer in zip(expected, layers, strict=True):
        if isinstance(layer, Convolution):
            params[*path, "kernel"] = layer.kernel.transpose(2, 3, 1, 0)
            convolution = layer
        elif isinstance(layer, Affine):
            here = slice(at, at := at + len(layer.scale))
            mean, var = (np.asarray(x[here], np.float64) for x in statistics)
            scale = np.asarray(layer.scale, np.float64)
            params[*path, "scale"] = scale * np.sqrt(var + EPSILON)
            params[*path, "bias"] = layer.shift + scale * (convolution.bias + mean)  # type: ignore[union-attr]  # one stands before
            stats[*path, "mean"], stats[*path, "var"] = mean, var
        else:
            params[*path, "kernel"] = layer.kernel
    return tuple(
        unflatten_dict({p: np.ascontiguousarray(x, np.float32) for p, x in tree.items()})
        for tree in (params, stats)
    )


def plain() -> Statistics:
    """Mean 0 and variance 1, which are enough for evaluation."""
    count = sum(shape[0] for _, shape in _expected() if len(shape) == 1)
    return Statistics(np.zeros(count), np.ones(count))


def measure(
    params: PyTree, stats: PyTree, images: Float[Array, "B H W 3"], batch: int = 100
) -> Statistics:
    """Measures the statistics on some images.

    Args:
      params: parameters from `convert`, with any statistics.
      stats: running statistics from `convert`.
      images: normalised images at the network's input size.
      batch: number of images passed through at once.

    Returns:
      The statistics.
    """
    network = Face29(WIDTH, BLOCKS)
    variables = {"params": params, "batch_stats": stats}

    @jax.jit
    def sums(x: jax.Array) -> dict[Place, tuple]:
        found = {}

        def intercept(call, args, kwargs, context):
            if isinstance(context.module, BatchNorm) and context.method_name == "__call__":
                y = args[0]
                moments = jnp.mean(y, (1, 2)).sum(0), jnp.mean(y**2, (1, 2)).sum(0)
                found["/".join(context.module.path)] = moments
            return call(*args, **kwargs)

        with nn.intercept_methods(intercept):
            network.apply(variables, x, False)
        return found

    parts = [sums(images[i : i + batch]) for i in range(0, len(images), batch)]
    total = jax.tree.map(lambda *xs: np.sum(np.asarray(xs, np.float64), 0) / len(images), *parts)
    order = ["/".join(path) for path, shape in _expected() if len(shape) == 1]
    mean, square = (np.concatenate([total[name][i] for name in order]) for i in range(2))
    return Statistics(mean, square - mean**2)


def _expected() -> list[tuple[Place, tuple]]:
    """Place in our tree and shape of every layer of the file; convolutions are O I h w."""
    rows: list[tuple[Place, tuple]] = []

    def add(place: Place, number: int, out: int, into: int, size: int) -> None:
        rows.append(((*place, f"conv{number}"), (out, into, size, size)))
        rows.append(((*place, f"bn{number}"), (out,)))

    network = Face29(WIDTH, BLOCKS)
    add((), 1, WIDTH, 3, 7)
    into = WIDTH
    for stage, blocks in enumerate(STAGES[BLOCKS], start=1):
        out = network.stage_width(stage)
        for block in range(blocks):
            place = (f"layer{stage}", str(block))
            add(place, 1, out, into, 3)
            add(place, 2, out, out, 3)
            into = out
    rows.append((("fc",), (into, 128)))
    return rows


def _shape(layer: Layer) -> tuple[int, ...]:
    if isinstance(layer, FullyConnected | Convolution):
        return layer.kernel.shape
    return layer.scale.shape
