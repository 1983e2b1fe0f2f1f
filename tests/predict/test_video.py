import cv2
import numpy as np
import pytest

from lanet_jax.predict import video


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
