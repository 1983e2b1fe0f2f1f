"""Shards of a landmark file and the one that they make; a made-up landmarker."""

import cv2
import numpy as np
import pytest

from data.landmarks import __main__ as command
from data.landmarks import finding
from lanet_jax import merge
from lanet_jax.errors import UserError
from lanet_jax.faces.find import Face
from lanet_jax.shards.dealing import Shard


@pytest.fixture
def source(tmp_path, write, monkeypatch):
    """Eight images with their number as red value, one without a face and one broken."""
    for number in range(8):
        image = np.full((4, 4, 3), (7, 7, number), np.uint8)
        write(tmp_path / "s" / f"{number}.png", cv2.imencode(".png", image)[1].tobytes())
    write(tmp_path / "s" / "broken.png", b"no image")
    # In this process: what is shared out is under test, not the pool.
    monkeypatch.setattr(finding, "_in_parallel", _at_once)
    return tmp_path / "s"


def _at_once(source, stamps, names, chunk, scheme, workers, landmarker):
    finding._Worker.landmarker, finding._Worker.points = landmarker(scheme), 68
    if names:
        yield finding._rows(source, {name: stamps[name] for name in names})


def _landmarker(scheme):
    def find(image):
        red = int(image[0, 0, 0])
        return Face(np.zeros(4), 0.5, np.full((68, 2), float(red)), red / 8, ok=red > 0)

    return find


def _make(source, out, shard=None, **options):
    finding.make(source, out, landmarker=_landmarker, shard=shard, **options)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_merged_they_are_the_file_that_one_command_writes(source, tmp_path, count, capsys):
    _make(source, tmp_path / "whole.npz")
    whole = capsys.readouterr().out.splitlines()
    out = tmp_path / "l.npz"
    for number in range(1, count + 1):
        _make(source, out, Shard(number, count))
    assert not out.exists()
    capsys.readouterr()
    merge.main([str(out)])
    said = capsys.readouterr().out
    expected, merged = np.load(tmp_path / "whole.npz"), np.load(out)
    assert list(merged) == list(expected)
    for name in expected:
        np.testing.assert_array_equal(merged[name], expected[name])
        assert merged[name].dtype == expected[name].dtype
    for line in whole[1:4]:  # "9 images: 7 with landmarks (77.8%)" and who has none
        assert line in said
    assert f"merged {count} shard" in said


def test_what_is_missing_or_foreign(source, tmp_path, write):
    out = tmp_path / "l.npz"
    _make(source, out, Shard(1, 2))
    with pytest.raises(UserError, match="lacks shard 2/2"):
        merge.merge(out)
    write(source / "new.png", (source / "1.png").read_bytes())
    _make(source, out, Shard(2, 2))
    with pytest.raises(UserError, match="number of files is 9 there and 10 here"):
        merge.merge(out)
    _make(source, out, Shard(1, 2), overwrite=True)
    merge.merge(out)
    assert len(np.load(out)["name"]) == 10


def test_other_images_of_the_same_names_do_not_fit(source, tmp_path, write):
    out = tmp_path / "l.npz"
    _make(source, out, Shard(1, 2))
    write(source / "1.png", (source / "1.png").read_bytes() + b"0")
    _make(source, out, Shard(2, 2))
    with pytest.raises(UserError, match="its files have other names or contents"):
        merge.merge(out)


def test_a_shard_that_is_there_is_left_alone_if_it_has_the_images(source, tmp_path, capsys):
    _make(source, tmp_path / "l.npz", Shard(1, 2))
    _make(source, tmp_path / "l.npz", Shard(1, 2))
    assert "1-of-2.npz is there already; nothing was done" in capsys.readouterr().out
    (source / "1.png").unlink()
    with pytest.raises(UserError, match=r"1-of-2.npz is there already, and '1.png' in it is not"):
        _make(source, tmp_path / "l.npz", Shard(1, 2))


def test_words(source, tmp_path, capsys):
    with pytest.raises(SystemExit):
        command.main(["--source", str(source), "--out", str(tmp_path / "l"), "--shard", "3/2"])
    assert "--shard: '3/2': I/N was expected" in capsys.readouterr().err
