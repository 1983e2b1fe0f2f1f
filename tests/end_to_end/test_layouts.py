"""Official layout -> prepare -> config -> one step of LA-Net, for every dataset."""

import csv
import functools
import importlib
from pathlib import Path

import cv2
import jax
import numpy as np
import pytest

from data import prepare
from lanet_jax import state as state_lib
from lanet_jax.from_config import config as config_lib
from lanet_jax.from_config import run as run_lib
from lanet_jax.input.pipeline import train_batches
from lanet_jax.run import folder as run_folder
from lanet_jax.train.step import train_step
from tests.landmarks.drawn_face import face

POINTS = (face("ibug68") * 0.8 + 7).astype(np.float32)  # in an image of 16 px
TRAIN, TEST = 16, 8


def _image(path: Path, seed: int, size: int = 16) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)
    cv2.imwrite(str(path), pixels)


def _landmarks(path: Path, names: list[str]) -> list[str]:
    points = np.repeat(POINTS[None], len(names), axis=0)
    np.savez(path, name=names, points=points, ok=np.ones(len(names), bool), scheme="ibug68")
    return ["--landmarks", str(path)]


def rafdb(root: Path) -> list[str]:
    names = [f"train_{i:05}" for i in range(TRAIN)] + [f"test_{i:04}" for i in range(TEST)]
    for i, name in enumerate(names):
        _image(root / "Image/aligned" / f"{name}_aligned.jpg", i)
    (root / "EmoLabel").mkdir()
    lines = [f"{name}.jpg {i % 7 + 1}\n" for i, name in enumerate(names)]
    (root / "EmoLabel/list_patition_label.txt").write_text("".join(lines))
    files = [f"{name}.jpg" for name in names]
    return ["rafdb", "--source", str(root), *_landmarks(root / "points.npz", files)]


def ferplus(root: Path) -> list[str]:
    header = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt"
    rows, names = [[*header.split(","), "unknown", "NF"]], []
    folders = {"Training": "FER2013Train", "PublicTest": "FER2013Valid"}
    for i in range(TRAIN + TEST):
        usage = "Training" if i < TRAIN else "PublicTest"
        votes = [10 if column == i % 8 else 0 for column in range(10)]
        rows.append([usage, f"fer{i:07}.png", *map(str, votes)])
        names.append(f"{folders[usage]}/fer{i:07}.png")
        _image(root / names[-1], i)
    with open(root / "fer2013new.csv", "w", newline="") as file:
        csv.writer(file).writerows(rows)
    return ["ferplus", "--source", str(root), *_landmarks(root / "points.npz", names)]


def affectnet_old(root: Path) -> list[str]:
    header = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks"
    points = ";".join(str(value) for value in POINTS.ravel())
    for file, first, count in (("training.csv", 0, TRAIN), ("validation.csv", TRAIN, TEST)):
        with open(root / file, "w", newline="") as table:
            writer = csv.writer(table)
            writer.writerow([*header.split(","), "expression", "valence", "arousal"])
            for i in range(first, first + count):
                _image(root / "Manually_Annotated_Images" / f"1/{i}.png", i, 16 + i % 3)
                writer.writerow([f"1/{i}.png", 0, 0, 16, 16, points, i % 8, 0, 0])
    return ["affectnet", "--source", str(root)]


def affectnet_2021(root: Path) -> list[str]:
    for folder, first, count in (("train_set", 0, TRAIN), ("val_set", TRAIN, TEST)):
        (root / folder / "annotations").mkdir(parents=True)
        for i in range(first, first + count):
            _image(root / folder / "images" / f"{i}.jpg", i)
            np.save(root / folder / "annotations" / f"{i}_exp.npy", np.array(str(i % 7)))
            np.save(root / folder / "annotations" / f"{i}_lnd.npy", POINTS.ravel().astype(float))
    return ["affectnet", "--source", str(root), "--classes", "7"]


