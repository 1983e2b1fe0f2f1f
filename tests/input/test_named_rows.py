"""Lines whose image was moved or removed after they were written."""

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.input import noise_file
from lanet_jax.input.named_rows import Line, NamedRows

CLASSES = ("anger", "fear", "joy")
NAMES = ("anger/1.png", "fear/2.png", "joy/3.png", "fear/4.png")
LABELS = np.array([0, 1, 2, 1])


def read(tmp_path, *lines):
    said = []
    path = tmp_path / "corrections.csv"
    path.write_text("\n".join(["name,given,was,decision", *lines]))
    given = noise_file.read(path, NAMES, CLASSES, LABELS, tell=said.append)
    return given.tolist(), "".join(said)


def test_a_file_that_was_moved_to_its_label_is_done(tmp_path):
    given, said = read(tmp_path, "test/anger/4.png,Fear,anger,other", "fear/2.png,joy,fear,accept")
    assert given == [0, 2, 2, 1]
    assert said.endswith(
        "lines of files that are now in the folder of their label, which are done: 1 "
        "('test/anger/4.png': Fear)"
    )


def test_a_file_of_another_label_or_of_two_places_is_not_done():
    lines = [Line(2, "test/anger/4.png", "joy"), Line(3, "old/1.png", "anger")]
    kept = [Line(number, NAMES[0], "anger") for number in range(4, 8)]
    found = NamedRows("a.csv", lines + kept, (*NAMES, "fear/1.png"), (), ["anger"] * 5)
    assert (found.gone, found.moved) == (lines, [])
    found = NamedRows("a.csv", lines + kept, ("anger/1.png", "x/4.jpg"), (), ["anger", "joy"])
    assert (found.gone, found.moved) == (lines[:1], lines[1:])  # another file ending


def test_images_that_are_gone_are_counted_where_most_lines_fit(tmp_path):
    lines = [f"{name},joy,anger,accept" for name in NAMES[:2]]
    given, said = read(tmp_path, *lines, "joy/9.png,fear,joy,accept")
    assert given == [2, 2, 2, 1]
    told = "lines of no record, which are not used: 1 ('joy/9.png': fear); were these images"
    assert told in said
    with pytest.raises(UserError, match=r"line 4: no training record is named 'joy/9\.png'"):
        noise_file.restore(tmp_path / "corrections.csv", NAMES, CLASSES, LABELS)
    with pytest.raises(UserError, match=r"line 4: no training record is named 'joy/9\.png'"):
        read(tmp_path, *lines, "joy/9.png,fear,joy,accept", "joy/8.png,fear,joy,accept")
    whole = tmp_path / "labels.csv"  # no review's
    whole.write_text("name,given,true\nanger/1.png,joy,\nfear/2.png,joy,\njoy/9.png,fear,\n")
    with pytest.raises(UserError, match=r"line 4: no training record is named 'joy/9\.png'"):
        noise_file.read(whole, NAMES, CLASSES, LABELS)


def test_when_all_is_done_the_file_is_of_no_more_use(tmp_path):
    with pytest.raises(UserError, match=r"names none of the 4 .*: leave noise.file out"):
        read(tmp_path, "test/anger/4.png,fear,anger,other")


def test_the_first_of_many_are_named_with_their_labels():
    lines = [Line(n, f"test/{n}.png", "joy") for n in range(2, 6)]
    others = [line.name for line in lines]
    (told,) = NamedRows("a.csv", lines, NAMES, others, None).told()
    shown = "'test/2.png': joy, 'test/3.png': joy, 'test/4.png': joy, ..."
    assert told == f"lines of other splits, which are not used: 4 ({shown})"


def test_undecided_lines_are_counted(tmp_path):
    lines = ["anger/1.png,anger,anger,conflict", "joy/3.png,joy,joy,keep"]
    given, said = read(tmp_path, *lines, "fear/2.png,fear,fear,")
    assert given == LABELS.tolist()
    assert "lines marked conflict, which are undecided: 1" in said
