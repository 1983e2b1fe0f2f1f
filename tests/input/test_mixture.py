"""Datasets that are mixed have the same classes and the same landmarks."""

import types

import pytest

from lanet_jax.errors import UserError
from lanet_jax.input import mixture


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
    mixture.check_schemes({"a": described(), "b": described(("anger",))})
