import os
from pathlib import Path

import cv2
import pytest

from lanet_jax.errors import UserError
from lanet_jax.predict import given, picture_names, pictures, sources, video
from lanet_jax.predict.pictures import Pictures

CLASSES = ("anger", "fear", "neutral")


def _draw(items, predictor, folder=None, film=None):
    pictures.check(items, folder, film)
    names = picture_names.named(items, folder) if folder else {}
    with Pictures(predictor.classes, names, folder, film) as drawn:
        last = None
        for frame, rows in predictor.stream(sources.frames(items)):
            if last not in (None, frame.item):
                drawn.end(last)
            last = frame.item
            drawn.add(frame, rows)
        drawn.end(last)
    return drawn


def test_stills_and_videos_into_a_folder(make_predictor, tmp_path, photo, write_image, write_video):
    source, out = tmp_path / "in", tmp_path / "out"
    write_image(source / "a.png", photo(("fear", 5, 5, 40)))
    write_image(source / "a.bmp", photo())
    write_image(source / "deep" / "a.png", photo())
    (source / "broken.png").write_bytes(b"")
    write_video(source / "film.mp4", [photo(("anger", 5, 5, 40)), photo()], rate=5.0)
    write_video(source / "film2.mp4", [photo()] * 3)
    _draw(given.listing(source).items, make_predictor(), out)
    written = sorted(f.relative_to(out).as_posix() for f in out.rglob("*") if f.is_file())
    assert written == ["a-2.jpg", "a.jpg", "deep/a.jpg", "film.mp4", "film2.mp4"]
    assert cv2.imread(str(out / "a.jpg")).shape == (240, 480, 3)
    frames = list(video.read(out / "film.mp4"))
    assert len(frames) == 2
    assert frames[0].rate == 5.0
    assert len(list(video.read(out / "film2.mp4"))) == 3


def test_a_picture_that_cannot_have_its_own_name_says_which_it_has(
    make_predictor, tmp_path, photo, write_image
):
    for name in ("A.png", "a.jpg", "b.png"):
        write_image(tmp_path / "in" / name, photo())
    items, out = given.listing(tmp_path / "in").items, tmp_path / "out"
    with Pictures(CLASSES, picture_names.named(items, out), out, None) as drawn:
        notes = [
            drawn.add(frame, rows) for frame, rows in make_predictor().stream(sources.frames(items))
        ]
    assert notes == ["", "marked as a-2.jpg: another picture has its name", ""]


def test_one_video_into_one_file(make_predictor, tmp_path, photo, write_video, write_image):
    film = write_video(tmp_path / "in.mp4", [photo(("anger", 5, 5, 40))] * 3)
    still = write_image(tmp_path / "a.png", photo())
    _draw(given.listing([still, film]).items, make_predictor(), film=tmp_path / "out.mp4")
    names = sorted(f.name for f in tmp_path.iterdir())
    assert names == ["a.png", "in.mp4", "out.mp4"]
    assert len(list(video.read(tmp_path / "out.mp4"))) == 3


def test_a_failure_leaves_no_half_video(make_predictor, tmp_path, photo, write_video):
    film = write_video(tmp_path / "in.mp4", [photo()])
    (frame,) = sources.frames(given.listing(film).items)
    with pytest.raises(RuntimeError), Pictures(CLASSES, {}, None, tmp_path / "out.mp4") as drawn:
        drawn.add(frame, [])
        raise RuntimeError
    assert [f.name for f in tmp_path.iterdir()] == ["in.mp4"]


def test_sources_are_never_written_over(tmp_path, photo, write_image, write_video):
    still = write_image(tmp_path / "in" / "a.png", photo())
    film = write_video(tmp_path / "in" / "film.mp4", [photo()])
    whole, one = given.listing(tmp_path / "in").items, given.listing([still]).items
    for items, folder in ((whole, "in"), (whole, "in/out"), (one, "in")):
        with pytest.raises(UserError, match="choose one outside"):
            pictures.check(items, tmp_path / folder, None)
    pictures.check(one, tmp_path / "in" / "out", None)
    with pytest.raises(UserError, match="is the video that is read"):
        pictures.check(given.listing(film).items, None, film)
    os.mkfifo(tmp_path / "out.mp4")
    with pytest.raises(UserError, match="is a pipe"):
        pictures.check(given.listing(film).items, None, tmp_path / "out.mp4")


def test_a_video_is_asked_for_and_there_is_not_one(tmp_path, photo, write_image, write_video):
    still = write_image(tmp_path / "a.png", photo())
    film = write_video(tmp_path / "b.mp4", [photo()])
    for asked, out, message in (
        ([still], "out.mp4", "0 are read"),
        ([film, film], "out.mp4", "2 are read"),
        ([film], "out.gif", "ends with .mp4"),
        ([film], "b.mp4/out.mp4", "b.mp4 is not a folder"),
    ):
        with pytest.raises(UserError, match=message):
            pictures.check(given.listing(asked).items, None, tmp_path / out)


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_read(
    tmp_path, photo, write_image
):
    items = given.listing([write_image(tmp_path / "a.png", photo())]).items
    with pytest.raises(OSError, match="/proc/marked"):
        pictures.check(items, Path("/proc/marked"), None)


def test_pictures_that_failed_are_counted_with_the_first_reason(
    make_predictor, tmp_path, photo, write_image
):
    for name in ("a.png", "b.png"):
        write_image(tmp_path / "in" / name, photo())
    items, out = given.listing(tmp_path / "in").items, tmp_path / "out"
    drawn = _draw(items, make_predictor(), out)
    assert drawn.said(False) == [f"wrote 2 pictures into {out}"]
    (tmp_path / "file").touch()
    names = dict.fromkeys(items, tmp_path / "file" / "x.jpg")
    with Pictures(CLASSES, names, out, None) as drawn:
        for frame, rows in make_predictor().stream(sources.frames(items)):
            drawn.add(frame, rows)
    count, failed = drawn.said(False)
    assert count.startswith("wrote 0 pictures")
    assert failed == f"2 pictures not marked: {items[0].file}: File exists"
