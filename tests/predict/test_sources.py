import os
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lanet_jax.errors import UserError
from lanet_jax.predict import given, sources


def _read(*asked, **options):
    return list(sources.frames(given.listing(*asked).items, **options))


def test_a_folder_is_read_at_any_depth_by_name(tmp_path, photo, write_image, write_video):
    write_image(tmp_path / "b" / "deep" / "2.PNG", photo())
    write_image(tmp_path / "a.jpg", photo())
    write_image(tmp_path / ".hidden" / "no.png", photo())
    write_image(tmp_path / ".no.png", photo())
    write_video(tmp_path / "c.mp4", [photo()] * 2)
    (tmp_path / "notes.txt").write_text("no image")
    frames = _read(tmp_path)
    names = [(Path(f.item.file).relative_to(tmp_path).as_posix(), f.number) for f in frames]
    assert names == [("a.jpg", 0), ("b/deep/2.PNG", 0), ("c.mp4", 0), ("c.mp4", 1)]
    assert [f.rate for f in frames] == [0, 0, 10, 10]
    assert all(f.pixels.shape == (60, 120, 3) for f in frames)


def test_broken_files_say_why_and_do_not_stop(tmp_path, photo, write_image):
    whole = write_image(tmp_path / "whole.png", photo(("fear", 0, 0, 30)))
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:-30])
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "film.mp4").write_bytes(b"no film")
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic")
    errors = {Path(f.item.file).name: f.error for f in _read(str(tmp_path))}
    assert "truncated" in errors["cut.png"]
    assert "empty" in errors["empty.jpg"]
    assert "no video" in errors["film.mp4"]
    assert "known format" in errors["phone.heic"]
    assert errors["whole.png"] == ""


@pytest.mark.parametrize("ending", ["gif", "webp", "png", "tiff"])
def test_further_pictures_of_a_file_are_not_lost_in_silence(tmp_path, photo, ending):
    first, *rest = (PIL.Image.fromarray(photo(("fear", place, 0, 30))) for place in (0, 20, 40))
    first.save(tmp_path / f"several.{ending}", save_all=True, append_images=rest)
    first.save(tmp_path / f"one.{ending}")
    one, several = _read(tmp_path)
    assert (one.note, several.note) == ("", "the first of 3 pictures in the file")
    assert several.pixels.shape == one.pixels.shape


def test_a_film_of_no_bytes_is_empty(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"")
    (frame,) = _read(tmp_path)
    assert frame.error == "the file is empty"


def test_what_is_no_file_costs_one_row_and_no_wait(tmp_path, photo, write_image):
    write_image(tmp_path / "a.png", photo())
    os.mkfifo(tmp_path / "b.jpg")
    os.mkfifo(tmp_path / "c.mp4")
    (tmp_path / "d.mp4").symlink_to("/dev/zero")
    (tmp_path / "e.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "f.mp4").symlink_to("nowhere.mp4")
    os.mkfifo(tmp_path / "g.ts")  # an ending by which the first bytes decide
    listing = given.listing(tmp_path)
    assert [frame.error for frame in sources.frames(listing.items)] == [
        *("", "a pipe: a file on a disk was expected", "a pipe: a file on a disk was expected"),
        "a device: a file on a disk was expected",
        *("No such file or directory", "No such file or directory"),
    ]
    assert listing.left_out == {".ts": 1}


def test_a_file_that_went_away_is_a_broken_one(tmp_path, photo, write_image):
    items = given.listing([write_image(tmp_path / "a.png", photo())]).items
    (tmp_path / "a.png").unlink()
    (frame,) = sources.frames(items)
    assert frame.pixels is None
    assert "No such file" in frame.error


def test_arrays_and_their_batches():
    red = np.zeros((4, 5, 3), np.uint8)
    red[..., 0] = 9
    (frame,) = _read(red)
    assert (frame.item.file, frame.number) == ("array", 0)
    np.testing.assert_array_equal(frame.pixels, red)
    frames = _read([red, np.stack([red, red])], bgr=True)
    assert [(f.item.file, f.number) for f in frames] == [
        ("array 0", 0),
        ("array 1", 0),
        ("array 1", 1),
    ]
    np.testing.assert_array_equal(frames[2].pixels, red[..., ::-1])


def test_a_pil_image_is_rgb():
    red = np.full((8, 8, 3), [200, 0, 0], np.uint8)
    image, array = _read([PIL.Image.fromarray(red), red], bgr=True)
    np.testing.assert_array_equal(image.pixels, red)
    np.testing.assert_array_equal(array.pixels, red[..., ::-1])


def test_bgr_is_of_arrays_only(tmp_path, photo, write_image):
    image = photo(("anger", 0, 0, 30))
    file = write_image(tmp_path / "a.png", image)
    (frame,) = _read(file, bgr=True)
    np.testing.assert_array_equal(frame.pixels, image)


def test_colours_of_a_video(tmp_path, photo, write_video):
    film = write_video(tmp_path / "a.mp4", [photo(("anger", 0, 0, 60), width=60)])
    (frame,) = _read(film)
    red, green, blue = frame.pixels.reshape(-1, 3).mean(0)
    assert red > 200
    assert max(green, blue) < 60


def test_frames_are_read_when_they_are_asked_for(tmp_path, photo, write_image):
    items = given.listing([write_image(tmp_path / f"{i}.png", photo()) for i in range(2)]).items
    stream = sources.frames(items)
    next(stream)
    (tmp_path / "1.png").unlink()
    assert next(stream).error


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nothing.jpg", "no such file"),
        (["."], "holds no image"),
        ([3], "a path or an array"),
        (None, "a path or an array"),
        (np.zeros((3, 4, 4)), "uint8"),
    ],
)
def test_nothing_to_read(tmp_path, monkeypatch, source, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=message):
        given.listing(source)


def test_a_name_that_is_not_in_utf8(tmp_path, photo, write_image):
    write_image(tmp_path / "a\udcff.png", photo())
    (frame,) = _read(tmp_path)
    assert frame.pixels is not None
    assert frame.item.file.endswith("a\\xff.png")
