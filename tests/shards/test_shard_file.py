"""A part is read as it was written or refused; what tells files of the same name apart."""

import json
import os
import threading

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.files.npz import read_npz, write_npz
from lanet_jax.shards import shard_file
from lanet_jax.shards.dealing import Shard, folder

NAMES = [f"{number}.jpg" for number in range(40)]


def test_files_of_one_size_are_told_apart_by_their_beginning(tmp_path):
    for name, text in (("a", "header 1"), ("b", "header 2"), ("c", "header 1")):
        (tmp_path / name).write_text(text)
    a, b, c = shard_file.marks(tmp_path / name for name in "abc")
    assert a == c != b


def test_what_cannot_be_read_has_no_mark_and_blocks_nothing(tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    assert shard_file.marks([tmp_path / "link", tmp_path / "pipe", tmp_path]) == ["", "", ""]


def test_marks_come_in_the_order_of_the_files(tmp_path):
    paths = [tmp_path / str(number) for number in range(1000)]
    for number in range(0, 1000, 2):
        paths[number].write_bytes(b"x" * number)
    sizes = [mark.partition(" ")[0] for mark in shard_file.marks(iter(paths))]
    assert sizes == [str(number) if number % 2 == 0 else "" for number in range(1000)]


def test_a_disk_that_answers_slowly_is_asked_for_several_files_at_once(tmp_path, monkeypatch):
    paths = [tmp_path / str(number) for number in range(2 * shard_file._BLOCK)]
    both = threading.Barrier(2, timeout=10)
    waits = {paths[0], paths[-1]}  # of two blocks: each waits for the other

    def is_file(path):
        if path in waits:
            both.wait()
        return False

    monkeypatch.setattr(type(tmp_path), "is_file", is_file)
    assert shard_file.marks(paths) == [""] * len(paths)


def test_folders_are_made_and_any_folder_may_be_named(tmp_path, monkeypatch):
    path = shard_file.write(tmp_path / "a" / "b", Shard(1, 1), "predict", ["x"], {}, {})
    assert path.parent == tmp_path / "a" / "b.shards"
    monkeypatch.chdir(tmp_path)
    assert folder(type(tmp_path)(".")) == tmp_path.with_name(f"{tmp_path.name}.shards")


def _part(folder):
    found = {"scores": np.linspace(0, 1, len(Shard(2, 3).places(NAMES)))}
    return shard_file.write(
        folder / "t.csv", Shard(2, 3), "audit", NAMES, {"k": 8}, found, {"n": 1}, ["m"]
    )


def test_a_part_is_read_as_it_was_written(tmp_path):
    part = shard_file.read(_part(tmp_path))
    assert (part.shard, part.kind, part.total) == (Shard(2, 3), "audit", 40)
    assert (part.settings["k"], part.asked) == (8, {"n": 1})
    assert part.listing == shard_file.listing([*NAMES, "m"]) != shard_file.listing(NAMES)
    np.testing.assert_array_equal(part.places, Shard(2, 3).places(NAMES))
    np.testing.assert_array_equal(part.arrays["scores"], np.linspace(0, 1, len(part.places)))


@pytest.mark.parametrize(
    "change",
    [
        {"shard": "4/3"},
        {"total": "40"},
        {"kind": None},
        {"settings": []},
        {"more": 1},
        {"places": np.zeros(3, np.int32)},
        {"places": np.zeros((3, 1), np.int64)},
        {"about": np.frombuffer(b"[]", np.uint8)},
        {"about": np.frombuffer(b"{", np.uint8)},
    ],
)
def test_what_is_not_a_part_is_refused_by_name(tmp_path, change):
    path = _part(tmp_path)
    arrays = read_npz(path)
    about = json.loads(arrays["about"].tobytes())
    inner = {key: value for key, value in change.items() if key not in arrays}
    arrays["about"] = shard_file.packed(json.dumps({**about, **inner}))
    write_npz(path, {**arrays, **{key: change[key] for key in change if key in arrays}})
    with pytest.raises(UserError, match=r"2-of-3\.npz is not a shard: remove it"):
        shard_file.read(path)


@pytest.mark.parametrize("name", ["about", "places"])
def test_a_part_without_one_of_its_arrays_is_refused(tmp_path, name):
    path = _part(tmp_path)
    arrays = read_npz(path)
    del arrays[name]
    write_npz(path, arrays)
    with pytest.raises(UserError, match="is not a shard"):
        shard_file.read(path)
