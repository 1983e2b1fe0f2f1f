"""What an interruption leaves, and that the same call resumes from there."""

import errno
import json
import os

import numpy as np
import pytest

from lanet_jax.predict import annotate, film, pictures, video


def _rows(path):
    return json.loads(path.read_text())["rows"]


@pytest.mark.parametrize("at", [2, 5, 8, 10])
def test_an_interrupted_run_resumes(run, folder, tmp_path, capsys, at):
    run(folder, out=tmp_path / "whole.json", annotate=tmp_path / "whole")
    out, marked = tmp_path / "t.json", tmp_path / "marked"
    first = run(folder, at=at, annotate=marked)
    assert not out.exists()
    assert "the same command resumes" in capsys.readouterr().err
    assert not list(marked.glob(".*")) if marked.exists() else True
    again = run(folder, annotate=marked)
    assert _rows(out) == _rows(tmp_path / "whole.json")
    # Of what was under way when it was interrupted, a few frames are looked at again.
    assert 11 - at <= again <= 11 - at + 4 and first <= at + 1
    assert not list(tmp_path.glob("*.partial"))
    for file in (tmp_path / "whole").iterdir():
        if file.suffix == ".jpg":
            assert (marked / file.name).read_bytes() == file.read_bytes()
    shots, others = (list(video.read(at / "9.mp4")) for at in (marked, tmp_path / "whole"))
    assert len(shots) == len(others) == 5
    for shot, other in zip(shots, others, strict=True):
        np.testing.assert_array_equal(shot.pixels, other.pixels)


def test_a_changed_file_is_predicted_again(run, folder, tmp_path, photo, write_image):
    run(folder, at=6)
    write_image(folder / "0.png", photo(("neutral", 5, 5, 40), ("anger", 60, 5, 40)))
    write_image(folder / "00.png", photo())
    run(folder)
    found = [(os.path.basename(row["file"]), row["top"]) for row in _rows(tmp_path / "t.json")]
    assert found[:4] == [
        *(("0.png", "neutral"), ("0.png", "anger"), ("00.png", None), ("1.png", "fear"))
    ]


def test_pictures_keep_their_names_when_a_file_has_changed(run, tmp_path, photo, write_image):
    for name in ("a/x.png", "b/x.png", "c.png"):
        write_image(tmp_path / name, photo(("fear", 5, 5, 40)))
    sources = [tmp_path / name for name in ("a/x.png", "b/x.png", "c.png")]
    marked = tmp_path / "marked"
    run(*sources, at=4, annotate=marked)  # in c
    second = (marked / "x-2.jpg").read_bytes()
    write_image(tmp_path / "a" / "x.png", photo(("neutral", 30, 30, 40)))
    run(*sources, annotate=marked)
    assert (marked / "x-2.jpg").read_bytes() == second
    notes = [row["note"] for row in _rows(tmp_path / "t.json")]
    assert [("x-2.jpg" in (note or "")) for note in notes] == [False, True, False]


def test_a_file_that_is_named_twice_is_read_once(run, folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    run(folder, folder / "1.png", "./0.png", annotate=tmp_path / "marked")
    assert len(_rows(tmp_path / "t.json")) == 11
    assert "named more than once and read once: 2 files" in capsys.readouterr().out
    assert not (tmp_path / "marked" / "1-2.jpg").exists()


def test_a_file_that_goes_away_meanwhile_keeps_its_rows(run, folder, tmp_path, monkeypatch):
    real = pictures.Pictures.add

    def add(self, frame, rows):
        frame.item.content.unlink(missing_ok=True)
        return real(self, frame, rows)

    monkeypatch.setattr(pictures.Pictures, "add", add)
    run(folder)
    assert len(_rows(tmp_path / "t.json")) == 11


def test_names_that_are_not_in_utf8_stay_apart(run, tmp_path, photo, write_image):
    """Of equal length and time, so that only the names differ."""
    for raw, name in ((b"\xe8", "fear"), (b"\xe9", "anger"), (b"?", "neutral")):
        path = tmp_path / "in" / os.fsdecode(b"caf" + raw + b".bmp")
        write_image(tmp_path / "in" / "x.bmp", photo((name, 5, 5, 40)))
        os.rename(tmp_path / "in" / "x.bmp", path)
        os.utime(path, ns=(1, 1))
    run(tmp_path / "in", at=3)
    run(tmp_path / "in")
    rows = _rows(tmp_path / "t.json")
    told = {row["file"].rpartition("/")[2]: row["top"] for row in rows}
    assert told == {"caf\\xe8.bmp": "fear", "caf\\xe9.bmp": "anger", "caf?.bmp": "neutral"}


def test_a_full_disk_costs_no_row(run, folder, tmp_path, monkeypatch):
    real, left = pictures.write_bytes, [3]

    def write(path, content):
        left[0] -= 1
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        real(path, content)

    monkeypatch.setattr(pictures, "write_bytes", write)
    with pytest.raises(OSError, match="No space"):
        run(folder, annotate=tmp_path / "marked")
    assert run(folder, annotate=tmp_path / "marked") <= 9
    assert len(_rows(tmp_path / "t.json")) == 11
    assert len(list((tmp_path / "marked").iterdir())) == 7


def test_a_name_that_is_too_long_is_shortened_and_told(run, tmp_path, photo, write_image):
    for suffix in (".png", ".bmp"):  # the second one's -2 is what is too long
        write_image(tmp_path / "in" / ("x" * 251 + suffix), photo(("fear", 5, 5, 40)))
    write_image(tmp_path / "in" / "y.png", photo())
    run(tmp_path / "in", annotate=tmp_path / "marked")
    notes = [row["note"] for row in _rows(tmp_path / "t.json")]
    (short,) = (
        p.name for p in (tmp_path / "marked").iterdir() if 4 < len(p.name) < 200 and "-" in p.name
    )
    assert notes == [None, f"marked as {short}: its own name is too long", None]
    assert len(list((tmp_path / "marked").iterdir())) == 3


def test_a_picture_that_cannot_be_written_costs_no_other(run, tmp_path, photo, write_image):
    write_image(tmp_path / "in" / "a.png", photo())
    write_image(tmp_path / "in" / "a.jpg" / "b.png", photo())  # its folder has the picture's name
    write_image(tmp_path / "in" / "c.png", photo())
    run(tmp_path / "in", annotate=tmp_path / "marked")
    notes = [row["note"] for row in _rows(tmp_path / "t.json")]
    assert sorted(map(bool, notes)) == [False, False, True]
    (told,) = filter(None, notes)
    assert told.startswith("not marked: ")


def test_a_film_that_cannot_be_written_costs_that_film_only(
    run, folder, tmp_path, monkeypatch, capsys
):
    def refuse(*_):
        raise film.UnwrittenError("no such MPEG-4")

    monkeypatch.setattr(film.Writer, "__init__", refuse)
    run(folder, annotate=tmp_path / "marked")
    rows = _rows(tmp_path / "t.json")
    assert [row["note"] for row in rows[6:]] == ["not marked: no such MPEG-4", *[None] * 4]
    assert [row["time"] for row in rows[:6]] == [None] * 6
    assert [row["time"] for row in rows[6:]] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    told = capsys.readouterr().out
    assert "9.mp4: no marked film: no such MPEG-4" in told and "sound" not in told


def test_a_fault_of_ours_is_not_taken_for_one_of_the_disk(run, folder, tmp_path, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(annotate, "draw", fail)
    with pytest.raises(ZeroDivisionError):
        run(folder, annotate=tmp_path / "marked")
