import numpy as np
import pytest

from data.landmarks.parts import Parts, Row, Stamp, stamp, write
from data.landmarks.table import load


def _row(number, **changes):
    values = {
        "stamp": Stamp(number, 2**60 + number),
        "points": np.full((68, 2), number + 0.25, np.float32),
        "ok": True,
        "spread": 0.5,
        "score": 0.25,
        "broken": False,
    }
    return Row(**values | changes)


def _same(one, other):
    np.testing.assert_array_equal(one.points, other.points)
    fields = ("stamp", "ok", "spread", "score", "broken")
    assert [getattr(one, f) for f in fields] == [getattr(other, f) for f in fields]


def test_rows_come_back(tmp_path):
    parts = Parts(tmp_path / "l.npz", "ibug68")
    broken = _row(2, points=np.full((68, 2), np.nan, np.float32), ok=False, broken=True)
    parts.add({"a/1.png": _row(1)})
    parts.add({"2.png": broken, "ü.png": _row(3)})
    rows = parts.read()
    assert list(rows) == ["a/1.png", "2.png", "ü.png"]
    _same(rows["a/1.png"], _row(1))
    _same(rows["2.png"], broken)
    assert [file.name for file in sorted(parts.folder.iterdir())] == ["000000.npz", "000001.npz"]


def test_a_later_part_counts(tmp_path):
    parts = Parts(tmp_path / "l.npz", "ibug68")
    parts.add({"1.png": _row(1)})
    parts.add({"1.png": _row(5)})
    _same(parts.read()["1.png"], _row(5))


def test_parts_of_another_scheme_are_left_aside(tmp_path):
    Parts(tmp_path / "l.npz", "aflw19").add({"1.png": _row(1)})
    assert Parts(tmp_path / "l.npz", "ibug68").read() == {}


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[: len(data) // 2]])
def test_a_damaged_part_is_passed_over(tmp_path, damage):
    parts = Parts(tmp_path / "l.npz", "ibug68")
    parts.add({"1.png": _row(1)})
    parts.add({"2.png": _row(2)})
    first = parts.folder / "000000.npz"
    first.write_bytes(damage(first.read_bytes()))
    assert list(parts.read()) == ["2.png"]


def test_the_file_is_what_prepare_reads(tmp_path):
    rows = {"b.png": _row(3, ok=False), "a.png": _row(2)}
    write(tmp_path / "l.npz", ["a.png", "b.png"], rows, "ibug68")
    table = load(tmp_path / "l.npz")
    assert (list(table.names), table.scheme) == (["a.png", "b.png"], "ibug68")
    np.testing.assert_array_equal(table.points[:, 0, 0], [2.25, 3.25])
    np.testing.assert_array_equal(table.ok, [True, False])
    with np.load(tmp_path / "l.npz") as file:
        assert file["spread"].tolist() == [0.5, 0.5]
        assert file["score"].tolist() == [0.25, 0.25]


def test_a_stamp_tells_a_changed_file(tmp_path, write):
    before = stamp(write(tmp_path / "a", "one"))
    assert stamp(tmp_path / "a") == before
    assert stamp(write(tmp_path / "a", "longer")) != before


def test_only_what_is_ours_is_removed(tmp_path):
    parts = Parts(tmp_path / "l.npz", "ibug68")
    parts.add({"1.png": _row(1)})
    (parts.folder / ".000001.npz.7-0a.tmp").write_bytes(b"left by a kill")
    (parts.folder / "lock").touch()
    for name in ("my.npz", "notes.txt"):
        (parts.folder / name).write_text("mine")
    parts.remove()
    assert sorted(file.name for file in parts.folder.iterdir()) == ["my.npz", "notes.txt"]
    for file in parts.folder.iterdir():
        file.unlink()
    parts.remove()
    assert not parts.folder.exists()
