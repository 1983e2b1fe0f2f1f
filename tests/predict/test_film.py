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


