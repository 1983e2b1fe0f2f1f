"""Tiny sources in each official layout, and landmark files."""

import csv
import io
import pickle
import sys
import types
import zipfile
from collections import OrderedDict
from pathlib import Path

import cv2
import numpy as np
import pytest
import tensorflow_datasets as tfds

from data.prepare import main

FERPLUS_HEADER = (
    *("Usage", "Image name", "neutral", "happiness", "surprise", "sadness", "anger"),
    *("disgust", "fear", "contempt", "unknown", "NF"),
)
USAGE_FOLDERS = {
    "Training": "FER2013Train",
    "PublicTest": "FER2013Valid",
    "PrivateTest": "FER2013Test",
}


def encode(seed: int, size: int = 8, suffix: str = ".png", channels: int = 3) -> bytes:
    """An encoded image of noise, different for each seed."""
    shape = (size, size, channels) if channels > 1 else (size, size)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    return cv2.imencode(suffix, pixels)[1].tobytes()


@pytest.fixture(name="encode")
def encode_fixture():
    return encode


@pytest.fixture
def write():
    """Writes bytes or text to a path, making its folders."""

    def write_to(path: Path, content: bytes | str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_to


@pytest.fixture
def ferplus_tree(tmp_path, write):
    """Writes rows (usage, name, votes) with an image for each name; returns the source."""

    def make(rows, images=True):
        source = tmp_path / "ferplus"
        source.mkdir(exist_ok=True)
        with (source / "fer2013new.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(FERPLUS_HEADER)
            table.writerows([usage, name, *votes] for usage, name, votes in rows)
        for number, (usage, name, _) in enumerate(rows):
            if images and name:
                write(source / USAGE_FOLDERS[usage] / name, encode(number, 48, channels=1))
        return source

    return make


@pytest.fixture
def rafdb_tree(tmp_path, write):
    """Writes lines "name number" with an aligned image for each name; returns the source."""

    def make(lines):
        source = tmp_path / "basic"
        write(source / "EmoLabel" / "list_patition_label.txt", "\n".join(lines) + "\n")
        for number, line in enumerate(lines):
            stem = line.split(".")[0]
            path = source / "Image" / "aligned" / f"{stem}_aligned.jpg"
            write(path, encode(number, 10, ".jpg"))
        return source

    return make


@pytest.fixture
def torch_file(tmp_path):
    """Writes an array as torch.save does, without torch; the pickle can be replaced."""

    def make(array, *, content=None, order="little", shape=None, strides=None, kind="FloatStorage"):
        array = np.asarray(array)
        path = tmp_path / "points.pt"
        shape = array.shape if shape is None else shape
        if strides is None:
            strides = tuple(step // array.itemsize for step in array.strides)
        if content is None:
            content = _pickle_tensor(array.size, shape, strides, kind)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("points/data.pkl", content)
            archive.writestr("points/byteorder", order)
            swapped = array.astype(array.dtype.newbyteorder("<" if order == "little" else ">"))
            archive.writestr("points/data/0", swapped.tobytes())
            archive.writestr("points/version", "3\n")
        return path

    return make


def _pickle_tensor(numel, shape, strides, kind):
    """The pickle that torch writes; stand-ins for its classes, as torch may not be installed."""
    rebuild = types.FunctionType((lambda: None).__code__, {}, "_rebuild_tensor_v2")
    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    storage_type = type(kind, (), {"__module__": "torch"})
    utils = types.ModuleType("torch._utils")
    utils._rebuild_tensor_v2 = rebuild
    torch = types.ModuleType("torch")
    setattr(torch, kind, storage_type)
    torch._utils = utils

    class Storage:
        pass

    class Tensor:
        def __reduce__(self):
            return rebuild, (Storage(), 0, shape, strides, False, OrderedDict())

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if isinstance(value, Storage):
                return ("storage", storage_type, "0", "cpu", numel)
            return None

    before = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
    sys.modules.update({"torch": torch, "torch._utils": utils})
    try:
        content = io.BytesIO()
        Pickler(content, protocol=2).dump(Tensor())
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    return content.getvalue()


@pytest.fixture
def prepare():
    """Runs `data.prepare` with a command line."""
    return lambda *arguments: main([str(argument) for argument in arguments])


@pytest.fixture
def fails(prepare, capsys):
    """The error line with which the command ended."""

    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            prepare(*arguments)
        assert ended.value.code == 1
        lines = capsys.readouterr().err.strip().splitlines()
        assert lines[-1].startswith("error: ")
        return lines[-1]

    return call


@pytest.fixture
def stored():
    """The records of a split by their names, images as they are stored."""

    def read(folder, split):
        skip = {"image": tfds.decode.SkipDecoding()}
        source = tfds.builder_from_directory(str(folder)).as_data_source(split, decoders=skip)
        return {record["name"].decode(): record for record in source}

    return read
