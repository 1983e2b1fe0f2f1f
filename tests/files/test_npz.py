"""An archive is written whole or not at all; reading it runs nothing and unpacks no bomb."""

import io
import zipfile

import numpy as np
import pytest
from numpy.lib import format as npy

from lanet_jax.errors import UserError
from lanet_jax.files import npz
from lanet_jax.files.npz import read_npy, read_npz, write_npz


def test_a_failed_write_keeps_what_was_there(tmp_path, monkeypatch):
    write_npz(tmp_path / "l.npz", {"x": np.zeros(1)})
    monkeypatch.setattr(np, "savez", lambda *args, **arrays: args[0].write(b"half") and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_npz(tmp_path / "l.npz", {"x": np.ones(1)})
    monkeypatch.undo()
    assert read_npz(tmp_path / "l.npz")["x"].tolist() == [0]
    assert [file.name for file in tmp_path.iterdir()] == ["l.npz"]


def test_arrays_come_back_whatever_their_order_and_size(tmp_path):
    grid = np.arange(6, dtype=np.float32).reshape(2, 3)
    arrays = {
        **{"rows": grid, "columns": np.asfortranarray(grid), "none": np.zeros((0, 3), np.int32)},
        **{"one": np.float64(2.5), "names": np.array(["a", "bc"])},
    }
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    found = read_npz(tmp_path / "a.npz")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype and found[name].shape == array.shape
    np.save(tmp_path / "a.npy", np.asfortranarray(grid))
    np.testing.assert_array_equal(read_npy(tmp_path / "a.npy"), grid)


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_both_kinds_of_headers_are_read(tmp_path, version):
    with open(tmp_path / "a.npy", "wb") as file:
        npy.write_array(file, np.arange(3), version=version)
    assert read_npy(tmp_path / "a.npy").tolist() == [0, 1, 2]


def test_objects_are_refused(tmp_path):
    objects = np.array([{}], object)
    np.save(tmp_path / "a.npy", objects, allow_pickle=True)
    np.savez(tmp_path / "a.npz", x=objects)
    for read, name in ((read_npy, "a.npy"), (read_npz, "a.npz")):
        with pytest.raises(UserError, match=f"{name}: holds pickled Python objects"):
            read(tmp_path / name)


def test_a_damaged_file_is_one_line(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(9))
    whole = (tmp_path / "a.npy").read_bytes()
    for content in (whole[:-1], whole + b"x", whole[:20], b""):
        (tmp_path / "a.npy").write_bytes(content)
        with pytest.raises(UserError, match=r"a\.npy: a damaged npy file \(.+\); make it or fetch"):
            read_npy(tmp_path / "a.npy")
    (tmp_path / "a.npz").write_bytes(b"PK")
    with pytest.raises(UserError, match=r"a\.npz: a damaged archive \(.+\)"):
        read_npz(tmp_path / "a.npz")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", b"none")
    with pytest.raises(UserError, match=r"a\.npz: a damaged npz file \(.+\)"):
        read_npz(tmp_path / "a.npz")
    with pytest.raises(UserError, match=r"absent\.npy: a damaged npy file \(No such file"):
        read_npy(tmp_path / "absent.npy")


def test_a_name_that_is_there_twice_is_refused(tmp_path):
    with (
        zipfile.ZipFile(tmp_path / "a.npz", "w") as archive,
        pytest.warns(UserWarning, match="Duplicate"),
    ):
        archive.writestr("x.npy", b"")
        archive.writestr("x.npy", b"")
    with pytest.raises(UserError, match=r"a\.npz: holds 'x\.npy' twice"):
        read_npz(tmp_path / "a.npz")


def test_what_unpacks_to_far_more_than_its_size_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "SMALL_BYTES", 1000)
    zeros = io.BytesIO()
    np.save(zeros, np.zeros(100_000))
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", zeros.getvalue())
    with pytest.raises(UserError, match=r"say that they unpack to 800,128, which is refused"):
        read_npz(path)
    monkeypatch.setattr(npz, "SMALL_BYTES", 800_128)
    assert read_npz(path)["x"].shape == (100_000,)
    monkeypatch.setattr(npz, "SMALL_BYTES", 1000)
    monkeypatch.setattr(npz, "MOST_RATIO", 800_128 / path.stat().st_size)
    assert len(npz.members(path)) == 1
