import pickle
import zipfile

import numpy as np
import pytest

from data.torch_zip import read_tensor
from lanet_jax.errors import UserError

POINTS = np.arange(12, dtype=np.float32).reshape(3, 2, 2) / 8


@pytest.mark.parametrize("order", ["little", "big"])
def test_reads_what_torch_writes(torch_file, order):
    tensor = read_tensor(torch_file(POINTS, order=order))
    assert tensor.dtype == np.float32
    np.testing.assert_array_equal(tensor, POINTS)


class _Touch:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_runs_nothing_that_the_file_asks_for(torch_file, tmp_path, protocol):
    target = tmp_path / "touched"
    content = pickle.dumps(_Touch(target), protocol)
    path = torch_file(POINTS, content=content)
    with pytest.raises(UserError, match=r"it asks for \w+\.open|its data.pkl is not a tensor's"):
        read_tensor(path)
    assert not target.exists()
    pickle.loads(content).close()  # the pickle does work where it is allowed to
    assert target.exists()


def test_a_name_reached_through_an_allowed_module_is_refused(torch_file):
    # STACK_GLOBAL of a dotted name, as protocol 4 allows it.
    content = b"\x80\x04\x8c\x0bcollections\x8c\x13OrderedDict.__doc__\x93."
    with pytest.raises(UserError, match="it has SHORT_BINUNICODE"):
        read_tensor(torch_file(POINTS, content=content))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "DoubleStorage"}, "it asks for torch.DoubleStorage"),
        ({"shape": (4, 2, 2), "strides": (4, 2, 1)}, "16 numbers were expected, it has 12"),
        ({"shape": (2, 3, 2), "strides": (2, 4, 1)}, "view of another tensor"),
        ({"content": pickle.dumps((1, 2), 2)}, "content is a tuple"),
        ({"content": pickle.dumps([1, 2])}, "not a tensor's"),
        ({"content": b"\x80\x02"}, "does not hold one float32 tensor"),
        ({"content": b""}, "does not hold one float32 tensor"),
        ({"content": b"\x80\x02K\x01Q."}, "does not hold one float32 tensor"),
    ],
)
def test_anything_else_is_one_line(torch_file, settings, message):
    with pytest.raises(UserError, match=message) as caught:
        read_tensor(torch_file(POINTS, **settings))
    assert "\n" not in str(caught.value)


def test_a_zip_without_a_pickle(tmp_path):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme", "hello")
    with pytest.raises(UserError, match=r"no data.pkl"):
        read_tensor(path)
