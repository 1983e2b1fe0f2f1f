"""Saves a converted backbone; loads one, or that of a trained network, into a network."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from flax.traverse_util import flatten_dict, unflatten_dict
from safetensors.numpy import save as safetensors_bytes

from lanet_jax import cache
from lanet_jax.checkpoint.checks import check_numbers, check_shapes
from lanet_jax.checkpoint.formats import file_format, read_safetensors
from lanet_jax.errors import UserError
from lanet_jax.files import beside, writable
from lanet_jax.files.atomic import write_together
from lanet_jax.files.home import expanded
from lanet_jax.files.npz import read_npz
from lanet_jax.shipped import SHIPPED
from lanet_jax.typing import PyTree

ENDINGS = (".safetensors", ".npz")
# Weights that a config may name without a path, and the command that fetches them.
IN_CACHE = {"face29": "lanet port get-faces"}
BUNDLED = "bundled"  # the network that comes with the package
NAMES = (*IN_CACHE, BUNDLED)
# Where a model file has its backbone's tensors, and their names in a file of ported weights.
_IN_MODEL_FILE = {
    "params/expression/backbone/": "params/",
    "model_state/expression/backbone/": "batch_stats/",
    "model_state/frozen/params/": "params/",
    "model_state/frozen/batch_stats/": "batch_stats/",
}


def check_output(path: Path) -> None:
    """Checks that `save` can write a file, before long work; nothing changes.

    Args:
      path: output of `save`.

    Raises:
      UserError: the ending is unknown, the JSON would replace another file's, or it is a folder.
      OSError: its folder cannot be written to.
    """
    _check_names(path)
    writable.check_file(path)


def save(path: Path, params: PyTree, stats: PyTree, card: dict[str, Any]) -> None:
    """Writes a backbone and a JSON that says where it came from.

    Args:
      path: output, .safetensors or .npz; the JSON gets the same name with the ending .json.
      params: parameters of the backbone.
      stats: its running batch statistics.
      card: the JSON's content.

    Raises:
      UserError: the ending is unknown, or the JSON would replace another file's.
      OSError: the files cannot be written; then neither is left half-written.
    """
    _check_names(path)
    flat = _flatten(params, stats)
    arrays = {name: np.ascontiguousarray(value) for name, value in flat.items()}

    def write_arrays(file: BinaryIO) -> None:
        if path.suffix == ".npz":
            np.savez(file, **arrays)  # type: ignore[arg-type]  # no name is `allow_pickle`
        else:
            file.write(safetensors_bytes(arrays))

    text = json.dumps(card, indent=2) + "\n"
    # Both are complete before either is renamed. The card goes first, so that new weights never
    # stand without the record of their source.
    write_together(
        {path.with_suffix(".json"): lambda file: file.write(text.encode()), path: write_arrays}
    )


def _check_names(path: Path) -> None:
    if path.suffix not in ENDINGS:
        raise UserError(f"{path}: unknown ending; name the output .safetensors or .npz")
    beside.check(path.with_suffix(".json"), path, _is_card)


def _is_card(found: dict[str, Any]) -> bool:
    # It says where the weights come from, and no format: cards of whole models do.
    return "source" in found and "format" not in found


def find(name: str) -> Path:
    """Finds the weights that a config names.

    Args:
      name: a file, or one of `NAMES`.

    Returns:
      The path of the file.

    Raises:
      UserError: the weights are not in the cache; the message has the command that fetches them.
    """
    path = place(name)
    if name in IN_CACHE and not path.is_file():
        raise UserError(f"{path} is not there: make it once with `{IN_CACHE[name]}`")
    return path


def place(name: str) -> Path:
    """Where the weights that a config names are, or would be; as for `find`."""
    if name == BUNDLED:
        return SHIPPED
    return in_cache(name) if name in IN_CACHE else expanded(name)


def in_cache(name: str) -> Path:
    """Where weights of this name lie in the user's cache."""
    return cache.folder("weights") / f"{name}.safetensors"


def card(path: Path) -> dict[str, Any]:
    """The JSON beside a weight file; {} if there is none."""
    try:
        found = json.loads(path.with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def colours(path: Path) -> dict[str, list[float]]:
    """The normalisation that a weight file's card names: "mean" and "std" of RGB, or {}."""
    try:
        found = {name: [float(x) for x in card(path)[name]] for name in ("mean", "std")}
    except (ValueError, TypeError, KeyError):  # another kind of card
        return {}
    return found if all(len(values) == 3 for values in found.values()) else {}


def load_backbone(
    path: str | Path, params: PyTree, stats: PyTree, unused: Sequence[str] = ()
) -> tuple[PyTree, PyTree]:
    """Loads ported weights, or those of a trained network, into a backbone; every tensor must fit.

    Args:
      path: a file that `save` or `model_file.write` wrote; of the latter, only the backbone's
        tensors are used.
      params: parameters of the backbone, arrays or their shapes.
      stats: its running batch statistics.
      unused: parts of the file that this backbone knowingly lacks, such as
        ("conv1", "bn1", "layer1") for a trunk whose first stage is 2.

    Returns:
      The same trees with the file's values, as numpy arrays.

    Raises:
      UserError: this is not a ported file, or tensors are missing, extra or of another shape (all
        are named).
    """
    path = Path(path)
    advice = f"port it first: `lanet port {path} OUT.safetensors`"
    readers = {"npz": read_npz, "safetensors": read_safetensors}
    found_format = file_format(path)
    if found_format not in readers:
        raise UserError(f"{path}: a {found_format} file, not ported weights; {advice}")
    arrays = _backbone(readers[found_format](path))
    if not any(name.startswith("params/") for name in arrays):
        raise UserError(f"{path}: no tensor under params/, not ported weights; {advice}")
    parts = {name: f"{name}/".split("/")[1] for name in arrays}
    arrays = {name: value for name, value in arrays.items() if parts[name] not in unused}
    expected = _flatten(params, stats)
    check_shapes(
        {name: value.shape for name, value in arrays.items()},
        {name: leaf.shape for name, leaf in expected.items()},
        f"{path}: does not fit the configured backbone",
        "set the family, width and the rest of --config.model as its .json says, or name others",
    )
    check_numbers(arrays, str(path))
    filled = {name: np.asarray(arrays[name], leaf.dtype) for name, leaf in expected.items()}
    tree = unflatten_dict(filled, sep="/")
    return tree["params"], tree.get("batch_stats", {})


def _backbone(arrays: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    """The backbone's tensors where this is a whole network, named as in ported weights."""
    found = {
        new + name.removeprefix(old): value
        for name, value in arrays.items()
        for old, new in _IN_MODEL_FILE.items()
        if name.startswith(old)
    }
    return found or arrays


def _flatten(params: PyTree, stats: PyTree) -> dict[str, Any]:
    return flatten_dict({"params": params, "batch_stats": stats}, sep="/")
