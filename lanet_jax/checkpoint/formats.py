"""Safe readers of checkpoint files: nothing in a file is ever executed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ml_dtypes  # noqa: F401  (lets numpy read bfloat16)
import numpy as np
from safetensors import safe_open

from lanet_jax.errors import UserError
from lanet_jax.files import regular, torch_files
from lanet_jax.files.npz import members, read_npz

TORCH_LEGACY = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # torch's magic number, pickled
DEEPEST = 3  # nested dicts; an optimizer's tensors lie deeper
Way = tuple[str, ...]
# Protocols 2 and later; then a dict or a mark in the text protocol of Python 2.
PICKLE_STARTS = (b"\x80", b"(dp", b"(lp", b"ccollections")


def file_format(path: Path) -> str:
    """Recognises a file's format by its content, since endings lie.

    Args:
      path: a weight file, of any ending.

    Returns:
      "npz", "torch", "safetensors" or "pickle".

    Raises:
      UserError: the file cannot be read or has another format.
    """
    regular.check(path)
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise UserError(f"{path}: cannot read the checkpoint: {error.strerror}") from error
    if head.startswith(b"PK"):
        names = [entry.filename for entry in members(path)]
        if any(name.endswith("/data.pkl") for name in names):
            return "torch"
        if names and all(name.endswith(".npy") for name in names):
            return "npz"
    if TORCH_LEGACY in head:
        return "torch"
    if head[8:9] == b"{":
        return "safetensors"
    if head.startswith(PICKLE_STARTS):
        return "pickle"
    raise UserError(
        f"{path}: not a checkpoint (starts with {head!r}); "
        "give a .pth, .npz or .safetensors file, and check that a download is not a web page"
    )


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """Reads a safetensors file.

    Args:
      path: a safetensors file, of any ending.

    Returns:
      Its arrays by name.

    Raises:
      UserError: the file is damaged or has a type that numpy lacks.
    """
    regular.check(path)
    try:
        with safe_open(path, "numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except Exception as error:  # SafetensorError for damage, others for a type numpy lacks
        raise UserError(
            f"{path}: a damaged safetensors file or a type numpy lacks "
            f"({str(error).partition(chr(10))[0][:200]}); save it again as float32"
        ) from error


def read_torch(path: Path) -> tuple[dict[str, np.ndarray], list[str]]:
    """Reads a torch checkpoint with `weights_only=True`; weights elsewhere than usual are told.

    Args:
      path: a file by `torch.save`.

    Returns:
      The tensors of its `state_dict`, or of the one dict of tensors that is far larger than all
      others, and the names of the other entries.

    Raises:
      UserError: torch is absent, the file is damaged or holds more than tensors, or two dicts could
        be the weights.
    """
    loaded = torch_files.read(path)
    if not isinstance(loaded, dict):
        raise UserError(f"{path}: holds a {type(loaded).__name__}, not a state_dict; save that")
    levels = {way: state for way, state in _levels(loaded) if state}
    way = _largest(path, levels) if levels else ("state_dict",) * ("state_dict" in loaded)
    state = levels.get(way, loaded.get("state_dict", loaded))
    beside = [str(name) for name in loaded if way and name != way[0]]
    others = (
        [str(name) for name, value in state.items() if not _is_weight(name, value)]
        if isinstance(state, dict)
        else ["state_dict"]
    )
    if others:
        raise UserError(
            f"{path}: unknown layout, these are not plain tensors: {', '.join(others)}; "
            "give a state_dict, or a file that holds one under 'state_dict'"
        )
    if way not in ((), ("state_dict",)):
        print(f"{path}: the weights under {'/'.join(way)!r} are taken")
    return {name: torch_files.to_numpy(value) for name, value in state.items()}, beside  # type: ignore[union-attr]  # else it is among the others


def read_checkpoint(path: Path) -> tuple[dict[str, np.ndarray], list[str]]:
    """Reads the tensors of any known kind of checkpoint, safely.

    Args:
      path: a torch, npz or safetensors file.

    Returns:
      The tensors by name, and the names of the entries beside a torch `state_dict`.

    Raises:
      UserError: the file is unreadable, of unknown format, or a pickle.
    """
    match file_format(path):
        case "torch":
            return read_torch(path)
        case "npz":
            return read_npz(path), []
        case "safetensors":
            return read_safetensors(path), []
    target = path.with_suffix(".npz")
    code = (
        f"import pickle, numpy; numpy.savez({str(target)!r}, "
        f"**pickle.load(open({str(path)!r}, 'rb'), encoding='latin1'))"
    )
    raise UserError(
        f"{path}: a plain pickle (VGGFace2's form), which may run code and is refused; if you "
        f'trust it, convert it yourself: python -c "{code}" and give {target}'
    )


def _levels(loaded: dict, way: Way = ()) -> Iterator[tuple[Way, dict]]:
    """Every dict in a checkpoint that holds only plain tensors, with the keys that lead to it."""
    if all(_is_weight(name, value) for name, value in loaded.items()):
        yield way, loaded
    elif len(way) < DEEPEST:
        for name, value in loaded.items():
            if isinstance(value, dict) and isinstance(name, str):
                yield from _levels(value, (*way, name))


def _largest(path: Path, levels: Mapping[Way, dict]) -> Way:
    if ("state_dict",) in levels:
        return ("state_dict",)
    first, *others = sorted(levels, key=lambda way: -len(levels[way]))
    # Heads and averages over identities are small; a second network is not.
    alike = [way for way in others if 2 * len(levels[way]) > len(levels[first])]
    if alike:
        names = " and ".join(repr("/".join(way)) for way in (first, *alike))
        raise UserError(
            f"{path}: {names} could be the weights; save only the one that is meant, as "
            "{'state_dict': weights}"
        )
    return first


def _is_weight(name: Any, value: Any) -> bool:
    return isinstance(name, str) and torch_files.is_plain(value)
