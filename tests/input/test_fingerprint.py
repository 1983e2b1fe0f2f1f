"""Prepared data are told from others by names, labels, landmarks and images, not by their place."""

import cv2
import numpy as np
import pytest
import tensorflow_datasets as tfds

from data.record_fields import Record, RecordsBuilder, Schema
from lanet_jax.input import fingerprint, mixture, records, records_table
from lanet_jax.landmarks.schemes import SCHEMES

COUNT = 5


def _written(seed=0, **changes):
    rng = np.random.default_rng(seed)
    return [
        Record(
            **{
                "id": number,
                "name": f"{number}.png",
                "image": cv2.imencode(".png", rng.integers(0, 256, (4, 6, 3), np.uint8))[
                    1
                ].tobytes(),
                "label": number % 2,
                "landmarks": rng.uniform(size=(5, 2)).astype(np.float32),
                "votes": np.array([number, 1], np.int32),
                **changes,
            }
        )
        for number in range(COUNT)
    ]


@pytest.fixture(scope="module")
def prepare(tmp_path_factory):
    def make(written, has_table=True):
        root = tmp_path_factory.mktemp("prepared")
        scheme = SCHEMES["points5"]
        schema = Schema(("a", "b"), 5, "points5", scheme.flip_index, ("for", "against"))
        builder = RecordsBuilder(schema=schema, splits={"train": written}, data_dir=root)
        builder.download_and_prepare()
        (folder,) = (path.parent for path in root.rglob("dataset_info.json"))
        if has_table:
            records_table.write(folder)
        return root, folder

    return make


@pytest.fixture(scope="module")
def whole(prepare):
    return prepare(_written())


def _of(root):
    return fingerprint.of(records.load(str(root), "records_builder", "train"))


def _same(found, wanted):
    for name in ("names", "labels", "classes", "votes", "digests", "position"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))
    for values, others in zip(found.marks, wanted.marks, strict=True):
        np.testing.assert_array_equal(values, others)
        assert values.dtype == others.dtype


def test_the_table_says_what_the_shards_say(whole, prepare):
    found = records.load(str(whole[0]), "records_builder", "train")
    slow = records.load(str(prepare(_written(), has_table=False)[0]), "records_builder", "train")
    assert found.names == slow.names == tuple(f"{n}.png" for n in range(COUNT))
    _same(found, slow)
    np.testing.assert_allclose(found.marks.aspect, 1.5)
    np.testing.assert_array_equal(found.read(2, 0)[0], slow.read(2, 0)[0])
    assert fingerprint.of(found) == fingerprint.of(slow)


def test_opening_a_split_with_its_table_reads_no_record(whole, monkeypatch):
    class Closed:
        def __len__(self):
            return COUNT

        def __getitem__(self, row):
            raise AssertionError("a record was read")

        __iter__ = __getitem__

    monkeypatch.setattr(
        tfds.core.DatasetBuilder, "as_data_source", lambda *_, **__: Closed(), raising=True
    )
    assert len(records.load(str(whole[0]), "records_builder", "train")) == COUNT


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"label": 1}, {"labels"}),
        ({"landmarks": np.full((5, 2), 0.5, np.float32)}, {"landmarks"}),
        ({"votes": np.array([1, 1], np.int32)}, {"votes"}),
    ],
)
def test_what_differs_is_told(whole, prepare, changes, what):
    one, other = _of(whole[0]), _of(prepare(_written(**changes))[0])
    assert {key for key in one if one[key] != other[key]} == what


def test_other_images_under_the_same_names_are_other_data(whole, prepare):
    one, other = _of(whole[0]), _of(prepare(_written(seed=1, landmarks=None))[0])
    assert one["names"] == other["names"] and one["labels"] == other["labels"]
    assert one["images"] != other["images"]


def test_a_taken_part_keeps_what_belongs_together(whole):
    found = records.load(str(whole[0]), "records_builder", "train")
    part = found.take(np.array([3, 1]))
    np.testing.assert_array_equal(part.digests, found.digests[[3, 1]])
    both = mixture.concatenate({"one": found, "two": found})
    np.testing.assert_array_equal(both.digests, np.concatenate([found.digests] * 2))
