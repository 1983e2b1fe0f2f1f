"""A tiny file, written by hand as the format's description says."""

import struct

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.port.dlib_file import Affine, Convolution, FullyConnected, read


def packed(value):
    digits = abs(value).to_bytes((abs(value).bit_length() + 7) // 8, "little")
    return bytes([len(digits) | (0x80 if value < 0 else 0)]) + digits


def tensor(*numbers, sizes):
    return packed(2) + b"".join(map(packed, sizes)) + struct.pack(f"<{len(numbers)}f", *numbers)


def named(name):
    return bytes([1, len(name)]) + name


# Two filters of 1 x 2 over one channel, their biases, and stride (2, 1), padding (0, 3).
CON = named(b"con_4") + tensor(1, 2, 3, 4, 0.5, -0.5, sizes=(6, 1, 1, 1))
CON += b"".join(map(packed, (2, 1, 2, 2, 1, 0, 3)))
AFFINE = named(b"affine_") + tensor(2, 3, -1, 0, sizes=(4, 1, 1, 1))
FC = named(b"fc_2") + packed(2) + packed(3) + tensor(*range(6), sizes=(3, 2, 1, 1))
BETWEEN = named(b"relu_") + packed(300) + packed(-7)


def test_layers_in_the_order_of_the_file():
    con, affine, fc = read(BETWEEN + CON + BETWEEN + AFFINE + FC + BETWEEN, "x.dat")
    assert isinstance(con, Convolution) and isinstance(affine, Affine)
    np.testing.assert_array_equal(con.kernel, [[[[1, 2]]], [[[3, 4]]]])
    np.testing.assert_array_equal(con.bias, [0.5, -0.5])
    np.testing.assert_array_equal(affine.scale, [2, 3])
    np.testing.assert_array_equal(affine.shift, [-1, 0])
    assert isinstance(fc, FullyConnected)
    np.testing.assert_array_equal(fc.kernel, [[0, 1], [2, 3], [4, 5]])


def test_a_name_inside_a_tensor_is_no_layer():
    inside = np.frombuffer(named(b"affine_") + b"\0\0\0", "<f4")
    fc = named(b"fc_2") + packed(1) + packed(3) + tensor(*inside, sizes=(3, 1, 1, 1))
    (layer,) = read(fc, "x.dat")
    np.testing.assert_array_equal(layer.kernel[:, 0], inside)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "holds no layer"),
        (b"<html>not found</html>", "holds no layer"),
        (CON[:-1], r"layer 1 cannot be read \(the file ends early\)"),
        (CON + AFFINE[:-5], "layer 2 cannot be read"),
        (named(b"affine_") + b"\x01\x03" + AFFINE[11:], "version 3 of a tensor"),
        (named(b"affine_") + tensor(1, 2, 3, sizes=(3, 1, 1, 1)), "layer 1 cannot be read"),
        (named(b"affine_") + packed(2) + packed(1 << 62) * 4, "a tensor of sizes"),
        (named(b"affine_") + packed(2) + packed(-1) * 4, "a tensor of sizes"),
        (CON.replace(b"\x01\x02\x01\x01\x01\x02", b"\x00\x01\x01\x01\x02"), "0 filters"),
    ],
)
def test_what_is_no_such_file_is_one_line(data, reason):
    with pytest.raises(UserError, match=f"^x.dat: .*{reason}"):
        read(data, "x.dat")


def test_every_truncation_is_told_or_gives_fewer_layers():
    whole = CON + AFFINE + FC
    for end in range(len(whole)):
        try:
            assert len(read(whole[:end], "x.dat")) < 3
        except UserError as error:
            assert "\n" not in str(error)
