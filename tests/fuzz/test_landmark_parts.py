"""Parts of a landmark file that is being made: a damaged one is passed over, whatever it holds."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.landmarks.parts import Parts, Row, Stamp

POINTS = np.random.default_rng(0).uniform(0, 48, (3, 5, 2)).astype(np.float32)
ROWS = {
    f"{n}.png": Row(Stamp(n, 2**60 + n), POINTS[n], ok=n > 0, spread=0.5, score=0.25)
    for n in range(3)
}
NAMES = np.array(list(ROWS))


@pytest.fixture(scope="module")
def parts(scratch):
    """Two parts: a whole one, and the one that is damaged."""
    parts = Parts(scratch / "landmarks.npz", "points5")
    parts.add({"first.png": ROWS["0.png"]})
    parts.add(ROWS)
    return parts, (parts.folder / "000001.npz").read_bytes()


def read(fuzz, parts, content):
    """The rows of the damaged part; there is no error, and the whole one is always read."""
    (parts.folder / "000001.npz").write_bytes(content)
    rows = fuzz.read(parts.read)
    assert rows is not None
    assert np.array_equal(rows.pop("first.png").points, POINTS[0])
    return rows


@settings(max_examples=300)
@given(data=st.data())
def test_bytes(fuzz, parts, data):
    rows = read(fuzz, parts[0], data.draw(fuzz.corrupted(parts[1])))
    assert rows.keys() in ({}.keys(), ROWS.keys())
    for name, row in rows.items():
        wanted = ROWS[name]
        assert (row.stamp, row.ok, row.spread) == (wanted.stamp, wanted.ok, wanted.spread)
        np.testing.assert_array_equal(row.points, wanted.points)


def test_every_bit_of_an_entry_of_its_zip(fuzz, parts):
    whole = parts[1]
    begin = whole.index(b"PK\1\2")
    for at in range(begin, whole.index(b"PK\1\2", begin + 1)):
        for bit in range(8):
            changed = whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :]
            assert read(fuzz, parts[0], changed).keys() in ({}.keys(), ROWS.keys())


STRANGE = (
    *(np.zeros(0), np.zeros(2), np.array(7), np.array("x"), NAMES, NAMES[:2], NAMES[:, None]),
    *(np.full(3, np.nan), np.full(3, -np.inf), np.full(3, 2**63, np.uint64), np.zeros(3, "V8")),
    *(
        POINTS,
        POINTS[:, :4],
        POINTS[:2],
        POINTS[..., :1],
        POINTS.astype(complex),
        POINTS.astype("S8"),
    ),
    *(np.ones(3, complex), np.array(["points5"] * 2), np.array(["points5"]), np.array(b"points5")),
    *(np.array([1, "a", None], object), np.ones((3, 2), bool), NAMES.astype("S")),
)
COLUMNS = ("name", "size", "changed", "points", "ok", "spread", "score", "broken", "scheme")


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(COLUMNS), st.sampled_from(STRANGE), min_size=1))
def test_columns_of_another_form(fuzz, parts, changes):
    with np.load(io.BytesIO(parts[1])) as part:
        arrays = dict(part) | changes
    file = io.BytesIO()
    np.savez(file, **arrays)
    for row in read(fuzz, parts[0], file.getvalue()).values():
        assert row.points.shape == (5, 2) and isinstance(row.stamp.size, int)


def test_a_file_of_another_name_is_no_obstacle(fuzz, parts):
    (parts[0].folder / "000001 (copy).npz").write_bytes(parts[1])
    parts[0].add({"last.png": ROWS["1.png"]})
    assert "last.png" in fuzz.read(parts[0].read)
