"""What is there to be read, and one line where it is nothing that is read."""

import os
from pathlib import Path

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.predict import given, sources


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("https://example.org/a.jpg", "addresses are not read: download it"),
        (Path("rtsp://camera/stream"), "addresses are not read"),
        ("-", "standard input is not read"),
        ("0", "cameras are not read"),
        (0, "cameras are not read"),
        ("/dev/video9", "cameras are not read"),
        ("/dev/null", "neither a file nor a folder"),
        ("photos/*.jpg", "patterns are for the shell"),
        ("", "an empty path"),
    ],
)
def test_what_is_not_read_is_said_in_one_line(tmp_path, monkeypatch, source, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=message) as error:
        given.listing(source)
    assert "\n" not in str(error.value)


def test_files_of_other_endings_are_counted(tmp_path, photo, write_image):
    write_image(tmp_path / "a.png", photo())
    for name in ("notes.txt", "deep/b.TXT", "LICENSE", "code.ts"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    listing = given.listing(tmp_path)
    assert len(list(listing.items)) == 1
    assert listing.left_out == {".txt": 2, "without ending": 1, ".ts": 1}
    line = given.left_out_line(listing.left_out)
    assert line == "left out, not named as images or videos: 4 (.txt 2, .ts 1, without ending 1)"
    assert given.left_out_line({}) == ""


@pytest.mark.parametrize("name", ["a.ts", "a.3gp", "a", "a.mp4", "a.MOV", "a.bin"])
def test_videos_of_any_name_are_videos(tmp_path, photo, write_video, name):
    whole = write_video(tmp_path / "whole.mp4", [photo()] * 2)
    (tmp_path / name).write_bytes(whole.read_bytes())
    (item,) = given.listing(tmp_path / name).items
    assert item.is_video
    assert [frame.number for frame in sources.frames([item])] == [0, 1]


def test_a_video_with_the_name_of_an_image_is_called_that(tmp_path, photo, write_video):
    whole = write_video(tmp_path / "whole.mp4", [photo()])
    whole.rename(tmp_path / "a.jpg")
    (frame,) = sources.frames(given.listing(tmp_path).items)
    assert frame.error.startswith("a video (MP4, MOV or 3GP) with the name of an image: rename ")


def test_an_iterator_is_read_as_a_stream(photo):
    asked = 0

    def endless():
        nonlocal asked
        while True:
            asked += 1
            yield photo()

    frames = sources.frames(given.listing(endless()).items)
    assert [next(frames).item.file for _ in range(3)] == ["array 0", "array 1", "array 2"]
    assert asked == 3


def test_what_is_wrong_in_a_stream_costs_nothing_else(tmp_path, photo):
    values = [photo(), str(tmp_path / "absent.jpg"), np.zeros((3, 20, 20), np.uint8), photo()]
    frames = list(sources.frames(given.listing(iter(values)).items))
    assert [frame.pixels is None for frame in frames] == [False, True, True, False]
    assert (frames[1].item.file, frames[2].item.file) == (values[1], "array 2")
    assert "no such file" in frames[1].error and "channels first" in frames[2].error
    assert "absent" not in frames[1].error  # the row has the name
    with pytest.raises(UserError, match=r"^\S+absent.jpg: no such file"):
        given.listing(values)
    with pytest.raises(UserError, match=r"^array 2: \[3, 20, 20\] may be one image"):
        given.listing([photo(), photo(), values[2]])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a" * 300 + ".jpg", "file name too long"),
        ("a\0b.jpg", "null"),
        ("~nobody-has-this-name.jpg", "no such file or folder"),
        ("~$list.jpg", "no such file or folder"),
    ],
)
def test_names_that_no_file_can_have_cost_one_row(photo, name, said):
    frames = list(sources.frames(given.listing(iter([photo(), name, photo()])).items))
    assert [frame.pixels is None for frame in frames] == [False, True, False]
    assert said in frames[1].error
    with pytest.raises(UserError, match=said):
        given.listing(name)


def test_entries_of_a_folder_that_was_listed_in_bytes(tmp_path, photo, write_image):
    write_image(tmp_path / "~a.png", photo())
    (entry,) = os.scandir(os.fsencode(tmp_path))
    assert given.listing(entry).items[0].content == tmp_path / "~a.png"


def test_the_home_folder(tmp_path, monkeypatch, photo, write_image):
    monkeypatch.setenv("HOME", str(tmp_path))
    write_image(tmp_path / "in" / "a.png", photo())
    for source in ("~/in", "~/in/a.png", [Path("~/in/a.png")]):
        (item,) = given.listing(source).items
        assert item.content == tmp_path / "in" / "a.png"
