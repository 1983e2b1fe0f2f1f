"""A trained network as two files: NAME.safetensors, and NAME.json, its card."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from flax.traverse_util import flatten_dict, unflatten_dict
from safetensors.numpy import save as safetensors_bytes

from lanet_jax.checkpoint.checks import check_numbers
from lanet_jax.checkpoint.formats import read_safetensors
from lanet_jax.checkpoint.metadata import Card, completed, wrong_keys
from lanet_jax.errors import UserError
from lanet_jax.files import beside, digest, json_files
from lanet_jax.files.atomic import write_together
from lanet_jax.typing import PyTree

ENDING = ".safetensors"
FORMAT = "lanet_jax model"
VERSION = 1
_ADVICE = "export the model again: `lanet export --workdir=DIR --format=safetensors`"


def write(path: Path, params: PyTree, model_state: PyTree, card: Card, half: bool = False) -> None:
    """Writes the model file and its card; both are complete before either gets its name.

    Args:
      path: NAME.safetensors.
      params: the parameters that inference reads, as nested dicts of arrays.
      model_state: the model state that it reads, likewise.
      card: the keys of `metadata.wrong_keys`, and anything else that JSON can hold, such as where
        the weights come from.
      half: store kernels in 16 bits, for half the size. Vectors, including variances that may not
        fit into 16 bits, stay as they are.

    Raises:
      UserError: the ending is wrong, or NAME.json is another file's.
      OSError: a file cannot be written; then neither is left half-written.
    """
    _check_ending(path)
    tree = {"params": params, "model_state": model_state}
    arrays = {
        name: np.ascontiguousarray(value, np.float16 if half and value.ndim > 1 else value.dtype)
        for name, value in flatten_dict(tree, sep="/").items()
    }
    data = safetensors_bytes(arrays)
    own = {
        "format": FORMAT,
        "format_version": VERSION,
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    beside.check(path.with_suffix(".json"), path, lambda found: found.get("format") == FORMAT)
    text = json.dumps({**completed(card), **own}, indent=2, allow_nan=False) + "\n"
    write_together(
        {
            path.with_suffix(".json"): lambda file: file.write(text.encode()),
            path: lambda file: file.write(data),
        }
    )


def read(path: Path) -> tuple[dict[str, Any], dict[str, Any], Card]:
    """Reads a model file and its card.

    Args:
      path: NAME.safetensors; NAME.json lies beside it.

    Returns:
      Parameters and model state as nested dicts of numpy arrays, and the card. A file keeps no
      empty dict; `trained.network.fitted` puts them back, and checks that the arrays are those of
      the card's network.

    Raises:
      UserError: one of the two is absent, damaged, of a later version, or belongs to another file.
    """
    _check_ending(path)
    if not path.is_file():
        raise UserError(f"{path}: there is no such model file; {_ADVICE}")
    card_file = path.with_suffix(".json")
    card = completed(json_files.read(card_file, _ADVICE))
    if card.get("format") != FORMAT:
        raise UserError(f"{card_file}: not the card of a {FORMAT} (key format); {_ADVICE}")
    if card.get("format_version") != VERSION:
        raise UserError(
            f"{card_file}: format_version is {card.get('format_version')!r}, this program reads "
            f"{VERSION}: take a newer version of lanet_jax, or {_ADVICE}"
        )
    wrong = wrong_keys(card)
    if wrong:
        raise UserError(f"{card_file}: damaged ({', '.join(wrong)}); {_ADVICE}")
    try:
        found = digest.sha256(path)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}; {_ADVICE}") from None
    if found != card.get("sha256"):
        raise UserError(
            f"{path}: damaged, or {card_file.name} belongs to another file (sha256); copy both "
            f"from one export, or {_ADVICE}"
        )
    arrays = read_safetensors(path)
    check_numbers(arrays, str(path))
    try:
        arrays = {name: np.asarray(value, np.float32) for name, value in arrays.items()}
        tree = unflatten_dict(arrays, sep="/")
        # A network without running statistics leaves nothing under model_state.
        return tree["params"], tree.get("model_state", {}), card
    except (LookupError, TypeError, AttributeError):
        # A name is absent, or is the start of another.
        raise UserError(f"{path}: its tensors are not those of a {FORMAT}; {_ADVICE}") from None


def _check_ending(path: Path) -> None:
    if path.suffix != ENDING:
        raise UserError(f"{path}: a model file is named NAME{ENDING}, its card is NAME.json")
