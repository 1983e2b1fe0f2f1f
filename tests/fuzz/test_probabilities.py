"""The audit's probabilities by other models: refused, or what stands beside a record's name."""

import csv
import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanet_jax.audit import out_of_sample
from lanet_jax.errors import UserError

CLASSES = ("anger", "fear", "neutral")
NAMES = ("a/1.png", "a/2.png", "b.png", "c.png")
VALUES = np.array([[0.25, 0.75, 0], [0.125, 0.5, 0.375], [1, 0, 0], [0.5, 0.25, 0.25]])
ROWS = [["name", "label", *CLASSES]]
ROWS += [
    [name, "fear", *map(str, row)] for name, row in zip(NAMES[::-1], VALUES[::-1], strict=True)
]
ARRAYS = {"name": np.array(NAMES), "probabilities": VALUES}


def npz(arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def number(cell):
    try:
        return float(cell)
    except ValueError:
        return math.nan


def check(found):
    """Each row is absent or of probabilities, and one at least is there."""
    known = found[~np.isnan(found).any(axis=1)]
    assert found.shape == VALUES.shape and len(known)
    assert (known >= 0).all() and np.allclose(known.sum(axis=1), 1, atol=0.011)


@settings(max_examples=300)
@given(st.data())
def test_a_table(scratch, fuzz, data):
    path = scratch / "p.csv"
    whole = "\n".join(",".join(row) for row in ROWS).encode() + b"\n"
    content = data.draw(fuzz.edited(ROWS) | fuzz.corrupted(whole))
    path.write_bytes(content)
    found = fuzz.read(out_of_sample.read, path, NAMES, CLASSES)
    if found is None:
        return
    check(found)
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    for name, values in zip(NAMES, found, strict=True):
        beside = [{number(cell) for cell in row} for row in table if name in row]
        assert any(beside_ >= set(values) for beside_ in beside) or np.isnan(values).all()


@settings(max_examples=200)
@given(st.data())
def test_bytes_of_arrays(scratch, fuzz, data):
    path = scratch / "p.npz"
    path.write_bytes(data.draw(fuzz.corrupted(npz(ARRAYS))))
    found = fuzz.read(out_of_sample.read, path, NAMES, CLASSES)
    assert found is None or np.array_equal(found, VALUES)


STRANGE = (
    *(np.zeros(0), np.zeros((0, 3)), np.array(0.5), np.array("a"), np.zeros(4, "V8"), np.arange(4)),
    *(
        VALUES * np.nan,
        np.full_like(VALUES, np.inf),
        VALUES + 1e308,
        -VALUES,
        VALUES[:, :2],
        VALUES[:3],
        VALUES.T,
    ),
    *(
        VALUES.astype(complex),
        VALUES.astype("U5"),
        VALUES.astype("S5"),
        VALUES > 0.5,
        VALUES[..., None],
    ),
    *(
        np.array(NAMES[:2]),
        np.array(NAMES).astype("S"),
        np.array(NAMES)[:, None],
        np.array(["é"] * 4),
    ),
    *(np.repeat(NAMES[:1], 4), np.array(["\udcff", "\n", "", "b.png"])),
)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(sorted(ARRAYS)), st.sampled_from(STRANGE), min_size=1))
def test_arrays_of_another_form(scratch, fuzz, changes):
    path = scratch / "strange.npz"
    path.write_bytes(npz(ARRAYS | changes))
    found = fuzz.read(out_of_sample.read, path, NAMES, CLASSES)
    if found is not None:
        check(found)


def test_a_record_that_is_named_twice_is_refused(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("name,anger,fear,neutral\nb.png,1,0,0\nx.png,1,0,0\nx.png,1,0,0\nb.png,0,1,0\n")
    with pytest.raises(UserError, match=r"names 'b\.png' twice"):
        out_of_sample.read(path, NAMES, CLASSES)
