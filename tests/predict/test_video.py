import cv2
import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.predict import video


def _greys(path):
    return [int(np.rint(picture.mean())) for _, picture in video.read(path)]


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "a.mp4"
    writer = video.Writer(path, 12.5, 33, 47)  # odd sizes
    for level in (0, 60, 120):
        writer.add(np.full((33, 47, 3), level, np.uint8))
    writer.add(np.full((20, 20, 3), 180, np.uint8))  # another size
    assert not path.exists()
    writer.close(keep=True)
    assert [f.name for f in tmp_path.iterdir()] == ["a.mp4"]
    rate, picture = next(video.read(path))
    assert rate == pytest.approx(12.5)
    assert picture.shape == (34, 48, 3)
    np.testing.assert_allclose(_greys(path), [0, 60, 120, 180], atol=6)


def test_an_unfinished_video_leaves_nothing(tmp_path):
    writer = video.Writer(tmp_path / "a.mp4", 25, 16, 16)
    writer.add(np.zeros((16, 16, 3), np.uint8))
    writer.close(keep=False)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        video.Writer(tmp_path / "nowhere" / "a.mp4", 25, 16, 16)


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
