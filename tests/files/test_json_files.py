"""A JSON file that is damaged, or holds something else, is one line with what to do."""

import os

import pytest

from lanet_jax.errors import UserError
from lanet_jax.files import json_files


def test_an_object_comes_back(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"gef\u00e4hrlich": [1, null]}', encoding="utf-8")
    assert json_files.read(path, "advice") == {"gef\u00e4hrlich": [1, None]}
    assert json_files.read_text(path, "advice") == '{"gef\u00e4hrlich": [1, null]}'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is not JSON"),
        (b'{"a": 1', "is not JSON"),
        (b"[" * 100_000, "is not JSON"),  # too deep for Python's parser
        (b"[1]", "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b'{"a": "\xff"}', r"is not in UTF-8 \(byte 7\)"),
    ],
)
def test_anything_else_is_told_with_the_file_and_the_advice(tmp_path, content, told):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=f"^{path} {told}.*; write it again$"):
        json_files.read(path, "write it again")


def test_a_long_reason_is_cut():
    with pytest.raises(UserError) as caught:
        json_files.parse("[" * 100_000, "it", "advice")
    assert len(str(caught.value)) < 120


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(UserError, match=r"a\.json cannot be read: No such file.*; advice$"):
        json_files.read(tmp_path / "a.json", "advice")
    os.mkfifo(tmp_path / "pipe")  # which would never end
    with pytest.raises(UserError, match="pipe"):
        json_files.read_text(tmp_path / "pipe", "advice")
