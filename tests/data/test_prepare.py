"""What prepare writes of each dataset."""

import json
import shutil

import numpy as np
import pytest
import tensorflow_datasets as tfds

from data import building
from data.prepare import DATASETS

LINES = ["train_00001.jpg 1", "train_00002.jpg 4", "train_00003.jpg 4", "test_0001.jpg 7"]


def test_rafdb_with_the_peers_landmarks(prepare, stored, rafdb_tree, torch_file, tmp_path, capsys):
    source = rafdb_tree(LINES)
    points = np.stack([np.full((19, 2), 56.0 * row, np.float32) for row in range(4)])
    shutil.copy(
        source / "Image/aligned/train_00001_aligned.jpg",
        source / "Image/aligned/test_0001_aligned.jpg",
    )
    (source / "Image/aligned/train_00002_aligned.jpg").unlink()
    prepare(
        *("rafdb", "--source", source, "--landmarks", torch_file(points)),
        *("--data_dir", tmp_path / "out"),
    )
    folder = tmp_path / "out" / "rafdb" / "1.0.0"
    train = stored(folder, "train")
    assert sorted(train) == ["train_00001.jpg", "train_00003.jpg"]
    np.testing.assert_allclose(train["train_00003.jpg"]["landmarks"], np.full((19, 2), 0.5))
    image = (source / "Image/aligned/train_00003_aligned.jpg").read_bytes()
    assert train["train_00003.jpg"]["image"] == image
    assert {name: int(r["id"]) for name, r in (train | stored(folder, "test")).items()} == {
        "test_0001.jpg": 0,
        "train_00001.jpg": 1,
        "train_00003.jpg": 2,
    }
    metadata = json.loads((folder / "metadata.json").read_text())
    assert (metadata["scheme"], len(metadata["flip_index"])) == ("aflw19", 19)
    printed = capsys.readouterr().out
    table = printed.strip().split("\n\n")[0]
    rows = {line[:20].strip(): line.split()[-2:] for line in table.splitlines()}
    assert rows["happiness"] == ["1", "0"]
    assert rows["records"] == ["2", "1"]
    assert rows["missing file (left o"] == ["1", "0"]
    assert "train_00001.jpg = test_0001.jpg (test)" in printed
    assert "Image/aligned/train_00002_aligned.jpg" in (folder / "report.txt").read_text()
    assert (folder / "twins.csv").read_text().count("\n") == 3
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["rafdb"]


def test_ferplus_goes_into_the_folder_of_its_rule(prepare, stored, ferplus_tree, tmp_path):
    votes = (0, 0, 0, 0, 9, 1, 0, 0, 0, 0)
    source = ferplus_tree([("Training", "b.png", votes), ("PublicTest", "a.png", votes)])
    points = np.zeros((2, 68, 2))
    points[1] = 24
    np.savez(
        tmp_path / "l.npz",
        name=["FER2013Valid/a.png", "FER2013Train/b.png"],
        points=points,
        ok=[False, True],
        scheme="ibug68",
    )
    prepare(
        *("ferplus", "--source", source, "--landmarks", tmp_path / "l.npz"),
        *("--labels", "majority", "--classes", 7, "--data_dir", tmp_path / "out"),
    )
    folder = tmp_path / "out" / "ferplus" / "majority_7classes" / "1.0.0"
    record = stored(folder, "train")["b.png"]
    np.testing.assert_allclose(record["landmarks"], np.full((68, 2), 0.5))
    np.testing.assert_array_equal(record["votes"], votes)
    assert not stored(folder, "valid")["a.png"]["present"].any()


def test_a_folder_gets_the_name_it_is_given(prepare, tmp_path, write, encode):
    for number in range(4):
        write(tmp_path / "faces" / "happy" / f"{number}.bmp", encode(number, suffix=".bmp"))
    prepare(
        *("folder", "--name", "mine", "--source", tmp_path / "faces", "--holdout", "0.25"),
        *("--data_dir", tmp_path / "out"),
    )
    folder = tmp_path / "out" / "mine" / "1.0.0"
    builder = tfds.builder_from_directory(str(folder))
    assert builder.info.name == "mine"
    assert {name: split.num_examples for name, split in builder.info.splits.items()} == {
        "train": 3,
        "test": 1,
    }


def test_a_folder_of_another_name_tells_the_flags_that_train_on_it(
    prepare, tmp_path, write, encode, capsys
):
    for name in ("happy", "sad"):
        write(tmp_path / "faces" / name / "a.png", encode(len(name)))
    words = ("folder", "--source", tmp_path / "faces", "--data_dir", tmp_path / "out", "--name")
    prepare(*words, "five")
    assert capsys.readouterr().out.endswith(
        f"\nprepared {tmp_path}/out/five/1.0.0\nto train on it: --config=folder "
        "--config.data.train=\"('five',)\" --config.data.test=\"('five',)\"\n"
    )
    prepare(*words, "mine")
    assert capsys.readouterr().out.endswith(f"\nprepared {tmp_path}/out/mine/1.0.0\n")


def test_a_reader_with_classes_in_another_order_is_refused(
    fails, ferplus_tree, tmp_path, monkeypatch
):
    source = ferplus_tree([("Training", "b.png", (0, 0, 0, 0, 9, 1, 0, 0, 0, 0))])
    module = building.importlib.import_module("data.ferplus.source")
    own = module.list_source

    def turned(*words, **options):
        listing = own(*words, **options)
        listing.classes = listing.classes[::-1]
        return listing

    monkeypatch.setattr(module, "list_source", turned)
    line = fails("ferplus", "--source", source, "--data_dir", tmp_path / "out")
    assert "must come in the order of lanet_jax.classes.EXPRESSIONS" in line


def test_affectnet_crops_are_stored_at_their_size(prepare, tmp_path, write, encode):
    source = tmp_path / "affectnet"
    points = ";".join(["30.0;40.0"] * 68)
    for file in ("training.csv", "validation.csv"):
        name = f"{file}.jpg"
        write(source / "Manually_Annotated_Images" / name, encode(0, 100, ".jpg"))
        write(source / file, f"{name},20,30,40,40,{points},1,0,0\n")
    prepare("affectnet", "--source", source, "--size", 16, "--data_dir", tmp_path / "out")
    folder = tmp_path / "out" / "affectnet" / "8classes" / "1.0.0"
    source = tfds.builder_from_directory(str(folder)).as_data_source("valid")
    assert source[0]["image"].shape == (16, 16, 3)
    np.testing.assert_allclose(source[0]["landmarks"], np.full((68, 2), 0.25))


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_every_dataset_has_what_tfds_wants(name):
    package = building.importlib.import_module(f"data.{name}").__path__[0]
    for file in ("README.md", "CITATIONS.bib", "TAGS.txt"):
        assert building.Path(package, file).read_text()
    module = building.importlib.import_module(f"data.{name}.{name}_dataset_builder")
    assert module.Builder.name == name
    assert module.Builder.VERSION >= "1.0.0"
