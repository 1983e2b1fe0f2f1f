"""Tensors that are no weights, or of another network, are named."""

import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.checkpoint.checks import check_numbers, check_shapes
from lanet_jax.errors import UserError

SHAPES = {"a": (2, 3), "b": (4,), "c": ()}


def test_the_same_shapes_pass_in_any_order_and_type():
    check_shapes({"c": (), "b": [4], "a": (2, 3)}, SHAPES, "file", "advice")


def test_every_difference_is_named():
    found = {"a": (3, 2), "c": (1,), "d": (4,)}
    with pytest.raises(UserError) as caught:
        check_shapes(found, SHAPES, "file: differs", "take another")
    assert str(caught.value) == (
        "file: differs: 1 missing (b); 1 extra (d); 2 wrong shape (a is (3, 2), not (2, 3), c is "
        "(1,), not ()); take another"
    )


def test_one_kind_of_difference_is_told_alone():
    with pytest.raises(UserError, match=r"^file: 1 extra \(d\); advice$"):
        check_shapes({**SHAPES, "d": (1,)}, SHAPES, "file", "advice")


def test_weights_pass():
    negative = np.array([-1.0, 0.0], np.float32)
    check_numbers({"kernel": negative, "mean": negative, "bn/var": negative**2}, "file")
    check_numbers({"a": np.ones(2, np.float16), "b": np.ones(2, jnp.bfloat16)}, "file")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kernel", np.array([1, 2])),
        ("kernel", np.array([True])),
        ("kernel", np.array([1.0, np.nan])),
        ("kernel", np.array([np.inf], np.float32)),
        ("kernel", np.array([1e300])),  # more than float32 has
        ("bn/var", np.array([1.0, -1e-3])),
        ("bn.running_var", np.array([-1.0])),
        ("kernel", np.array([1 + 1j])),
    ],
)
def test_what_is_no_weight_is_named(name, value):
    with pytest.raises(UserError, match=f"^file: not finite floating-point .* in x, {name}; give"):
        check_numbers({"x": np.array([np.nan]), "right": np.ones(1), name: value}, "file")
