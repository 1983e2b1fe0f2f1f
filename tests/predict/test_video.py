import fractions
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from lanet_jax.predict import video, video_end


def _greys(path):
    return [int(np.rint(shot.pixels.mean())) for shot in video.read(path)]


def test_no_video(tmp_path, capfd):
    (tmp_path / "a.mp4").write_bytes(b"text")
    with pytest.raises(video.BrokenVideoError):
        next(video.read(tmp_path / "a.mp4"))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("suffix", [".avi", ".mkv"])
def test_a_video_that_was_cut_says_so_after_its_last_frame(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    rng = np.random.default_rng(0)
    size = (64, 48)
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), 10, size)
    for _ in range(20):
        writer.write(rng.integers(0, 256, (48, 64, 3), np.uint8))
    writer.release()
    assert len(_greys(path)) == 20
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    count = 0
    with pytest.raises(video.BrokenVideoError, match=r"ends after \d+ of about 20 frames"):
        for _ in video.read(path):
            count += 1
    assert 5 < count < 15


def test_pictures_that_are_not_shown_and_longer_sound_are_not_missing(tmp_path):
    av = pytest.importorskip("av")
    rng = np.random.default_rng(0)
    for name, seconds, start in (("long.mkv", 3, 0), ("late.mkv", 2, 1)):
        with av.open(str(tmp_path / name), "w") as file:
            film = file.add_stream("mjpeg", rate=10, pix_fmt="yuvj420p", width=64, height=48)
            sound = file.add_stream("aac", rate=8000, layout="mono")
            for i in range(20):
                pixels = rng.integers(0, 256, (48, 64, 3), np.uint8)
                frame = av.VideoFrame.from_ndarray(pixels).reformat(format="yuvj420p")
                frame.pts, frame.time_base = i + 10 * start, fractions.Fraction(1, 10)
                file.mux(film.encode(frame))
            quiet = np.zeros((1, 8000 * seconds), np.float32)
            heard = av.AudioFrame.from_ndarray(quiet, "fltp", "mono")
            heard.sample_rate = 8000
            file.mux(sound.encode(heard))
            file.mux([*film.encode(), *sound.encode()])
        assert len(_greys(tmp_path / name)) == 20
    path = tmp_path / "long.mkv"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(video.BrokenVideoError, match="ends after"):
        _greys(path)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize("has_av", [True, False])
def test_a_film_may_begin_late(tmp_path, monkeypatch, suffix, has_av):
    av = pytest.importorskip("av")
    path = tmp_path / f"a{suffix}"
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as file:
        film = file.add_stream("mjpeg", rate=10, pix_fmt="yuvj420p", width=64, height=48)
        for i in range(20):
            pixels = rng.integers(0, 256, (48, 64, 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels).reformat(format="yuvj420p")
            frame.pts, frame.time_base = i + 40, fractions.Fraction(1, 10)
            file.mux(film.encode(frame))
        file.mux(film.encode())
    if not has_av:
        monkeypatch.setitem(sys.modules, "av", None)
        if not hasattr(cv2, "CAP_PROP_PTS"):
            pytest.skip("this OpenCV does not tell when a film begins")
    else:
        assert video_end.is_there(path)
    assert [shot.time for shot in video.read(path)] == pytest.approx(np.arange(20) / 10)
    if suffix == ".mkv":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(video.BrokenVideoError, match=r"ends after \d+ of about \d+ frames"):
            list(video.read(path))


@pytest.mark.parametrize(("stamps", "expected"), [([0, 100, 50, 300], [0, 0.1, 0.2, 0.3])])
def test_times_without_a_stamp_go_by_the_rate(tmp_path, monkeypatch, stamps, expected):
    class Capture:
        left = len(stamps)

        def set(self, *_): ...

        def release(self): ...

        def get(self, name):
            if name == cv2.CAP_PROP_POS_MSEC:
                return stamps[len(stamps) - 1 - self.left]
            return 10.0 if name == cv2.CAP_PROP_FPS else float(len(stamps))

        def read(self):
            self.left -= 1
            return self.left >= 0, np.zeros((2, 2, 3), np.uint8)

    monkeypatch.setattr(video, "_open", lambda _: Capture())
    (tmp_path / "a.mp4").write_bytes(b"film")
    assert [shot.time for shot in video.read(tmp_path / "a.mp4")] == pytest.approx(expected)


def test_a_name_with_a_colon_is_no_address(tmp_path, monkeypatch, write_video):
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / "a.mp4", [np.zeros((16, 16, 3), np.uint8)]).rename("talk: 1.mp4")
    assert len(list(video.read(Path("talk: 1.mp4")))) == 1
    pytest.importorskip("av")
    assert video_end.is_there(Path("talk: 1.mp4"))


def test_a_name_that_is_not_in_utf8(tmp_path, write_video):
    whole = write_video(tmp_path / "a.mp4", [np.zeros((16, 16, 3), np.uint8)])
    assert len(list(video.read(whole.rename(tmp_path / "b\udcff.mp4")))) == 1