def folder(root: Path) -> list[str]:
    names = []
    for split, count in (("train", TRAIN), ("test", TEST)):
        for i in range(count):
            kind = ("happy", "sad", "angry")[i % 3]
            names.append(f"{split}/{kind}/{i}.png")
            _image(root / names[-1], i + 100 * (split == "test"), 12 + i % 5)
    arguments = ["folder", "--name", "mine", "--source", str(root)]
    return [*arguments, *_landmarks(root.parent / "points.npz", names)]


def _prepare(layout, tmp_path: Path) -> None:
    root = tmp_path / layout.__name__
    root.mkdir()
    prepare.main([*layout(root), "--data_dir", str(tmp_path / "prepared")])


def _one_step(name: str, presets: str, tmp_path: Path, **changes: object) -> run_lib.Run:
    c = importlib.import_module(f"configs.{name}").get_config(presets)
    c.data.dir = str(tmp_path / "prepared")
    c.data.limit = 0
    c.augment.size, c.model.width, c.model.stem = 16, 2, "small"
    c.optim.batch_size = c.el.queue_size = 8
    c.lde.neighbors = 3
    c.data.stored_size = 16
    for key, value in changes.items():
        c.update_from_flattened_dict({key.replace("__", "."): value})
    c = config_lib.resolve(c)
    run_folder.claim(tmp_path / "run", c)
    run = run_lib.run(c, tmp_path / "run")
    # Drawn op by op: each op compiles in no time, and layouts share them.
    key = jax.random.key(0, impl="unsafe_rbg")
    example = jax.tree.map(jax.numpy.asarray, run.example)
    state = state_lib.init(run.method, run.optimizer, key, example)
    step = jax.jit(functools.partial(train_step, run.method, run.optimizer, run.augment))
    batch = next(train_batches(run.visits, 0, run.reading.batch, 1))
    state, metrics = step(state, batch)
    assert int(state.step) == 1
    assert all(np.isfinite(float(value)) for value in metrics.values()), metrics
    assert float(metrics["lm"]) > 0
    return run


@pytest.mark.parametrize(
    ("layout", "name", "presets", "classes"),
    [
        (rafdb, "rafdb", "", 7),
        (ferplus, "ferplus", "cpu", 8),
        (affectnet_old, "affectnet", "", 8),
        (affectnet_2021, "affectnet", "classes7", 7),
        (folder, "folder", "", 3),
    ],
)
def test_a_layout_prepares_and_trains(layout, name, presets, classes, tmp_path):
    _prepare(layout, tmp_path)
    run = _one_step(name, presets, tmp_path)
    assert (len(run.data.train), len(run.data.train.classes)) == (TRAIN, classes)
    assert [len(records) for records in run.data.evaluate.values()] == [TEST]


def test_mixed_trains_on_both_and_is_evaluated_on_each(tmp_path):
    _prepare(rafdb, tmp_path)
    _prepare(affectnet_2021, tmp_path)
    run = _one_step("mixed", "", tmp_path)
    assert len(run.data.train) == 2 * TRAIN
    assert list(run.data.evaluate) == ["test-rafdb", "valid-affectnet-7classes"]
    assert {name.split("/")[0] for name in run.data.train.names} == {"rafdb", "affectnet"}


@pytest.mark.parametrize(
    ("presets", "changes"),
    [
        ("cpu,reference", {}),
        ("cpu,r50", {}),
        ("cpu", {"precision": "bfloat16"}),
        ("cpu", {"data__holdout": 0.25, "optim__batch_size": 4}),
        ("cpu", {"schedule": "published", "sampler": "uniform", "optim__schedule": "exponential"}),
    ],
)
def test_presets_and_choices_take_a_step(presets, changes, tmp_path):
    _prepare(ferplus, tmp_path)
    run = _one_step("ferplus", presets, tmp_path, **changes)
    if "holdout" in str(changes):
        assert len(run.data.evaluate["holdout"]) == 4 and len(run.data.train) == 12
