"""Tiny sources in each official layout, and landmark files."""

import csv
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
    """Writes an array as a torch file."""
    torch = pytest.importorskip("torch", reason="pip install 'lanet_jax[port]'")

    def make(array):
        path = tmp_path / "points.pt"
        torch.save(torch.from_numpy(array), path)
        return path

    return make


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
