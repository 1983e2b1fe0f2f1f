import csv
import sys

import pytest

from lanet_jax.audit import corrections, review_merge
from lanet_jax.errors import UserError

HEADER = "name,given,was,decision"


@pytest.fixture
def write(tmp_path):
    def write(name, *lines, header=HEADER, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes("\r\n".join([header, *lines]).encode(encoding))
        return path

    return write


def _rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [tuple(row.values()) for row in csv.DictReader(file)]


def _merged(folder, *files):
    review_merge.merge(files, folder / "out.csv")
    return _rows(folder / "out.csv")


def test_two_reviewers_by_hand(write, tmp_path, capsys, monkeypatch):
    first = write(
        "anna.csv",
        "a.jpg,fear,anger,accept",
        "b.jpg,anger,anger,keep",
        "c.jpg,anger,anger,",
        "d.jpg,fear,joy,accept",
        "e.jpg,joy,joy,ambiguous",
    )
    second = write(
        "ben.csv",
        "a.jpg,fear,anger,other",  # the same label, which another page did not suggest
        "b.jpg,joy,anger,other",
        "c.jpg,fear,anger,accept",
        "e.jpg,joy,joy,keep",
        "f.jpg,joy,joy,",
    )
    out = tmp_path / "new" / "merged.csv"
    monkeypatch.setattr(sys, "argv", ["lanet review-merge", str(first), str(second)])
    sys.argv += ["--out", str(out)]
    review_merge.main()
    assert _rows(out) == [
        ("a.jpg", "fear", "anger", "accept"),
        ("b.jpg", "anger", "anger", "conflict"),
        ("c.jpg", "fear", "anger", "accept"),
        ("d.jpg", "fear", "joy", "accept"),
        ("e.jpg", "joy", "joy", "conflict"),
        ("f.jpg", "joy", "joy", ""),
    ]
    said = capsys.readouterr().out
    assert f"b.jpg: anger (keep, {first} line 3); joy (other, {second} line 3)" in said
    assert said.count("conflict: ") == 2
    assert "6 records: 3 accept, 0 keep, 0 ambiguous, 0 other, 2 conflict" in said
    assert f"{first}: 4 of 5 lines are decided" in said


def test_a_merged_file_is_merged_again(write, tmp_path, capsys):
    first = write("a.csv", "a.jpg,anger,anger,conflict", "b.jpg,anger,anger,conflict")
    second = write("b.csv", "a.jpg,fear,anger,other")
    assert _merged(tmp_path, first, second) == [
        ("a.jpg", "fear", "anger", "other"),
        ("b.jpg", "anger", "anger", "conflict"),
    ]
    assert "conflict: " not in capsys.readouterr().out


def test_decisions_of_an_earlier_round_are_done(write, tmp_path, capsys):
    first = write(
        "r1.csv",
        "a.jpg,Fear,anger,accept",
        "b.jpg,joy,anger,other",
        "c.jpg,anger,anger,keep",
    )
    second = write("r2.csv", "a.jpg,fear,fear,", "b.jpg,joy,joy,keep", "d.jpg,fear,joy,accept")
    assert _merged(tmp_path, first, second) == [
        ("a.jpg", "fear", "fear", ""),
        ("b.jpg", "joy", "joy", "keep"),
        ("c.jpg", "anger", "anger", "keep"),
        ("d.jpg", "fear", "joy", "accept"),
    ]
    told = "whose label is the observed one now: 2, such as a.jpg: Fear ("
    assert told in capsys.readouterr().out
    other = write("r3.csv", "a.jpg,anger,anger,")  # as before the first round
    with pytest.raises(UserError, match=r"the label of 'a.jpg' was 'fear' there and 'anger' in"):
        review_merge.merge([first, second, other], tmp_path / "out.csv")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_spreadsheets_save(write, tmp_path, separator, encoding, capsys):
    lines = ["x\\ä.jpg,fear,anger,Accept,why", f"{HEADER},note", "x/b.jpg,anger,anger,keep,"]
    lines = [line.replace(",", separator) for line in lines]
    header = f"{HEADER},note".replace(",", separator)
    first = write("a.csv", *lines, header=header, encoding=encoding)
    second = write("b.csv", "x/a\u0308.jpg,fear,anger,accept")  # as a Mac spells it
    assert _merged(tmp_path, first, second) == [
        ("x/ä.jpg", "fear", "anger", "accept"),
        ("x/b.jpg", "anger", "anger", "keep"),
    ]
    assert "columns not read: note" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (",name,given,was,decision", "0,a.jpg,fear,anger,accept"),  # as pandas saves its index
        ("given,name,was,decision", "fear,a.jpg,anger,accept"),
        ("decision,name,note,given", "accept,a.jpg,,fear"),
    ],
)
def test_columns_are_found_by_their_names(write, tmp_path, header, line):
    first, second = write("a.csv", line, header=header), write("b.csv", "a.jpg,fear,anger,accept")
    assert _merged(tmp_path, first, second) == [("a.jpg", "fear", "anger", "accept")]


