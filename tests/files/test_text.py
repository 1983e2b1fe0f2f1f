import pytest

from lanet_jax.errors import UserError
from lanet_jax.files.text import decode

TEXT = "name,given\nx/\u00e9.png,sad\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are(encoding):
    assert decode("a.csv", TEXT.encode(encoding)) == TEXT
    assert decode("a.csv", "".encode(encoding)) == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (TEXT.encode("utf-16-le"), "is not in UTF-8"),
        (TEXT.replace("\u00e9", "e").encode("utf-16-le"), "without a mark"),
        (TEXT.replace("\u00e9", "e").encode("utf-16-be"), "without a mark"),
        (TEXT.encode("utf-32"), "without a mark"),
        (TEXT.encode("utf-16")[:-1], "incomplete UTF-16"),
        (TEXT.encode("cp1252"), "byte 13, line 2: Excel's code page"),
        (b"PK\x03\x04" + bytes(40), "a workbook"),
        (b"PK\x03\x04\xff" + bytes(40), "a workbook"),
    ],
)
def test_the_others_are_named(content, said):
    with pytest.raises(UserError, match=said):
        decode("a.csv", content)


def test_a_single_zero_is_for_the_reader_to_name():
    assert decode("a.csv", b"name,given\na\0b,sad\n") == "name,given\na\0b,sad\n"
