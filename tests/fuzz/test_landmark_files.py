"""Landmark files: a corrupted one is refused, or gives the points that were written."""

import io
import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import assembly
from data.images import Look
from data.landmarks.table import load
from data.listing import Item, Listing

NAMES = np.array([f"anger/{n}.png" for n in range(5)])
POINTS = np.random.default_rng(0).uniform(0, 48, (5, 19, 2)).astype(np.float32)
OK = np.array([True, True, False, True, True])
ARRAYS = {"name": NAMES, "points": POINTS, "ok": OK, "scheme": np.array("aflw19")}


def npz(arrays, compressed=False):
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def tensor_pickle(count, shape, strides):
    """The pickle of a float32 tensor as torch writes it."""

    def integers(values):
        return b"(" + b"".join(b"J" + struct.pack("<i", value) for value in values) + b"t"

    storage = b"(X\x07\0\0\0storageq\x01ctorch\nFloatStorage\nq\x02X\x01\0\0\0" + b"0q\x03"
    storage += b"X\x03\0\0\0cpuq\x04J" + struct.pack("<i", count) + b"tq\x05Q"
    return (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\0(" + storage + b"K\0" + integers(shape)
        + integers(strides) + b"\x89ccollections\nOrderedDict\nq\x06)Rq\x07tq\x08Rq\x09."
    )  # fmt: skip


def torch_zip(content, order="little"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("points/data.pkl", content)
        archive.writestr("points/byteorder", order)
        archive.writestr("points/version", "3\n")
        archive.writestr("points/data/0", POINTS.tobytes())
    return file.getvalue()


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="pip install 'lanet_jax[port]'")


def loaded(path):
    """The table of a file, and the records that `assemble` makes of it."""
    table = load(path)
    items = [Item(str(name), str(name), b"", 0) for name in NAMES]
    listing = Listing(("anger",), {"train": items}, rows=[str(name) for name in NAMES])
    looks = {item.name: Look(48, 48, 1, b"") for item in items}
    _, splits = assembly.assemble(listing, looks, table)
    for record in splits["train"]:
        if record.landmarks is not None:
            inside = (record.landmarks >= 0) & (record.landmarks <= 1)
            assert np.isfinite(record.landmarks).all() and inside[record.present].all()
    return table


@pytest.mark.parametrize("kind", ["npz", "compressed npz"])
@settings(max_examples=150)
@given(data=st.data())
def test_bytes(scratch, fuzz, kind, data):
    path = scratch / "landmarks"
    path.write_bytes(data.draw(fuzz.corrupted(npz(ARRAYS, kind == "compressed npz"))))
    table = fuzz.read(loaded, path)
    if table is not None:
        np.testing.assert_array_equal(table.points, POINTS)
        assert (list(table.names), table.scheme) == (NAMES.tolist(), "aflw19")
        np.testing.assert_array_equal(table.ok, OK)


@settings(max_examples=150)
@given(data=st.data())
def test_bytes_of_a_torch_file(torch, scratch, fuzz, data):
    file = io.BytesIO()
    torch.save(torch.from_numpy(POINTS), file)
    path = scratch / "landmarks"
    path.write_bytes(data.draw(fuzz.corrupted(file.getvalue())))
    table = fuzz.read(loaded, path)
    if table is not None:
        np.testing.assert_array_equal(table.points, POINTS)


STRANGE = (
    *(np.zeros(0), np.zeros((5, 19)), np.zeros((5, 0, 2)), np.zeros((5, 1001, 2)), POINTS * np.nan),
    *(POINTS * np.inf, POINTS + 1e30, POINTS.astype(complex), POINTS.astype("U8"), -POINTS),
    *(np.float64(POINTS) * 1e300, np.zeros((6, 19, 2)), np.zeros(5, "V8"), np.arange(5), OK[:4]),
    *(np.array("wflw98"), np.array(b"aflw19"), np.array(["aflw19"] * 2), np.array(7), np.array("")),
    *(np.repeat(NAMES[:1], 5), NAMES[::-1], NAMES.astype("S"), NAMES[:, None], np.array("")),
    *(np.array(["a\nb"] * 5), np.array(["\udcff", *NAMES[1:]]), np.full(5, np.nan), OK * 2.0),
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(sorted(ARRAYS)), st.sampled_from(STRANGE), min_size=1))
def test_arrays_of_another_form(scratch, fuzz, changes):
    path = scratch / "landmarks.npz"
    path.write_bytes(npz(ARRAYS | changes))
    table = fuzz.read(loaded, path)
    if table is not None:
        assert len(table.names) == len(table.points) == len(table.ok)
        assert table.points.dtype == np.float32


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [
                *(pickle.PROTO + b"\x02", pickle.MARK, pickle.TUPLE, pickle.EMPTY_TUPLE, b"K\x05"),
                *(pickle.REDUCE, pickle.BINPERSID, pickle.BINPUT + b"\0", pickle.BINGET + b"\0"),
                *(pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3, pickle.NONE, pickle.NEWFALSE),
                *(b"ctorch._utils\n_rebuild_tensor_v2\n", b"ctorch\nFloatStorage\n"),
                *(b"ccollections\nOrderedDict\n", b"cos\nsystem\n", b"X\x04\0\0\0true"),
                *(b"\x8a\xff" + b"\x7f" * 255, b"J\xff\xff\xff\x7f", b"X\x07\0\0\0storage"),
                *(pickle.EMPTY_DICT, pickle.SETITEM, pickle.BUILD, pickle.INST + b"os\nsystem\n"),
                *(b"r\xff\xff\xff\xff", b"p4294967295\n", pickle.BYTEARRAY8 + b"\xff" * 7 + b"\0"),
            ]
        ),
        max_size=30,
    )
)
def test_any_pickle_in_a_torch_file(torch, scratch, fuzz, operations):
    path = scratch / "soup.pt"
    path.write_bytes(torch_zip(b"".join(operations) + pickle.STOP))
    fuzz.read(load, path)


TORCH = torch_zip(tensor_pickle(190, POINTS.shape, (38, 2, 1)))


def test_the_torch_file_made_here_is_read(torch, tmp_path):
    path = tmp_path / "points.pt"
    path.write_bytes(TORCH)
    np.testing.assert_array_equal(load(path).points, POINTS)


@pytest.mark.parametrize(
    "content",
    [
        torch_zip(b"\x80\x02K\x01r\xff\xff\xff\x0f."),
        torch_zip(tensor_pickle(190, (2**31 - 1, 19, 2), (38, 2, 1))),
        torch_zip(tensor_pickle(190, (-5, 19, -2), (38, 2, 1))),
        torch_zip(tensor_pickle(190, POINTS.shape, (38, 2, 1)), order="largest"),
        npz(ARRAYS | {"points": np.zeros((3_000_000, 3, 2))}, compressed=True),
        TORCH.replace(struct.pack("<I", 760), struct.pack("<I", 0xFFFFFFF0)),
    ],
    ids=["memo", "huge", "negative", "byte order", "zip bomb", "declared"],
)
def test_nothing_asks_for_much_memory_or_time(torch, tmp_path, fuzz, content):
    path = Path(tmp_path / "bomb")
    path.write_bytes(content)
    tracemalloc.start()
    assert fuzz.read(load, path) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8e6
