"""Shards of a table and the one that they make; the fakes of conftest.py."""

import pytest

from lanet_jax import merge
from lanet_jax.errors import UserError
from lanet_jax.predict import __main__ as command
from lanet_jax.predict import predictor
from lanet_jax.shards.dealing import Shard


@pytest.fixture
def source(tmp_path, photo, write_image, write_video, make_predictor, monkeypatch):
    """Photos with two, one and no face, one that is broken, and a video."""
    folder = tmp_path / "photos"
    two = photo(("anger", 10, 10, 20), ("fear", 60, 10, 30))
    write_image(folder / "two.png", two)
    write_image(folder / "sub" / "one.png", photo(("neutral", 20, 20, 24)))
    write_image(folder / "none.png", photo())
    (folder / "broken.jpg").write_bytes(b"no image")
    write_video(folder / "film.mp4", [two, photo(), two])
    monkeypatch.setattr(predictor, "load", lambda *_, **__: make_predictor())
    return folder


@pytest.mark.parametrize(("ending", "count"), [("csv", 3), ("json", 12), ("parquet", 1)])
def test_merged_they_are_the_table_of_one_command(source, tmp_path, ending, count, capsys):
    command.predict([source], tmp_path / f"whole.{ending}")
    whole = capsys.readouterr().out.splitlines()
    out = tmp_path / f"t.{ending}"
    for number in range(1, count + 1):
        command.predict([source], out, shard=Shard(number, count))
    assert not out.exists()
    capsys.readouterr()
    merge.main([str(out)])
    assert out.read_bytes() == (tmp_path / f"whole.{ending}").read_bytes()
    said = capsys.readouterr().out
    assert whole[0] in said and "4 images and 3 frames of 1 video: 7 faces in 4" in said


def test_what_is_missing_or_foreign(source, tmp_path):
    out = tmp_path / "t.csv"
    command.predict([source], out, shard=Shard(1, 2))
    with pytest.raises(UserError, match="lacks shard 2/2"):
        merge.merge(out)
    command.predict([source], out, shard=Shard(2, 2), faces="whole")
    with pytest.raises(UserError, match="faces is 'detect' there and 'whole' here"):
        merge.merge(out)
    command.predict([source], out, shard=Shard(2, 2))
    with pytest.raises(UserError, match="--source belongs to an audit"):
        merge.merge(out, tmp_path)


def test_folders_that_lie_elsewhere_are_dealt_alike(source, tmp_path):
    out = tmp_path / "t.csv"
    command.predict([source], out, shard=Shard(1, 2))
    moved = source.rename(tmp_path / "elsewhere")
    command.predict([moved], out, shard=Shard(2, 2))
    merge.merge(out)
    assert len(out.read_text().splitlines()) == 1 + 10


def test_other_pictures_of_the_same_names_do_not_fit(source, tmp_path, photo, write_image):
    out = tmp_path / "t.csv"
    command.predict([source], out, shard=Shard(1, 2))
    write_image(source / "two.png", photo(("neutral", 20, 20, 24)))
    command.predict([source], out, shard=Shard(2, 2))
    with pytest.raises(UserError, match="its files have other names or contents"):
        merge.merge(out)
