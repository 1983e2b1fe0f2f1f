"""Marked copies of videos: whole or not there, at the source's times, with its sound."""

import importlib.util
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from lanet_jax.predict import film, video
from lanet_jax.predict.film_encoder import UnwrittenError

UNEVEN = (0, 0.1, 0.15, 0.5, 0.52, 1.0, 1.3)


@pytest.fixture(params=["OpenCV", "PyAV"])
def way(request, monkeypatch):
    if request.param == "PyAV":
        pytest.importorskip("av")
    else:
        monkeypatch.setattr(film, "keeps_sound", lambda: False)
    return request.param


@pytest.fixture
def source(tmp_path, write_video):
    return write_video(tmp_path / "source.mp4", [np.zeros((32, 48, 3), np.uint8)] * 4, rate=12.5)


def _write(path, source, rate, levels, times=None):
    writer = film.Writer(path, source, rate, 33, 47)  # odd sizes
    for i, level in enumerate(levels):
        time = i / rate if times is None else times[i]
        writer.add(np.full((33, 47, 3), level, np.uint8), time)
    return writer


def test_what_is_written_is_read(way, tmp_path, source):
    path = tmp_path / "a.mp4"
    writer = _write(path, source, 12.5, (0, 60, 120))
    writer.add(np.full((20, 20, 3), 180, np.uint8), 0.24)  # another size
    assert not path.exists()
    writer.close(keep=True)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["a.mp4", "source.mp4"]
    shots = list(video.read(path))
    assert shots[0].pixels.shape == (34, 48, 3)
    np.testing.assert_allclose([s.pixels.mean() for s in shots], [0, 60, 120, 180], atol=6)
    np.testing.assert_allclose([s.time for s in shots], [0, 0.08, 0.16, 0.24], atol=1e-4)


def test_an_unfinished_video_leaves_nothing(way, tmp_path, source):
    _write(tmp_path / "a.mp4", source, 25, (0, 60)).close(keep=False)
    assert [f.name for f in tmp_path.iterdir()] == ["source.mp4"]


def test_a_frame_that_cannot_be_written_ends_the_film_and_is_told(way, tmp_path, source):
    writer = _write(tmp_path / "a.mp4", source, 25, (0, 60))

    def fail(image, time):
        raise UnwrittenError("no more")

    writer._encoder.add = fail
    with pytest.raises(UnwrittenError, match="no more"):
        writer.add(np.zeros((33, 47, 3), np.uint8), 0.1)
    assert [f.name for f in tmp_path.iterdir()] == ["source.mp4"]


def test_an_odd_side_repeats_its_last_pixels(way, tmp_path, source):
    writer = film.Writer(tmp_path / "a.mp4", source, 25, 33, 47)
    image = np.zeros((33, 47, 3), np.uint8)
    image[-8:], image[:, -8:] = 200, 200  # the lower and the right edge
    writer.add(image, 0.0)
    writer.close(keep=True)
    (shot,) = video.read(tmp_path / "a.mp4")
    np.testing.assert_allclose(shot.pixels[-4:], 200, atol=12)
    np.testing.assert_allclose(shot.pixels[:, -4:], 200, atol=12)
    np.testing.assert_allclose(shot.pixels[:16, :32], 0, atol=12)


def test_a_place_that_cannot_be_written(way, tmp_path, source):
    with pytest.raises(OSError, match="No such file"):
        film.Writer(tmp_path / "nowhere" / "a.mp4", source, 25, 16, 16)
    assert [f.name for f in tmp_path.iterdir()] == ["source.mp4"]


@pytest.mark.parametrize("rate", [239.0269, 119.8801, 240, 959.7123, 29.97003, 0.5, 999.999])
def test_slow_motion_is_written_at_its_rate(way, tmp_path, source, rate):
    _write(tmp_path / "a.mp4", source, rate, range(0, 200, 20)).close(keep=True)
    shots = list(video.read(tmp_path / "a.mp4"))
    assert len(shots) == 10
    assert shots[-1].time == pytest.approx(9 / rate, rel=1e-4, abs=1e-5)


def test_opencv_gets_the_nearest_rate_that_mpeg4_has():
    rates = (239.0269, 29.97003, 119.8801, 959.7123, 25, 59.9401, 1000)
    assert [film.mpeg4_rate(rate) for rate in rates] == [
        *(239.03, 29.97, 119.88, 959.7, 25, 59.94, 1000)
    ]


def test_a_disk_that_swallows_frames_is_told(tmp_path, source, monkeypatch):
    monkeypatch.setattr(film, "keeps_sound", lambda: False)
    writer = _write(tmp_path / "a.mp4", source, 25, (0, 60))
    writer._encoder._count += 1
    with pytest.raises(UnwrittenError, match="2 of 3 frames arrived"):
        writer.close(keep=True)
    assert [f.name for f in tmp_path.iterdir()] == ["source.mp4"]


