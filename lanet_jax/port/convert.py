"""Converts a checkpoint by the table of names.

Every tensor of a source is either mapped by a row of `table` or dropped by a line of its layout.
Anything else is an error, because silently skipped tensors are how pretrained weights get lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flax.traverse_util import unflatten_dict

from lanet_jax.checkpoint.checks import check_numbers, check_shapes
from lanet_jax.errors import UserError
from lanet_jax.port.name_table import table
from lanet_jax.typing import PyTree

COUNTER = "counter of batches; the momentum of our running statistics is fixed"
IDENTITIES = "head over face identities; the expression classifier is trained from scratch"
MARGIN = "weights of the loss the source was trained with"
VGGFACE2_IDENTITIES = 8631


@dataclass(frozen=True)
class Layout:
    """How one family of checkpoints names its tensors.

    Attributes:
      prefix: prefix of torchvision's names.
      dropped: names, or prefixes that end in ".", of dropped tensors, and why.
      note: what a user should know about the weights.
    """

    prefix: str = ""
    dropped: tuple[tuple[str, str], ...] = (("fc.", IDENTITIES),)
    note: str = ""

    def why_dropped(self, name: str) -> str | None:
        """The reason to drop a tensor; None if it must be mapped."""
        if name.endswith(".num_batches_tracked"):
            return COUNTER
        reasons = (why for start, why in self.dropped if name.startswith(self.prefix + start))
        return next(reasons, None)


LAYOUTS = {
    "torchvision": Layout(),  # resnet18_msceleb.pth, or any npz or safetensors with these names
    "ijba": Layout("module.", (("feature.", IDENTITIES), ("fc.", IDENTITIES))),
    "criterion": Layout(dropped=(("fc.", IDENTITIES), ("criterion.", MARGIN))),
    "vggface2": Layout(
        note="trained with the stride of a block on its first 1x1 convolution and an unpadded "
        "max-pool; here the stride is on the 3x3, as in torchvision: the tensors fit, the maps "
        "differ from the source's"
    ),
    "lanet_jax": Layout(dropped=()),  # what this package wrote
}


@dataclass(frozen=True)
class Ported:
    """A converted backbone.

    Attributes:
      params: parameters of a `ResNet`.
      stats: its running batch statistics.
      card: layout, depth, width, stem, mapping and dropped tensors, ready for JSON.
    """

    params: PyTree
    stats: PyTree
    card: dict[str, Any]


def detect_layout(tensors: Mapping[str, np.ndarray], source: str) -> str:
    """Recognises the layout of a checkpoint by its tensor names.

    Args:
      tensors: every tensor by name.
      source: file named in the error.

    Returns:
      A key of `LAYOUTS`.

    Raises:
      UserError: the names fit no layout.
    """
    if "params/conv1/kernel" in tensors:
        return "lanet_jax"
    if "module.conv1.weight" in tensors:
        return "ijba"
    if "conv1.weight" not in tensors:
        inner = prefixes(tensors)
        if inner:
            which = "it" if len(inner) == 1 else "the first"
            raise UserError(
                f"{source}: there is a ResNet under {' and under '.join(map(repr, inner))} beside "
                f"other tensors; --prefix={inner[0]} takes {which} and drops the others"
            )
        first = ", ".join(list(tensors)[:8]) or "none"
        raise UserError(
            f"{source}: unknown layout, no tensor is named conv1.weight, module.conv1.weight or "
            f"params/conv1/kernel (first names: {first}); give the weights of a ResNet-18 or -50"
        )
    if any(name.startswith("criterion.") for name in tensors):
        return "criterion"
    identities = tensors["fc.weight"].shape[:1] if "fc.weight" in tensors else ()
    if identities == (VGGFACE2_IDENTITIES,) and "layer1.0.conv3.weight" in tensors:
        return "vggface2"
    return "torchvision"


def prefixes(names: Iterable[str]) -> list[str]:
    """Prefixes under which there is a whole ResNet, as in `backbone.conv1.weight`."""
    names = set(names)
    ends = ("conv1.weight", "bn1.weight", "layer1.0.conv1.weight", "layer4.0.conv1.weight")
    starts = {name.removesuffix(ends[0]) for name in names if name.endswith(f".{ends[0]}")}
    return sorted(start for start in starts if all(start + end in names for end in ends))


def without_prefix(
    tensors: Mapping[str, np.ndarray], prefix: str, source: str
) -> tuple[dict[str, np.ndarray], str, list[str]]:
    """Removes the prefix of the network's names.

    Args:
      tensors: every tensor by name.
      prefix: prefix to remove, whose last dot may be left out; "" for one that all names share,
        unless a layout includes it.
      source: file named in the error.

    Returns:
      The tensors under their shorter names, the prefix, and the names without it.

    Raises:
      UserError: no name has the prefix.
    """
    if not prefix:
        known = {layout.prefix for layout in LAYOUTS.values()}
        shared = [p for p in prefixes(tensors) if all(name.startswith(p) for name in tensors)]
        prefix = next((p for p in shared if p not in known), "")
    elif not prefix.endswith("."):
        prefix += "."
    inside = {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
    if not inside and prefix:
        raise UserError(
            f"{source}: no name begins with --prefix={prefix}; the first are "
            f"{', '.join(list(tensors)[:8])}"
        )
    return inside, prefix, [name for name in tensors if not name.startswith(prefix)]


def convert(tensors: Mapping[str, np.ndarray], layout: str, source: str) -> Ported:
    """Converts a checkpoint's tensors into a backbone.

    Args:
      tensors: every tensor by name.
      layout: a key of `LAYOUTS`, or "auto".
      source: file named in errors.

    Returns:
      Float32 parameters and statistics, and the card without the file's name and hash.

    Raises:
      UserError: the layout is unknown, or tensors are missing, extra, of a wrong shape, not
        floating point, not finite in float32, or negative variances (all are named).
    """
    layout = detect_layout(tensors, source) if layout == "auto" else layout
    if layout not in LAYOUTS:
        raise UserError(f"unknown layout {layout!r}; choose auto, {', '.join(LAYOUTS)}")
    rules, ours = LAYOUTS[layout], layout == "lanet_jax"
    stem_name = "params/conv1/kernel" if ours else f"{rules.prefix}conv1.weight"
    deep_name = "params/layer1/0/conv3/kernel" if ours else f"{rules.prefix}layer1.0.conv3.weight"
    shape = tensors[stem_name].shape if stem_name in tensors else ()
    depth = 50 if deep_name in tensors else 18
    width = ((shape[-1] if ours else shape[0]) if shape else 64) or 64
    stem = "small" if (shape[:2] if ours else shape[2:]) == (3, 3) else "imagenet"

    rows = {
        row.path if ours else rules.prefix + row.source: row for row in table(depth, width, stem)
    }
    dropped = {name: why for name in tensors if (why := rules.why_dropped(name))}
    kept = {name: value for name, value in tensors.items() if name not in dropped}
    check_shapes(
        {name: value.shape for name, value in kept.items()},
        {name: row.our_shape if ours else row.shape for name, row in rows.items()},
        f"{source}: not a ResNet-{depth} of width {width} in layout {layout!r}",
        "give the weights of a plain ResNet-18 or -50, or another --layout",
    )
    check_numbers(kept, source)
    flat = {}
    for name, row in rows.items():
        value = np.asarray(kept[name], np.float32)
        turn = len(row.shape) == 4 and not ours
        flat[row.path] = np.ascontiguousarray(value.transpose(2, 3, 1, 0)) if turn else value
    tree = unflatten_dict(flat, sep="/")
    card = {"layout": layout, "depth": depth, "width": width, "stem": stem}
    card |= {"note": rules.note} if rules.note else {}
    card |= {"mapping": {name: row.path for name, row in rows.items()}, "dropped": dropped}
    return Ported(tree["params"], tree["batch_stats"], card)
