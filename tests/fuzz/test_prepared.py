"""Prepared folders: a corrupted file is refused, or the records are those that were written."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.record_fields import Record, RecordsBuilder, Schema
from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.input import records, records_table
from lanet_jax.landmarks.schemes import SCHEMES

NAME, COUNT, VOTES = "records_builder", 6, ("for", "against")


@pytest.fixture(scope="module", params=["with its table", "of a version that wrote none"])
def prepared(tmp_path_factory, request):
    """A prepared folder, and the same one to be corrupted."""
    rng = np.random.default_rng(0)
    scheme = SCHEMES["points5"]
    written = [
        Record(
            id=number,
            name=f"{number}.png",
            image=cv2.imencode(".png", rng.integers(0, 256, (4, 4, 3), np.uint8))[1].tobytes(),
            label=number % 7,
            landmarks=rng.uniform(size=(5, 2)).astype(np.float32),
            votes=rng.integers(0, 9, 2).astype(np.int32),
        )
        for number in range(COUNT)
    ]
    schema = Schema(EXPRESSIONS[:7], 5, "points5", scheme.flip_index, VOTES)
    root = tmp_path_factory.mktemp("prepared")
    RecordsBuilder(
        schema=schema, splits={"train": written}, data_dir=root / "whole"
    ).download_and_prepare()
    if request.param == "with its table":
        (written,) = (path.parent for path in (root / "whole").rglob("dataset_info.json"))
        records_table.write(written)
    shutil.copytree(root / "whole", root / "changed")
    return root


def files(root):
    return sorted(path for path in (root / "whole").rglob("*") if path.is_file())


def opened(root):
    data = records.load(str(root / "changed"), NAME, "train")
    return data, [data.read(row, 0) for row in range(len(data))]


def same(found, wanted):
    for name in ("names", "labels", "classes", "votes", "landmarks"):
        np.testing.assert_array_equal(getattr(found[0], name), getattr(wanted[0], name))
    if found[0].scheme == wanted[0].scheme:
        assert found[0].flip_index in (wanted[0].flip_index, ())
    for row, other in zip(found[1], wanted[1], strict=True):
        for array, expected in zip(row, other, strict=True):
            np.testing.assert_array_equal(array, expected)


@pytest.fixture(scope="module")
def whole(prepared):
    return opened(prepared)


@settings(max_examples=120)
@given(st.data())
def test_bytes(prepared, whole, fuzz, data):
    source = data.draw(st.sampled_from(files(prepared)))
    target = prepared / "changed" / source.relative_to(prepared / "whole")
    try:
        target.write_bytes(data.draw(fuzz.corrupted(source.read_bytes())))
        found = fuzz.read(opened, prepared)
    finally:
        shutil.copyfile(source, target)
    if found is not None:
        same(found, whole)


STRANGE = (
    *(
        None,
        0,
        -1,
        "",
        "anger",
        [],
        {},
        [0] * 5,
        [1, 0, 2, 4, 4],
        [5, 1, 2, 3, 4],
        [0, 1, 2, 3, 4.0],
    ),
    *(["anger"] * 7, list(EXPRESSIONS[:6]), list(EXPRESSIONS[6::-1]), "ibug68", 10**30, [True] * 5),
)
KEYS = ("classes", "scheme", "flip_index", "votes", "other")


@settings(max_examples=60)
@given(st.sampled_from(KEYS), st.sampled_from(STRANGE), st.booleans())
def test_values_of_the_metadata(prepared, whole, fuzz, key, value, gone):
    target = next((prepared / "changed").rglob("metadata.json"))
    before = target.read_text()
    changed = json.loads(before) | {key: value}
    if gone:
        del changed[key]
    try:
        target.write_text(json.dumps(changed))
        found = fuzz.read(opened, prepared)
    finally:
        target.write_text(before)
    if found is not None:
        same(found, whole)


@pytest.mark.parametrize("name", ["metadata.json", "features.json", "*array_record*"])
@pytest.mark.parametrize("content", [None, b"", b"\0" * 64], ids=["gone", "empty", "zeros"])
def test_a_file_that_is_not_there_or_empty(prepared, name, content):
    target = next((prepared / "changed").rglob(name))
    before = target.read_bytes()
    try:
        target.unlink() if content is None else target.write_bytes(content)
        with pytest.raises(UserError, match="prepare the data again"):
            opened(prepared)
    finally:
        target.write_bytes(before)


def test_a_folder_that_is_no_version_is_passed_over(prepared, whole):
    version = next((prepared / "changed").rglob("dataset_info.json")).parent
    for name in ("old", "1.0.0.backup", "2.0.0-rc1"):
        shutil.copytree(version, version.with_name(name))
    same(opened(prepared), whole)


def test_images_that_were_exchanged_are_not_taken_for_those_of_the_table(prepared, tmp_path):
    folder = next((prepared / "changed").rglob("dataset_info.json")).parent
    if not (path := folder / "table-train.npz").exists():
        return
    before = path.read_bytes()
    arrays = dict(np.load(path))
    arrays["image"] = arrays["image"][::-1]
    try:
        np.savez(path, **arrays)
        with pytest.raises(UserError, match="holds another image than the table beside it says"):
            opened(prepared)
        arrays = dict(np.load(path))
        arrays["image"] = arrays["image"][::-1]
        arrays["label"] = (arrays["label"] + 1) % 2  # of shards that another prepare wrote
        np.savez(path, **arrays)
        with pytest.raises(UserError, match="holds another label than the table beside it says"):
            opened(prepared)
        arrays["shards"] = np.frombuffer(b'{"train": 1}', np.uint8)
        np.savez(path, **arrays)
        with pytest.raises(UserError, match="is not of the files of split 'train' beside it"):
            opened(prepared)
    finally:
        path.write_bytes(before)


def test_a_name_of_a_class_is_never_imported(prepared, tmp_path, monkeypatch):
    mark = tmp_path / "ran"
    (tmp_path / "planted.py").write_text(f"open({str(mark)!r}, 'w').close()")
    monkeypatch.syspath_prepend(tmp_path)
    target = next((prepared / "changed").rglob("features.json"))
    before = target.read_text()
    tree = json.loads(before)
    tree["featuresDict"]["features"]["label"]["pythonClassName"] = "planted.Feature"
    try:
        target.write_text(json.dumps(tree))
        with pytest.raises(UserError, match=r"asks for 'planted\.Feature', which may run code"):
            opened(prepared)
    finally:
        target.write_text(before)
    assert not Path(mark).exists()
