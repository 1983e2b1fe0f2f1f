"""Label files as people have them: names over all splits, and what spreadsheets save."""

import numpy as np
import pytest

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.input import noise_file

SEVEN = EXPRESSIONS[:7]
AFFECTNET_NAMES = ("train_set/images/3.jpg", "train_set/images/4.jpg")
OTHERS = ("val_set/images/3.jpg", "val_set/images/5.jpg")


def _read(tmp_path, lines, names=AFFECTNET_NAMES, labels=(0, 1), others=OTHERS):
    said = []
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["name,given,true", *lines]))
    given = noise_file.read(path, names, SEVEN, np.array(labels), others, tell=said.append)
    return given.tolist(), said[0].removeprefix(f"{path}: ")


def test_a_whole_name_of_another_split_is_not_the_record_with_the_same_end(tmp_path):
    """Numbers begin anew in each of AffectNet's folders."""
    given, said = _read(tmp_path, ["val_set/images/3.jpg,fear,", "train_set/images/4.jpg,fear,"])
    assert given == [0, 2]
    assert said == (
        "names 1 of 2 training records and changes the label of 1; the other 1 keep theirs; "
        "lines of other splits, which are not used: 1 ('val_set/images/3.jpg': fear)"
    )
    both = [f"{name},neutral," for name in (*AFFECTNET_NAMES, *OTHERS)]
    given, said = _read(tmp_path, both)
    assert given == [6, 6]
    assert said == (
        "names 2 of 2 training records and changes the label of 2; lines of other splits, which "
        "are not used: 2 ('val_set/images/3.jpg': neutral, 'val_set/images/5.jpg': neutral)"
    )


def test_a_whole_name_of_a_split_that_is_not_there_is_no_training_record(error_of):
    text = "name,given,true\ntest/angry/0.jpg,sadness,\n"
    message = error_of(text, ("train/angry/0.jpg", "train/angry/1.jpg"))
    assert (
        "no training record is named 'test/angry/0.jpg'; the nearest is 'train/angry/0.jpg'"
        in message
    )


def test_short_names_must_be_clear_over_all_splits(tmp_path):
    with pytest.raises(UserError, match=r"line 2: '3.jpg' fits 2 .* not all of them for training"):
        _read(tmp_path, ["3.jpg,fear,"])
    given, _ = _read(tmp_path, ["images/4.jpg,fear,", "5.jpg,fear,"])
    assert given == [0, 2]


def test_a_list_that_names_no_training_record_is_an_error(tmp_path):
    with pytest.raises(
        UserError, match=r"names none of the 2 training records, such as 'train_set"
    ):
        _read(tmp_path, ["val_set/images/3.jpg,fear,"])
    with pytest.raises(UserError, match="has no line below its header: give a label for each"):
        _read(tmp_path, [])


def test_endings_and_case_are_passed_over_and_told(error_of, tmp_path):
    given, said = _read(tmp_path, ["train_set/images/3.JPG,fear,", "train_set/images/4,fear,"])
    assert given == [2, 2]
    assert "1 names fit only by another case; 1 names fit only without the ending" in said
    text = "name,given,true\na.png,fear,\n"
    assert "no training record is named 'a.png'; the nearest is 'a.jpg'" in error_of(text)


def test_names_with_blanks_at_their_edges_read_back(tmp_path):
    names = (" happy /1.jpg", "sad/1.jpg ", "sad/1.jpg")
    path = tmp_path / "labels.csv"
    noise_file.write(path, names, np.array([3, 4, 5]), None, SEVEN)
    given = noise_file.restore(path, names, SEVEN, np.array([0, 0, 0]))
    assert given.tolist() == [3, 4, 5]


def test_true_labels_that_are_not_the_datasets_are_told(tmp_path):
    """As in the labels of another variant of the dataset; the dataset's own count as the truth."""
    lines = ["train_set/images/3.jpg,fear,Anger", "train_set/images/4.jpg,fear,sadness"]
    given, said = _read(tmp_path, lines)
    assert given == [2, 2]
    assert said == (
        "names 2 of 2 training records and changes the label of 2; 1 true labels are not the "
        "dataset's, which are used"
    )


def test_a_column_that_stands_twice_is_named(error_of):
    message = error_of("name,given,given\na.jpg,fear,anger\n", ("a.jpg",))
    assert "line 1: two columns are called given; keep one" in message


def test_one_label_in_two_cases_is_no_conflict(tmp_path):
    given, _ = _read(tmp_path, ["train_set/images/3.jpg,fear,", "train_set/images/3.jpg,Fear,"])
    assert given == [2, 1]


def test_classes_in_another_case(tmp_path):
    assert _read(tmp_path, ["4.jpg,Fear,"])[0] == [0, 2]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("first", ["", "sep=SEP\r\n"])
def test_what_a_spreadsheet_saves_is_read(tmp_path, separator, encoding, first):
    lines = ["name,given,was,decision", "x\\ä.jpg,Fear,anger,other", "", "Name,given,true"]
    text = first.replace("SEP", ",") + "\r\n".join([*lines, "b.jpg,neutral,fear"])
    path = tmp_path / "corrections.csv"
    path.write_bytes(text.replace(",", separator).encode(encoding))
    given = noise_file.read(path, ["x/ä.jpg", "b.jpg"], SEVEN, np.array([0, 2]))
    assert given.tolist() == [2, 6]


def test_a_line_behind_a_second_header_is_named_by_its_number(error_of):
    text = "sep=,\nname,given,true\na.jpg,anger,\nname,given,true\nb.jpg,joy,\n"
    assert "line 5: class 'joy'" in error_of(text)


def test_other_encodings_are_named_in_one_line(tmp_path):
    path = tmp_path / "corrections.csv"
    path.write_bytes("name,given,true\nä.jpg,fear,\n".encode("cp1252"))
    with pytest.raises(UserError, match=r"not in UTF-8 \(byte 16, line 2: Excel's code page"):
        noise_file.read(path, ["ä.jpg"], SEVEN, np.array([0]))
