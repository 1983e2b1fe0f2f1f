"""Reads one tensor of a torch file without torch, and without running anything in the file.

A torch file is a zip of a pickle, which describes the tensor, and of the raw numbers. The pickle
is read by an unpickler that resolves three names and refuses all others, so that nothing in the
file can be called. It accepts only the operations that torch writes for a tensor, so that the file
cannot demand much memory or time.
"""

import dataclasses
import io
import math
import pickle
import pickletools
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lanet_jax.errors import UserError
from lanet_jax.files import npz

LONGEST_PICKLE = 1 << 16  # bytes; a tensor's takes about 150
OPERATIONS = {
    *("PROTO", "STOP", "MARK", "GLOBAL", "BINPERSID", "REDUCE", "BINPUT", "BINGET"),
    *("BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "NEWFALSE", "NEWTRUE", "NONE"),
    *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"),
}


@dataclasses.dataclass(frozen=True)
class _Storage:
    key: str
    size: int


@dataclasses.dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _FloatStorage:
    """Stands for torch.FloatStorage in the pickle; never instantiated."""


def _rebuild(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> _Tensor:
    if not isinstance(storage, _Storage):
        raise pickle.UnpicklingError("a tensor without storage")
    return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))


class _Unpickler(pickle.Unpickler):
    known = {  # noqa: RUF012  (never changed)
        ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
        ("torch", "FloatStorage"): _FloatStorage,
        ("collections", "OrderedDict"): lambda *_: None,  # for a tensor's hooks
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.known:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return self.known[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        kind, storage_type, key, _, size = pid
        if kind != "storage" or storage_type is not _FloatStorage:
            raise pickle.UnpicklingError("its numbers are not float32")
        return _Storage(str(key), int(size))


def read_tensor(path: Path) -> Float[np.ndarray, "..."]:
    """Reads the one float32 tensor that a torch file holds.

    Args:
      path: the file.

    Raises:
      UserError: the file holds anything else, or is not whole.
    """
    npz.members(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive)
    except Exception as error:  # hand-made pickles and broken zips raise many kinds
        raise UserError(
            f"{path} does not hold one float32 tensor: {error}; save it again in torch with "
            "torch.save(tensor.float().contiguous().clone(), path)"
        ) from None


def _unpickle(content: bytes) -> Any:
    if len(content) > LONGEST_PICKLE:
        raise ValueError(f"its data.pkl has {len(content):,} bytes")
    for operation, _, _ in pickletools.genops(content):
        if operation.name not in OPERATIONS:
            raise ValueError(f"its data.pkl is not a tensor's (it has {operation.name})")
    return _Unpickler(io.BytesIO(content)).load()


def _read(archive: zipfile.ZipFile) -> Float[np.ndarray, "..."]:
    entries = archive.namelist()
    pickles = [entry for entry in entries if entry.endswith("data.pkl")]
    if len(pickles) != 1:
        raise ValueError("there is no data.pkl in it")
    root = pickles[0].removesuffix("data.pkl")
    tensor = _unpickle(archive.read(pickles[0]))
    if not isinstance(tensor, _Tensor):
        raise ValueError(f"its content is a {type(tensor).__name__}")
    order = archive.read(f"{root}byteorder") if f"{root}byteorder" in entries else b"little"
    numbers = np.frombuffer(
        archive.read(f"{root}data/{tensor.storage.key}"), {b"little": "<f4", b"big": ">f4"}[order]
    )
    count = math.prod(tensor.shape)
    contiguous = tuple(math.prod(tensor.shape[axis + 1 :]) for axis in range(len(tensor.shape)))
    if tensor.strides != contiguous or min(tensor.shape, default=0) < 0:
        raise ValueError("it is a view of another tensor")
    if tensor.offset < 0 or tensor.offset + count > len(numbers):
        raise ValueError(f"{count} numbers were expected, it has {len(numbers)}")
    values = numbers[tensor.offset : tensor.offset + count]
    return values.reshape(tensor.shape).astype(np.float32)
