import json
import shutil

import numpy as np
import pytest
import tensorflow_datasets as tfds

from data import building
from data.prepare import DATASETS, main, parse
from lanet_jax.errors import UserError

LINES = ["train_00001.jpg 1", "train_00002.jpg 4", "train_00003.jpg 4", "test_0001.jpg 7"]


def _prepare(*arguments):
    main([str(argument) for argument in arguments])


def _fails(capsys, *arguments):
    """The one line on which the command ended."""
    with pytest.raises(SystemExit) as ended:
        _prepare(*arguments)
    assert ended.value.code == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert lines[-1].startswith("error: ")
    return lines[-1]


def _records(folder, split):
    skip = {"image": tfds.decode.SkipDecoding()}
    source = tfds.builder_from_directory(str(folder)).as_data_source(split, decoders=skip)
    return {record["name"].decode(): record for record in source}


def test_rafdb_with_the_peers_landmarks(rafdb_tree, torch_file, tmp_path, capsys):
    source = rafdb_tree(LINES)
    points = np.stack([np.full((19, 2), 56.0 * row, np.float32) for row in range(4)])
    shutil.copy(
        source / "Image/aligned/train_00001_aligned.jpg",
        source / "Image/aligned/test_0001_aligned.jpg",
    )
    (source / "Image/aligned/train_00002_aligned.jpg").unlink()
    _prepare(
        *("rafdb", "--source", source, "--landmarks", torch_file(points)),
        *("--data_dir", tmp_path / "out"),
    )
    folder = tmp_path / "out" / "rafdb" / "1.0.0"
    train = _records(folder, "train")
    assert sorted(train) == ["train_00001.jpg", "train_00003.jpg"]
    np.testing.assert_allclose(train["train_00003.jpg"]["landmarks"], np.full((19, 2), 0.5))
    image = (source / "Image/aligned/train_00003_aligned.jpg").read_bytes()
    assert train["train_00003.jpg"]["image"] == image
    assert {name: int(r["id"]) for name, r in (train | _records(folder, "test")).items()} == {
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


def test_a_finished_folder_is_left_alone_unless_told(rafdb_tree, tmp_path, capsys):
    source = rafdb_tree(LINES)
    command = ("rafdb", "--source", source, "--data_dir", tmp_path / "out")
    _prepare(*command)
    folder = tmp_path / "out" / "rafdb" / "1.0.0"
    written = (folder / "dataset_info.json").stat().st_mtime_ns
    rafdb_tree(LINES[1:])
    capsys.readouterr()
    _prepare(*command)
    assert "is prepared already; nothing was done" in capsys.readouterr().out
    assert (folder / "dataset_info.json").stat().st_mtime_ns == written
    _prepare(*command, "--overwrite")
    assert sorted(_records(folder, "train")) == ["train_00002.jpg", "train_00003.jpg"]


def test_a_folder_that_is_something_else_is_left_alone(rafdb_tree, tmp_path, write, capsys):
    write(tmp_path / "out" / "rafdb" / "1.0.0" / "mine.txt", "x")
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", tmp_path / "out")
    assert "is there and no prepared dataset" in _fails(capsys, *command)


def test_a_run_that_fails_leaves_nothing_new(rafdb_tree, tmp_path, monkeypatch, capsys):
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", tmp_path / "out")
    _prepare(*command)
    folder = tmp_path / "out" / "rafdb" / "1.0.0"
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}

    def full(*_):
        raise OSError(building.errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(building.check, "count", full)
    assert "no space left in" in _fails(capsys, *command, "--overwrite")
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["rafdb"]


def test_what_a_killed_run_left_does_not_count(rafdb_tree, tmp_path):
    out = tmp_path / "out"
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", out)
    _prepare(*command)
    # As if a run had been killed between writing and renaming, with other data.
    (out / ".rafdb-1.0.0.incomplete").mkdir()
    (out / "rafdb").rename(out / ".rafdb-1.0.0.incomplete" / "rafdb")
    rafdb_tree(LINES[1:])
    _prepare(*command)
    assert len(_records(out / "rafdb" / "1.0.0", "train")) == 2
    assert [path.name for path in out.iterdir()] == ["rafdb"]


def test_a_second_command_at_the_same_time_is_one_line_and_harms_nothing(
    rafdb_tree, tmp_path, monkeypatch, capsys
):
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", tmp_path / "out")
    write = building._write
    second = []

    def write_while_another_tries(builder):
        monkeypatch.setattr(building, "_write", write)
        second.append(_fails(capsys, *command))
        return write(builder)

    monkeypatch.setattr(building, "_write", write_while_another_tries)
    _prepare(*command)
    assert f"preparing {tmp_path / 'out' / 'rafdb' / '1.0.0'} is under way" in second[0]
    assert len(_records(tmp_path / "out" / "rafdb" / "1.0.0", "train")) == 3
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["rafdb"]


def test_what_another_command_finished_meanwhile_is_left_alone(
    rafdb_tree, tmp_path, monkeypatch, capsys
):
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", tmp_path / "out")
    look = building.assembly.look_at_all

    def look_while_another_prepares(listing):
        monkeypatch.setattr(building.assembly, "look_at_all", look)
        _prepare(*command)
        return look(listing)

    monkeypatch.setattr(building.assembly, "look_at_all", look_while_another_prepares)
    _prepare(*command)
    assert capsys.readouterr().out.count("is prepared already; nothing was done") == 1


def test_too_little_room_is_said_before_writing(rafdb_tree, tmp_path, monkeypatch, capsys):
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(building.shutil, "disk_usage", lambda _: usage)
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", tmp_path / "out")
    assert "has 0.0 GB left" in _fails(capsys, *command)


def test_broken_images_end_the_command(rafdb_tree, tmp_path, capsys):
    source = rafdb_tree(LINES)
    broken = source / "Image/aligned/train_00002_aligned.jpg"
    broken.write_bytes(broken.read_bytes()[:-20])
    message = _fails(capsys, "rafdb", "--source", source, "--data_dir", tmp_path / "out")
    assert "1 files are cut short or no images: Image/aligned/train_00002_aligned.jpg" in message
    assert not (tmp_path / "out").exists()


def test_ferplus_goes_into_the_folder_of_its_rule(ferplus_tree, tmp_path):
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
    _prepare(
        *("ferplus", "--source", source, "--landmarks", tmp_path / "l.npz"),
        *("--labels", "majority", "--classes", 7, "--data_dir", tmp_path / "out"),
    )
    folder = tmp_path / "out" / "ferplus" / "majority_7classes" / "1.0.0"
    record = _records(folder, "train")["b.png"]
    np.testing.assert_allclose(record["landmarks"], np.full((68, 2), 0.5))
    np.testing.assert_array_equal(record["votes"], votes)
    assert not _records(folder, "valid")["a.png"]["present"].any()


def test_a_folder_gets_the_name_it_is_given(tmp_path, write, encode):
    for number in range(4):
        write(tmp_path / "faces" / "happy" / f"{number}.bmp", encode(number, suffix=".bmp"))
    _prepare(
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


def test_affectnet_crops_are_stored_at_their_size(tmp_path, write, encode):
    source = tmp_path / "affectnet"
    points = ";".join(["30.0;40.0"] * 68)
    for file in ("training.csv", "validation.csv"):
        name = f"{file}.jpg"
        write(source / "Manually_Annotated_Images" / name, encode(0, 100, ".jpg"))
        write(source / file, f"{name},20,30,40,40,{points},1,0,0\n")
    _prepare("affectnet", "--source", source, "--size", 16, "--data_dir", tmp_path / "out")
    folder = tmp_path / "out" / "affectnet" / "8classes" / "1.0.0"
    source = tfds.builder_from_directory(str(folder)).as_data_source("valid")
    assert source[0]["image"].shape == (16, 16, 3)
    np.testing.assert_allclose(source[0]["landmarks"], np.full((68, 2), 0.25))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fer2013"], "invalid choice: 'fer2013'"),
        (["rafdb"], "required: --source"),
        (["rafdb", "--source", "x", "--classes", "7"], "unrecognized arguments: --classes 7"),
        (["ferplus", "--source", "x", "--labels", "mean"], "invalid choice: 'mean'"),
        (["folder", "--source", "x", "--name", "rafdb"], "'rafdb' is no name for a folder"),
        (["folder", "--source", "x", "--name", "A b"], "'A b' is no name for a folder"),
    ],
)
def test_wrong_arguments_are_one_line(arguments, message):
    with pytest.raises(UserError, match=message) as caught:
        parse(arguments)
    assert "\n" not in str(caught.value)


def test_an_absent_source_is_one_line(tmp_path, capsys):
    command = ("rafdb", "--source", tmp_path / "no", "--data_dir", tmp_path / "out")
    assert "no: nothing is there" in _fails(capsys, *command)


def test_a_data_dir_that_cannot_be_made_is_one_line(rafdb_tree, tmp_path, write, capsys):
    data_dir = write(tmp_path / "file", "x")
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", data_dir)
    assert f"cannot write {data_dir}" in _fails(capsys, *command)


def test_an_absent_landmark_file_is_one_line(rafdb_tree, tmp_path, capsys):
    command = ("rafdb", "--source", rafdb_tree(LINES), "--landmarks", tmp_path / "l.npz")
    assert "l.npz: no such landmark file" in _fails(capsys, *command, "--data_dir", tmp_path)


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_every_dataset_has_what_tfds_wants(name):
    package = building.importlib.import_module(f"data.{name}").__path__[0]
    for file in ("README.md", "CITATIONS.bib", "TAGS.txt"):
        assert building.Path(package, file).read_text()
    module = building.importlib.import_module(f"data.{name}.{name}_dataset_builder")
    assert module.Builder.name == name
    assert module.Builder.VERSION >= "1.0.0"