def test_labels_are_the_same_in_any_case(write, tmp_path):
    first = write("a.csv", "a.jpg,joy,anger,other", "b.jpg,Anger,anger,")
    second = write("b.csv", "a.jpg,Joy,Anger,accept", "b.jpg,fear,anger,accept")
    assert _merged(tmp_path, first, second) == [
        ("a.jpg", "joy", "anger", "other"),
        ("b.jpg", "fear", "anger", "accept"),
    ]


def test_labels_are_the_same_however_their_accents_are_written(write, tmp_path):
    first = write("a.csv", "a.jpg,g\u00eane,anger,other", "b.jpg,g\u00eane,ge\u0302ne,keep")
    second = write("b.csv", "a.jpg,ge\u0302ne,anger,accept", "b.jpg,ge\u0302ne,ge\u0302ne,")
    assert [row[3] for row in _merged(tmp_path, first, second)] == ["other", "keep"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a.jpg,fear,anger,yes", "line 2: the decision 'yes' is not one of accept, keep"),
        ("a.jpg,fear,anger,", "line 2: the label is changed from 'anger' to 'fear' without"),
        ("a.jpg,fear,anger,keep", "changed from 'anger' to 'fear' with keep; write other"),
        ("a.jpg,fear,anger,ambiguous", "line 2: .* with ambiguous; write other"),
        (",fear,anger,accept", "line 2: a name and a label were expected"),
        ("a.jpg,fear", "line 2: there is no decision"),
        ("a.jpg", "line 2: expected name,given,was,decision and found 'a.jpg'"),
        ("a,b.jpg,fear,anger,accept", "line 2: 5 cells below the columns name,given"),
        ('a"b.jpg,fear,anger,accept\n"open', "line 3: not CSV"),
    ],
)
def test_lines_that_hold_no_decision(write, line, reason):
    with pytest.raises(UserError, match=reason) as error:
        corrections.read(write("a.csv", line))
    assert "\n" not in str(error.value)


def test_files_that_cannot_be_merged(write, tmp_path):
    first = write("a.csv", "a.jpg,fear,anger,accept")
    for again in (first, tmp_path / "x" / ".." / "a.csv"):
        with pytest.raises(UserError, match="two files or more"):
            review_merge.merge([first, again], tmp_path / "out.csv")
    other = write("b.csv", "a.jpg,fear,joy,accept")
    with pytest.raises(UserError, match=r"b.csv line 2: the label of 'a.jpg' was 'joy' there and"):
        review_merge.merge([first, other], tmp_path / "out.csv")
    with pytest.raises(UserError, match="is one of the files to merge"):
        review_merge.merge([first, other], other)
    peers = write("c.csv", header="a.jpg 5")
    with pytest.raises(UserError, match="no header name,given,was,decision"):
        corrections.read(peers)
    late = write("d.csv", "ä.jpg,fear,anger,accept", encoding="cp1252")
    with pytest.raises(UserError, match="Excel's code page"):
        corrections.read(late)
    unknown = write("e.csv", "a.jpg,joy,,other"), write("f.csv", "a.jpg,fear,,other")
    with pytest.raises(UserError, match="no line says which label it had"):
        review_merge.merge(unknown, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_reviewers_who_both_change_a_label_leave_it_as_it_was(write, tmp_path):
    first = write("a.csv", "a.jpg,fear,anger,accept", "b.jpg,joy,,other")
    second = write("b.csv", "a.jpg,joy,anger,other", "b.jpg,anger,,keep")
    assert _merged(tmp_path, first, second) == [
        ("a.jpg", "anger", "anger", "conflict"),
        ("b.jpg", "anger", "anger", "conflict"),  # the one who kept it says what it was
    ]
