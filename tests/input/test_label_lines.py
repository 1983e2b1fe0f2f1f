"""The lines of label files: ours with a header, a peer's without; each error names its line."""

import pytest

from lanet_jax.errors import UserError
from lanet_jax.input import label_lines


def ours(text):
    return list(label_lines.rows("l.csv", text))


def peers(text):
    return list(label_lines.peers_rows("l.txt", text))


def test_rows_have_their_line_and_their_cells_by_column():
    assert ours("name,given,true\na.png,joy,fear\n\n b.png , joy ,\n") == [
        (2, {"name": "a.png", "given": "joy", "true": "fear"}),
        (4, {"name": " b.png ", "given": "joy", "true": ""}),  # the name as it is written
    ]


@pytest.mark.parametrize("start", ["", "\n", "sep=;\n", "Sep=;\n\n"])
def test_columns_are_found_by_name_in_any_order_and_case(start):
    text = f'{start}TRUE;"Given";more; Name\nfear;joy;9;"a;b.png"\n'
    assert label_lines.has_header(text)
    line = start.count("\n") + 2
    assert ours(text) == [(line, {"true": "fear", "given": "joy", "more": "9", "name": "a;b.png"})]


def test_tabs_and_a_second_header_are_read():
    text = "given\tname\njoy\ta\nname\tgiven\nb\tfear\n"
    assert [row for _, row in ours(text)] == [
        {"given": "joy", "name": "a"},
        {"name": "b", "given": "fear"},
    ]


def test_a_name_with_a_line_break_counts_its_lines():
    found = ours('name,given\n"a\nb",joy\nc,fear\n')
    assert [(number, row["name"]) for number, row in found] == [(3, "a\nb"), (4, "c")]


@pytest.mark.parametrize("text", ["", "\n\n", "a.png 3\n", "name,label\na,b\n", "x\nname,given\n"])
def test_without_our_header_it_is_not_ours(text):
    assert not label_lines.has_header(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,given,given\n", "line 1: two columns are called given; keep one"),
        ("name,given\na,joy\nb\n", "line 3: expected name,given and found 'b'"),
        ("name,given\na,joy,fear\n", "line 2: 3 cells below the columns name,given; put a name"),
        ('name,given\n"a,joy\n', "line 2: not CSV"),
    ],
)
def test_a_wrong_line_is_told(text, told):
    with pytest.raises(UserError) as caught:
        ours(text)
    assert str(caught.value).startswith(f"l.csv, {told}")


def test_spare_empty_cells_are_no_fault():
    assert ours("name,given\na,joy,,\n") == [(2, {"name": "a", "given": "joy"})]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a.jpg 3", ("a.jpg", "3", None)),
        ("a.jpg,3", ("a.jpg", "3", None)),
        ("a.jpg\t03 ", ("a.jpg", "3", None)),
        ("a.jpg 3 5", ("a.jpg", "3", "5")),
        ("a.jpg, 3, 5", ("a.jpg", "3", "5")),
        ("a face.jpg\xa04", ("a face.jpg", "4", None)),
        ("train_00001.jpg 5", ("train_00001.jpg", "5", None)),
        ("img12 3", ("img12", "3", None)),
    ],
)
def test_a_peer_s_line(line, expected):
    assert peers(f"\n{line}\n") == [(2, *expected)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a.jpg", "expected 'name label' with a whole number and found 'a.jpg'; files with class"),
        ("a.jpg joy", "expected 'name label' with a whole number"),
        ("3", "expected 'name label'"),
        ("a.jpg 1234567890", "expected 'name label'"),  # more digits than a label has
        ("a.jpg 3 0.7", "the third column, '0.7', does not look like the original label"),
        ("a.jpg,3,joy", "the third column, 'joy', does not look like"),
    ],
)
def test_a_peer_s_wrong_line_is_told(line, told):
    with pytest.raises(UserError) as caught:
        peers(f"b.jpg 1\n{line}\n")
    assert str(caught.value).startswith(f"l.txt, line 2: {told}")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UserError, match=r"l\.csv: cannot read this label file \(No such file"):
        label_lines.read_text(tmp_path / "l.csv")
    (tmp_path / "l.csv").write_text("name,given\n\u00e9,joy\n", encoding="utf-16")
    assert label_lines.read_text(tmp_path / "l.csv") == "name,given\n\u00e9,joy\n"
