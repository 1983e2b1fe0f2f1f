"""Shards on the disk: whole sets, and every way in which a set is not whole."""

import json
import shutil

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.shards import shard_file, together
from lanet_jax.shards.dealing import Shard, folder

NAMES = [f"{number}.jpg" for number in range(20)]


@pytest.fixture
def out(tmp_path):
    """Three shards of twenty names; each row holds its name's number."""
    out = tmp_path / "table.csv"
    for number in (1, 2, 3):
        _write(out, Shard(number, 3))
    return out


def _write(out, shard, names=NAMES, kind="predict", **settings):
    own = np.array(shard.places(names), np.int64)
    arrays = {"number": own.astype(np.float32), "pair": np.stack([own, -own], axis=1)}
    return shard_file.write(out, shard, kind, names, {"model": "m", **settings}, arrays)


def test_rows_come_in_the_order_of_the_names(out):
    parts = together.parts(out)
    assert [part.shard.number for part in parts] == [1, 2, 3]
    np.testing.assert_array_equal(together.column(parts, "number", "f"), range(20))
    np.testing.assert_array_equal(together.column(parts, "pair", "i")[:, 1], -np.arange(20))
    for name, kind in (("none", "f"), ("number", "i")):
        with pytest.raises(UserError, match=f"no {name} for each"):
            together.column(parts, name, kind)


def test_more_shards_than_files(tmp_path):
    for number in range(1, 9):
        _write(tmp_path / "t.csv", Shard(number, 8), NAMES[:2])
    parts = together.parts(tmp_path / "t.csv")
    np.testing.assert_array_equal(together.column(parts, "number", "f"), [0, 1])


def test_none_and_missing_ones(out, tmp_path):
    with pytest.raises(UserError, match=r"holds no shard: .* --shard 1/N to N/N"):
        together.parts(tmp_path / "other.csv")
    Shard(2, 3).file(out).unlink()
    with pytest.raises(UserError, match="lacks shard 2/3: run"):
        together.parts(out)
    _write(tmp_path / "many.csv", Shard(7, 10**8))
    with pytest.raises(UserError, match=r"lacks shard 1/100000000, 2/.* and 99999994 more"):
        together.parts(tmp_path / "many.csv")


def test_a_doubled_one(out):
    shutil.copy(Shard(1, 3).file(out), folder(out) / "copy.npz")
    with pytest.raises(UserError, match=r"1-of-3.npz and copy.npz are both shard 1/3: remove one"):
        together.parts(out)


@pytest.mark.parametrize(
    ("shard", "changed", "message"),
    [
        (Shard(2, 3), {"model": "other"}, "model is 'm' there and 'other' here"),
        (Shard(2, 3), {"faces": "whole"}, "faces is None there and 'whole' here"),
        (Shard(2, 3), {"kind": "landmarks"}, "command is 'predict' there and 'landmarks' here"),
        (Shard(2, 3), {"names": NAMES[1:]}, "number of files is 20 there and 19 here"),
        (Shard(2, 3), {"names": [*NAMES[1:], "z.jpg"]}, "its files have other names"),
        (Shard(2, 3), {"version": "9"}, "version is '0.1.0' there and '9' here"),
        (Shard(2, 4), {}, "number of shards is 3 there and 4 here"),
    ],
)
def test_a_foreign_one(out, shard, changed, message):
    _write(out, shard, **changed)
    with pytest.raises(UserError, match=rf"does not fit 1-of-3.npz: .*{message}.*run that shard"):
        together.parts(out)


def test_shards_of_another_version(tmp_path):
    _write(tmp_path / "t.csv", Shard(1, 1), version="9")
    with pytest.raises(UserError, match=r"version 9 made its shards, this is 0\.1\.0"):
        together.parts(tmp_path / "t.csv")


def test_a_shard_whose_places_are_not_its_own(out):
    file = Shard(2, 3).file(out)
    arrays = dict(np.load(file))
    np.savez(file, **arrays | {"places": arrays["places"] + 1})
    with pytest.raises(UserError, match="do not fit together"):
        together.parts(out)


def _about(**changed):
    def change(arrays):
        told = json.loads(arrays["about"].tobytes()) | changed
        return arrays | {"about": shard_file.packed(json.dumps(told))}

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: {},
        lambda arrays: {"places": arrays["places"]},
        lambda arrays: arrays | {"about": shard_file.packed("[")},
        lambda arrays: arrays | {"about": shard_file.packed("[]")},
        lambda arrays: arrays | {"about": np.array([255, 254], np.uint8)},
        lambda arrays: arrays | {"places": arrays["places"].astype(float)},
        lambda arrays: arrays | {"places": arrays["places"][:, None]},
        _about(shard="4/3"),
        _about(shard=[1, 3]),
        _about(total="many"),
        _about(settings=None),
        _about(more=1),
    ],
)
def test_what_is_no_shard(out, change):
    file = Shard(2, 3).file(out)
    np.savez(file, **change(dict(np.load(file))))
    with pytest.raises(UserError, match=r"2-of-3.npz is not a shard: remove it, or run that shard"):
        together.parts(out)


def test_a_file_that_is_cut_short(out):
    file = Shard(2, 3).file(out)
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(UserError, match=r"2-of-3.npz: a damaged"):
        together.parts(out)