def _make(path, video_codec, sound, rate=16_000):
    """A film of uneven times and a tone that is as long, by PyAV."""
    av = pytest.importorskip("av")
    tick = Fraction(1, 60_000)
    with av.open(str(path), "w") as file:
        stream = file.add_stream(video_codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = stream.codec_context.time_base = tick
        tone = file.add_stream(sound, rate=rate, layout="mono") if sound else None
        for i, time in enumerate(UNEVEN):
            frame = av.VideoFrame.from_ndarray(
                np.full((48, 64, 3), 20 * i, np.uint8), format="rgb24"
            )
            frame.pts, frame.time_base = round(time / tick), tick
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
        if tone:
            wave = np.sin(np.arange(int(1.3 * rate)) * 2 * np.pi * 440 / rate)
            frame = av.AudioFrame.from_ndarray(
                (20_000 * wave).astype(np.int16)[None], format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts = rate, 0
            to_codec = av.AudioResampler(tone.codec_context.format.name, "mono", rate)
            for part in to_codec.resample(frame):
                file.mux(tone.encode(part))
            file.mux(tone.encode(None))


@pytest.mark.parametrize(
    ("name", "codec", "sound", "kept"),
    [
        ("a.mp4", "libx264", "aac", "aac"),
        ("a.mkv", "libx264", "ac3", "ac3"),
        ("a.mov", "mpeg4", "pcm_s16le", "aac"),
        ("a.ts", "libx264", "mp2", "aac"),
        ("a.webm", "libvpx", None, None),
    ],
)
def test_a_copy_has_the_sources_times_and_sound(tmp_path, name, codec, sound, kept):
    av = pytest.importorskip("av")
    _make(tmp_path / name, codec, sound, rate=48_000)
    shots = list(video.read(tmp_path / name))
    np.testing.assert_allclose([s.time for s in shots], UNEVEN, atol=1e-3)  # in whole ms in some
    out = tmp_path / "copy.mp4"
    writer = film.Writer(out, tmp_path / name, shots[0].rate, 48, 64)
    for shot in shots:
        writer.add(shot.pixels[..., ::-1], shot.time)
    writer.close(keep=True)
    copied = [s.time for s in video.read(out)]
    np.testing.assert_allclose(copied, [s.time for s in shots], atol=2e-5)
    with av.open(str(out)) as file:
        tracks = file.streams.audio
        assert [track.codec_context.name for track in tracks] == ([kept] if kept else [])
        if tracks:
            heard = [np.abs(frame.to_ndarray()).max() for frame in file.decode(*tracks)]
            assert float(tracks[0].duration * tracks[0].time_base) == pytest.approx(1.3, abs=0.06)
            assert max(heard) > 0.1


def _copied(source, out):
    """The marked copy of a film, and why its sound is missing."""
    shots = list(video.read(source))
    writer = film.Writer(out, source, shots[0].rate, 48, 64)
    for shot in shots:
        writer.add(shot.pixels[..., ::-1], shot.time)
    writer.close(keep=True)
    assert len(list(video.read(out))) == len(shots)
    return writer.lost_sound


@pytest.mark.parametrize(
    ("name", "sound", "rate", "kept"),
    [
        ("a.avi", "mp3", 44_100, 44_100),  # its ticks are longer than a frame of AAC
        ("a.mkv", "pcm_s16le", 192_000, 96_000),  # more than AAC has
        ("b.mkv", "pcm_s16le", 37_000, 32_000),
        ("c.mkv", "pcm_s16le", 6_000, 7_350),
    ],
)
def test_sound_that_aac_cannot_take_as_it_is(tmp_path, name, sound, rate, kept):
    av = pytest.importorskip("av")
    _make(tmp_path / name, "mpeg4", sound, rate)
    assert _copied(tmp_path / name, tmp_path / "copy.mp4") == ""
    with av.open(str(tmp_path / "copy.mp4")) as file:
        (track,) = file.streams.audio
        assert track.codec_context.sample_rate == kept
        assert float(track.duration * track.time_base) == pytest.approx(1.3, abs=0.15)


def test_names_with_a_colon_are_no_addresses(tmp_path, monkeypatch):
    _make(tmp_path / "a.mp4", "libx264", "aac")
    (tmp_path / "a.mp4").rename(tmp_path / "12:30.mp4")
    (tmp_path / "12:30").mkdir()
    monkeypatch.chdir(tmp_path)
    assert _copied(Path("12:30.mp4"), tmp_path / "copy.mp4") == ""
    assert _copied(tmp_path / "12:30.mp4", Path("12:30/copy.mp4")) == ""


@pytest.mark.parametrize("at", ["__init__", "take", "end"])
def test_a_track_that_fails_costs_itself_only(tmp_path, monkeypatch, at):
    av = pytest.importorskip("av")
    from lanet_jax.predict import sound

    def fail(self, *_):
        raise av.error.ArgumentError(22, "Invalid argument")

    _make(tmp_path / "a.mkv", "libx264", "pcm_s16le")
    monkeypatch.setattr(sound._Encoded, at, fail)
    assert _copied(tmp_path / "a.mkv", tmp_path / "copy.mp4") == "Invalid argument"


def test_without_pyav_it_is_known(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not film.keeps_sound()


def test_a_folder_whose_name_is_not_in_utf8(way, tmp_path, source):
    folder = tmp_path / "b\udcff"
    folder.mkdir()
    try:
        _write(folder / "a.mp4", source, 25, (0, 60)).close(keep=True)
    except UnwrittenError:
        assert way == "OpenCV"
    assert [f.name for f in folder.iterdir()] == ["a.mp4"] * (way == "PyAV")
