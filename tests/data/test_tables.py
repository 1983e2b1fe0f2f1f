"""Text files and tables of a source: lines keep their numbers, and each fault is one line."""

import pytest

from data import tables
from lanet_jax.errors import UserError


@pytest.fixture
def write(tmp_path):
    def call(content, name="list.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return call


def test_lines_have_their_numbers_without_blank_ones(write):
    assert tables.read_lines(write("a 1\n\n  \r\nb 2\rc 3")) == [(1, "a 1"), (4, "b 2"), (5, "c 3")]
    assert tables.read_lines(write("")) == []


def test_rows_have_the_line_on_which_they_end(write):
    found = list(tables.read_rows(write('a,b\n\n"x, y",z\n')))
    assert found == [(1, ["a", "b"]), (2, []), (3, ["x, y", "z"])]


@pytest.mark.parametrize("content", ['a,"b\nc"\n', "a,b\u2028c\nd,e\n"])
def test_a_cell_has_no_line_break(write, content):
    with pytest.raises(UserError, match="found the control character"):
        list(tables.read_rows(write(content)))


def test_an_encoding_that_is_marked_is_read(write):
    path = write("a,\u00e9\n".encode("utf-16"))
    assert list(tables.read_rows(path)) == [(1, ["a", "\u00e9"])]
    assert tables.read_lines(path) == [(1, "a,\u00e9")]


@pytest.mark.parametrize("read", [tables.read_lines, lambda path: list(tables.read_rows(path))])
def test_what_cannot_be_read_is_one_line(write, tmp_path, read):
    with pytest.raises(UserError, match=r"none\.csv cannot be read: No such file.*; check the sou"):
        read(tmp_path / "none.csv")
    with pytest.raises(UserError, match=r"list\.csv line 2: found the control character '\\x07'"):
        read(write("a,b\nc\x07,d\n"))
    with pytest.raises(UserError, match=r"list\.csv is not in UTF-8"):
        read(write(b"a\n\xff\n"))


def test_tabs_are_no_control_characters(write):
    assert tables.read_lines(write("a\tb\n")) == [(1, "a\tb")]


def test_a_table_that_is_none_is_told(write):
    content = "x" * 200_000  # more than a cell may have
    with pytest.raises(UserError, match=r"list\.csv is not a CSV file \(field larger than .*save"):
        list(tables.read_rows(write(content)))


def test_an_error_repeats_the_start_of_a_row():
    assert tables.shown(["a", "b"]) == "'a,b'"
    assert tables.shown(["x" * 80]) == repr("x" * 80)
    assert tables.shown(["x" * 81]) == repr("x" * 80 + "...")
