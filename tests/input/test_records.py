"""Whether a training set has colours, and whether records keep what is theirs."""

import cv2
import numpy as np
import pytest

from data.folder.folder_dataset_builder import Builder
from data.record_fields import Record, Schema
from lanet_jax.errors import UserError
from lanet_jax.images import pixels
from lanet_jax.input import records_table
from lanet_jax.input.memory import Memory
from lanet_jax.input.records import Records, load, looks_grey


def encoded(image, ending=".png"):
    return cv2.imencode(ending, image)[1].tobytes()


def records(*images):
    source = [{"image": image} for image in images]
    rows = np.arange(len(images))
    names = tuple(map(str, rows))
    return Records(
        (source,), 0 * rows, rows, names, 0 * rows, ("a",), 0, "", (), None, (), Memory(len(names))
    )


NOISE = np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8)
GREY = encoded(NOISE)
COLOURED = encoded(np.stack([NOISE, NOISE, NOISE[::-1]], axis=2))


@pytest.mark.parametrize(
    ("images", "grey"),
    [
        ([GREY], True),
        ([encoded(np.repeat(NOISE[..., None], 3, 2), ".jpg"), GREY], True),
        ([COLOURED], False),
        ([GREY] * 99 + [COLOURED], False),  # a mixed set; its last record is always looked at
    ],
)
def test_grey_is_what_has_no_colour_anywhere(images, grey):
    assert looks_grey(records(*images)) is grey


def test_a_record_is_resized_as_asked_each_time():
    found = records(COLOURED)
    image = found.read(0, 0)[0]
    for resample in ("linear", "cubic", "linear"):
        np.testing.assert_array_equal(
            found.read(0, 12, resample)[0], pixels.resized(image, 12, resample)
        )
    assert (found.read(0, 12)[0] != found.read(0, 12, "cubic")[0]).any()


def test_only_a_few_records_are_read():
    broken = records(*[GREY, *[b"none"] * 98, GREY])
    assert looks_grey(broken, sample=2)


def prepared(tmp_path, **splits):
    builder = Builder(
        schema=Schema(("anger", "fear")),
        splits={
            split: [Record(i, f"{split}/{i}.png", GREY, i % 2) for i in range(count)]
            for split, count in splits.items()
        },
        data_dir=tmp_path,
    )
    builder.download_and_prepare()
    return str(tmp_path)


def test_a_split_that_is_not_there_says_how_to_go_on(tmp_path):
    data_dir = prepared(tmp_path, train=2)
    with pytest.raises(UserError) as caught:
        load(data_dir, "folder", "test")
    assert "has no split 'test', it has: train; name one of these (--split of" in str(caught.value)
    assert "--config" not in str(caught.value)  # training has looked before it reads


def test_the_names_of_all_other_splits(tmp_path):
    data_dir = prepared(tmp_path, train=1, valid=2, test=1)
    assert records_table.names_elsewhere(data_dir, "folder", "train") == [
        *("valid/0.png", "valid/1.png", "test/0.png")
    ]


def test_records_come_in_the_order_of_their_ids_with_all_that_is_theirs(tmp_path):
    """Files hold them in another order."""
    count = 12
    written = [
        Record(
            **{"id": i, "name": f"{i}.png", "label": i % 2, "votes": np.array([i], np.int32)},
            image=encoded(np.full((2, 2 + i % 3, 3), i, np.uint8)),
            landmarks=np.full((1, 2), i / 20, np.float32),
            present=np.array([i % 4 > 0]),
        )
        for i in range(count)
    ]
    schema = Schema(("anger", "fear"), 1, "one", (0,), ("for",))
    Builder(schema=schema, splits={"train": written}, data_dir=tmp_path).download_and_prepare()
    found, rows = load(str(tmp_path), "folder", "train"), np.arange(count)
    assert (found.position != rows).any()
    assert found.names == tuple(f"{i}.png" for i in rows)
    np.testing.assert_array_equal(found.labels, rows % 2)
    np.testing.assert_array_equal(found.votes[:, 0], rows)
    np.testing.assert_allclose(found.marks.points[:, 0, 1], rows / 20, rtol=1e-6)
    np.testing.assert_array_equal(found.marks.present[:, 0], rows % 4 > 0)
    np.testing.assert_allclose(found.marks.aspect, (2 + rows % 3) / 2)
    assert [int(found.read(i, 0)[0][0, 0, 0]) for i in rows] == rows.tolist()
