"""What Python hands over, in the forms of the libraries that people use."""

import io
import types

import jax.numpy as jnp
import numpy as np
import PIL.Image
import pytest

from lanet_jax.errors import UserError
from lanet_jax.predict import arrays

RED = np.zeros((12, 10, 3), np.uint8) + np.array([250, 10, 20], np.uint8)


def test_a_pil_image_is_upright_and_opaque():
    turned = PIL.Image.fromarray(RED)
    turned.getexif()[0x0112] = 6
    stored = io.BytesIO()
    turned.save(stored, "PNG", exif=turned.getexif())
    assert arrays.pixels_of(PIL.Image.open(stored)).shape == (10, 12, 3)
    seen = arrays.pixels_of(PIL.Image.new("RGBA", (10, 12), (0, 0, 0, 0)))
    assert (seen == 255).all()
    assert arrays.pixels_of(PIL.Image.new("L", (10, 12), 7)).shape == (12, 10, 3)


def test_a_pil_image_that_is_cut_short():
    stored = io.BytesIO()
    PIL.Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(
        stored, "PNG"
    )
    with pytest.raises(UserError, match="a PIL image that cannot be read"):
        arrays.pixels_of(PIL.Image.open(io.BytesIO(stored.getvalue()[:3000])))


def test_a_torch_tensor():
    torch = pytest.importorskip("torch")
    np.testing.assert_array_equal(arrays.pixels_of(torch.tensor(RED)), RED)
    with pytest.raises(UserError, match=r"x\.permute\(1, 2, 0\)"):
        arrays.pixels_of(torch.tensor(RED).permute(2, 0, 1))
    with pytest.raises(UserError, match="uint8"):
        arrays.pixels_of(torch.tensor(RED) / 255)
    with pytest.raises(UserError, match="Tensor cannot be read as an array"):
        arrays.pixels_of(torch.zeros((4, 4), requires_grad=True))


@pytest.mark.parametrize("shape", [(3, 12, 10), (4, 12, 10), (12, 10, 2), (5, 12, 7)])
def test_what_could_be_two_things_is_refused(shape):
    with pytest.raises(UserError, match=r"may be one image .*x\[\.\.\., None\]"):
        arrays.pixels_of(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(
    "shape", [(1, 12, 10), (2, 12, 10), (3, 12, 3), (3, 12, 10, 1), (12, 10), (8, 3, 3, 3)]
)
def test_what_can_be_told_apart_is_read(shape):
    assert arrays.pixels_of(np.zeros(shape, np.uint8)).shape == shape


def test_columns_of_paths():
    pandas = pytest.importorskip("pandas")
    for column in (
        pandas.Series(["a.jpg", "b.jpg"], index=[7, 9]),
        pandas.Index(["a.jpg", "b.jpg"]),
        np.array(["a.jpg", "b.jpg"]),
        np.array(["a.jpg", "b.jpg"], object),
    ):
        assert list(arrays.several(column)) == ["a.jpg", "b.jpg"]
    with pytest.raises(UserError, match=r"DataFrame \[2, 1\].*one column"):
        arrays.several(pandas.DataFrame({"file": ["a.jpg", "b.jpg"]}))


def test_a_column_of_images():
    column = np.empty(2, object)
    column[:] = [RED, RED[:5]]
    first, second = arrays.several(column)
    assert (first.shape, second.shape) == ((12, 10, 3), (5, 10, 3))


def test_pixels_of_a_type_that_numpy_lacks():
    value = jnp.zeros((8, 8, 3), jnp.bfloat16)
    assert arrays.several(value) is None
    with pytest.raises(UserError, match="as uint8 were expected, found bfloat16"):
        arrays.pixels_of(value)


@pytest.mark.parametrize("value", ["a.jpg", np.str_("a.jpg"), RED, RED[..., 0], 3, None])
def test_one_source_is_not_several(value):
    assert arrays.several(value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"\xff\xd8\xff", "io.BytesIO"),
        (bytearray(b"a.jpg"), "os.fsdecode"),
        ({"a": RED}, r"list\(x\.values\(\)\)"),
        (io.StringIO("a.jpg"), "an open file"),
    ],
)
def test_what_would_be_read_as_something_else(value, message):
    with pytest.raises(UserError, match=message):
        arrays.several(value)


def test_paths_as_numpy_writes_them():
    assert arrays.several(np.array("a.jpg")) == ["a.jpg"]
    assert arrays.several(np.array([b"a.jpg", b"\xff.jpg"])) == ["a.jpg", "\udcff.jpg"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"\xff\xd8\xff", "io.BytesIO"),
        ([[1, 2]], "one flat list of sources"),
        (np.ma.masked_greater(np.full((9, 9), 7, np.uint8), 3), r"x\.filled\(255\)"),
    ],
)
def test_a_source_within_a_list_says_what_to_do(value, message):
    with pytest.raises(UserError, match=message):
        arrays.pixels_of(value)


@pytest.mark.parametrize("value", [3, None, [1, 2], types.SimpleNamespace()])
def test_what_holds_no_pixels(value):
    with pytest.raises(UserError, match="a path or an array of pixels was expected, not"):
        arrays.pixels_of(value)
