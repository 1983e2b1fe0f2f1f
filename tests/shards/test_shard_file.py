"""What tells files of the same name apart."""

import os
import threading

from lanet_jax.shards import shard_file
from lanet_jax.shards.dealing import Shard, folder


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
