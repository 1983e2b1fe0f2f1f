"""Reads untrusted torch files by PyTorch's safe loading: nothing in them is executed."""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from lanet_jax.errors import UserError
from lanet_jax.files.npz import damaged


def read(path: Path) -> Any:
    """Reads a torch file with `weights_only=True`, after a comparison with its checksums.

    Args:
      path: a file by `torch.save`.

    Returns:
      What it holds: a tensor, or containers of tensors and plain values.

    Raises:
      UserError: torch is absent, or the file is damaged or holds other objects.
    """
    try:
        import torch
    except ImportError as error:
        raise UserError(
            f"{path}: reading a torch file needs PyTorch: pip install 'lanet_jax[port]'"
        ) from error
    try:
        if zipfile.is_zipfile(path):  # torch does not compare the checksums
            with zipfile.ZipFile(path) as archive:
                if changed := archive.testzip():
                    raise ValueError(f"{changed} does not have its checksum")
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise UserError(
            f"{path}: damaged, or holds Python objects, which may run code and are refused; "
            "fetch it again, or ask its owner for a file of tensors alone"
        ) from error
    except Exception as error:  # torch raises RuntimeError, EOFError and others for damage
        raise damaged(path, "torch file", error) from error


def read_tensor(path: Path) -> np.ndarray:
    """Reads the one tensor that a torch file holds.

    Args:
      path: a file by `torch.save` that holds a tensor.

    Raises:
      UserError: as for `read`, or the file holds anything else.
    """
    loaded = read(path)
    if not is_plain(loaded):
        raise UserError(
            f"{path}: holds a {type(loaded).__name__}, not one plain tensor; save that with "
            "torch.save(tensor, path)"
        )
    return to_numpy(loaded)


def is_plain(value: Any) -> bool:
    """Whether this is a dense tensor, with as many numbers in memory as its shape says."""
    import torch

    if not isinstance(value, torch.Tensor) or value.layout != torch.strided:
        return False
    if value.is_quantized or value.is_meta or value.is_complex():
        return False
    return value.numel() * value.element_size() <= value.untyped_storage().nbytes()


def to_numpy(tensor: Any) -> np.ndarray:
    """A plain tensor as an array; floating point of any size becomes float32."""
    tensor = tensor.detach()
    return (tensor.float() if tensor.is_floating_point() else tensor).numpy()
