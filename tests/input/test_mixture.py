"""Datasets that are mixed have the same classes and landmarks, and keep their records."""

import dataclasses
import types

import cv2
import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.input import mixture
from lanet_jax.input.memory import Memory
from lanet_jax.input.records import Landmarks, Records


def described(classes=("anger", "fear"), landmarks=5, scheme="5"):
    return types.SimpleNamespace(classes=classes, landmarks=landmarks, scheme=scheme)


def test_the_third_of_three_is_compared_as_well():
    with pytest.raises(UserError) as caught:
        mixture.check_classes({"a": described(), "b": described(), "c": described(("anger",))})
    assert str(caught.value).startswith(
        "c has classes anger, a has anger, fear: if only one of them is meant, name it in both "
        "--config.data.train and --config.data.test, as in --config.data.test=\"('NAME',)\"; "
        "otherwise prepare both with the same classes (--classes 7 "
    )


def test_of_two_variants_of_a_dataset_one_is_to_be_chosen():
    with pytest.raises(UserError) as caught:
        mixture.check_classes(
            {"f/argmax8_7classes": described(("anger",)), "f/argmax8": described()}
        )
    assert str(caught.value) == (
        "f/argmax8 has classes anger, fear, f/argmax8_7classes has anger: set --config.data.train "
        "and --config.data.test to the same variant"
    )


def test_classes_in_another_order_are_other_classes():
    turned = described(("fear", "anger"))
    for datasets in ({"a": described(), "b": turned}, {"b": turned, "a": described()}):
        with pytest.raises(UserError) as caught:
            mixture.check_classes(datasets)
        assert str(caught.value).endswith(
            ": the same classes in another order: prepare b again, with a reader that lists "
            "expressions in the order of lanet_jax.classes.EXPRESSIONS"
        )
    with pytest.raises(
        UserError, match=r"prepare a and b again, .* and other classes in one order"
    ):
        mixture.check_classes({"a": described(("x", "y")), "b": described(("y", "x"))})


def test_one_without_landmarks_is_named():
    with pytest.raises(UserError, match=r"b has no landmarks, a has 5 landmarks \(5\): to mix"):
        mixture.check_schemes({"a": described(), "b": described(landmarks=0, scheme="")})
    with pytest.raises(UserError, match=r"b has 5 landmarks \(mine\), a has 5 landmarks \(5\)"):
        mixture.check_schemes({"a": described(), "b": described(scheme="mine")})
    mixture.check_schemes({"a": described(), "b": described(("anger",))})


def records(name, *values):
    """Records whose pixels, landmarks and labels say their value, the last of the source first."""
    of = np.array(values)
    source = [
        {
            "image": cv2.imencode(".png", np.full((2, 2, 3), value, np.uint8))[1].tobytes(),
            "landmarks": np.full((1, 2), value, np.float32),
            "present": np.array([value % 2 == 0]),
        }
        for value in values[::-1]
    ]
    rows = np.arange(len(of))
    points = np.tile(of[:, None, None], (1, 1, 2)).astype(np.float32)
    return Records(
        sources=(source,),
        source=0 * rows,
        position=rows[::-1],
        names=tuple(f"{name}{value}" for value in values),
        labels=of % 3,
        classes=("anger", "fear", "joy"),
        landmarks=1,
        scheme="one",
        flip_index=(0,),
        votes=np.stack([of, of], axis=1),
        vote_names=("anger", "fear"),
        memory=Memory(len(of)),
        marks=Landmarks(points, (of % 2 == 0)[:, None], of / 10),
    )


def is_of(found, names, values):
    """Whether records read, and are described, as what they are; twice, the second from memory."""
    assert found.names == names
    np.testing.assert_array_equal(found.labels, np.array(values) % 3)
    np.testing.assert_array_equal(found.marks.points[:, 0, 0], values)
    np.testing.assert_array_equal(found.marks.present[:, 0], np.array(values) % 2 == 0)
    np.testing.assert_array_equal(found.marks.aspect, np.array(values) / 10)
    for size in (0, 4, 0):
        for row, value in enumerate(values):
            image, points, present = found.read(row, size)
            assert image.shape == (size or 2, size or 2, 3) and (image == value).all()
            assert points[0, 0] == value and present[0] == (value % 2 == 0)


def test_every_record_is_read_from_its_own_dataset():
    a, b, c = records("a", 11, 12, 13), records("b", 21, 22), records("c", 31, 32)
    both = mixture.concatenate({"a": a, "b": b})
    whole = mixture.concatenate({"ab": both, "c": c})
    names = ("a11", "a12", "a13", "b21", "b22", "c31", "c32")
    is_of(whole, names, [11, 12, 13, 21, 22, 31, 32])
    is_of(whole.take(np.array([6, 3, 0])), ("c32", "b21", "a11"), [32, 21, 11])
    assert whole.votes is None and whole.vote_names == ()  # of other people, with other options
    assert mixture.concatenate({"a": a}) is a


def test_a_part_of_the_records_has_its_own_votes():
    part = records("a", 11, 12, 13).take(np.array([2, 0]))
    np.testing.assert_array_equal(part.votes, [[13, 13], [11, 11]])
    is_of(part, ("a13", "a11"), [13, 11])


def test_checksums_are_known_if_all_datasets_have_them():
    known = {"digests": np.arange(64, dtype=np.uint8).reshape(2, 32), "stored": np.array([5, 7])}
    a, b = (dataclasses.replace(records(name, 1, 2), **known) for name in "ab")
    b = dataclasses.replace(b, digests=b.digests[::-1], stored=b.stored[::-1])
    both = mixture.concatenate({"a": a, "b": b})
    np.testing.assert_array_equal(both.digests, known["digests"][[0, 1, 1, 0]])
    np.testing.assert_array_equal(both.stored, [5, 7, 7, 5])
    np.testing.assert_array_equal(both.take(np.array([3, 1])).stored, [5, 7])
    for named in ({"a": a, "c": records("c", 3)}, {"c": records("c", 3), "a": a}):
        mixed = mixture.concatenate(named)
        assert mixed.digests is None and mixed.stored is None
