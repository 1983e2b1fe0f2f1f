import numpy as np
import pytest

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.input import noise_file
from lanet_jax.input.noise import symmetric

RAFDB = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
FERPLUS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
AFFECTNET = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
SEVEN = EXPRESSIONS[:7]
LABELS = np.random.default_rng(0).choice(7, 300, p=[0.06, 0.06, 0.03, 0.39, 0.16, 0.1, 0.2])
NAMES = [f"train_{i:05d}_aligned.jpg" for i in range(1, 301)]
GIVEN = symmetric(LABELS, 7, 0.3, 0, exact=True)


def peer_file(path, names, given, order, base, true=None):
    """Writes labels (canonical indices) as a peer would: in the dataset's order, from `base`."""
    number = {EXPRESSIONS.index(name): i for i, name in enumerate(order, base)}
    lines = [f"{name} {number[label]}" for name, label in zip(names, given, strict=True)]
    if true is not None:
        lines = [f"{line} {number[label]}" for line, label in zip(lines, true, strict=True)]
    path.write_text("\n".join(lines) + "\n")
    return path


def error_of(tmp_path, text, names=("a.jpg", "b.jpg"), labels=(0, 1)):
    path = tmp_path / "bad.txt"
    path.write_text(text)
    with pytest.raises(UserError) as error:
        noise_file.read(path, names, SEVEN, np.array(labels))
    assert "\n" not in str(error.value) and str(path) in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("true", [LABELS, None])
def test_our_file_reads_back(tmp_path, true):
    path = tmp_path / "labels.csv"
    names = [f"dir, with comma/{name}" for name in NAMES]
    noise_file.write(path, names, GIVEN, true, SEVEN)
    np.testing.assert_array_equal(noise_file.read(path, names, SEVEN, LABELS), GIVEN)
    assert [entry.name for entry in tmp_path.iterdir()] == ["labels.csv"]
    first = path.read_text().splitlines()[:2]
    assert first[0] == "name,given,true"
    original = "" if true is None else SEVEN[LABELS[0]]
    assert first[1] == f'"{names[0]}",{SEVEN[GIVEN[0]]},{original}'


def test_records_that_the_file_does_not_name_keep_their_label(tmp_path):
    path = tmp_path / "corrections.csv"
    path.write_text("name,given,true\nb.jpg,neutral,\n")
    given = noise_file.read(path, ["a.jpg", "b.jpg", "c.jpg"], SEVEN, np.array([0, 1, 2]))
    assert given.tolist() == [0, 6, 2]


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("order", [SEVEN, RAFDB, FERPLUS, AFFECTNET])
def test_a_peers_numbering_is_found(tmp_path, order, base):
    short = [name.replace("_aligned", "") for name in NAMES]
    path = peer_file(tmp_path / "list.txt", short, GIVEN, order, base)
    np.testing.assert_array_equal(noise_file.read(path, NAMES, SEVEN, LABELS), GIVEN)


def test_commas_paths_and_the_test_split(tmp_path):
    path = peer_file(tmp_path / "list.txt", NAMES, GIVEN, RAFDB, 1)
    lines = [f"Image/aligned/{line}".replace(" ", ", ") for line in path.read_text().split("\n")]
    lines[-1] = "test_0001.jpg, 3"
    lines.append("valid/other.jpg, 3")
    path.write_text("\r\n".join(lines))
    short = [name.replace("_aligned", "") for name in NAMES]
    given = noise_file.read(path, short, SEVEN, LABELS, other_names=["FER/other.jpg"])
    np.testing.assert_array_equal(given, GIVEN)


def test_the_third_column_settles_heavy_noise(tmp_path):
    noisy = symmetric(LABELS, 7, 0.9, 0, exact=True)
    path = peer_file(tmp_path / "list.txt", NAMES, noisy, RAFDB, 1)
    with pytest.raises(UserError, match="cannot tell which class each number means"):
        noise_file.read(path, NAMES, SEVEN, LABELS)
    path = peer_file(tmp_path / "list.txt", NAMES, noisy, RAFDB, 1, LABELS)
    np.testing.assert_array_equal(noise_file.read(path, NAMES, SEVEN, LABELS), noisy)


def test_a_clear_lead_below_one_half_is_refused(tmp_path):
    labels = np.arange(294) % 7
    noisy = symmetric(labels, 7, 0.6, 0, exact=True)  # 40% agree, far more than in other readings
    path = peer_file(tmp_path / "list.txt", NAMES[:294], noisy, RAFDB, 1)
    with pytest.raises(UserError, match=r"RAF-DB order from 1 it agrees with 40%"):
        noise_file.read(path, NAMES[:294], SEVEN, labels)


def test_a_file_that_fits_two_numberings_is_refused(tmp_path):
    # FERPlus and AffectNet both start with neutral, happiness: these three records cannot tell
    # which of sadness and surprise was meant by the 2 that disagrees.
    labels = np.array([6, 6, 6, 3, 3, 0])
    names = [f"{i}.jpg" for i in range(6)]
    path = tmp_path / "list.txt"
    path.write_text("".join(f"{n} {v}\n" for n, v in zip(names, [0, 0, 0, 1, 1, 2], strict=True)))
    with pytest.raises(UserError, match="cannot tell"):
        noise_file.read(path, names, SEVEN, labels)


def test_numberings_that_mean_the_same_do_not_compete(tmp_path):
    labels = np.array([6, 6, 6, 3, 3])
    names = [f"{i}.jpg" for i in range(5)]
    path = tmp_path / "list.txt"
    path.write_text("".join(f"{n} {v}\n" for n, v in zip(names, [0, 0, 0, 1, 0], strict=True)))
    assert noise_file.read(path, names, SEVEN, labels).tolist() == [6, 6, 6, 3, 6]


def test_errors_name_the_line(tmp_path):
    csv = "name,given,true\na.jpg,anger,\n\n"
    assert "line 4: class 'joy'" in error_of(tmp_path, csv + "b.jpg,joy,\n")
    assert "line 4: no training record is named 'c.jpg'" in error_of(tmp_path, csv + "c.jpg,fear,")
    assert "line 4: 'x/a.jpg' is 'fear' here and 'anger' in line 2" in error_of(
        tmp_path, csv + "x/a.jpg,fear,anger\n"
    )
    assert "line 4: expected name,given,true" in error_of(tmp_path, csv + "b.jpg\n")
    assert "line 2: expected 'name label'" in error_of(tmp_path, "a.jpg 0\nb.jpg anger\n")
    assert "line 1: no training record is named 'c.jpg'" in error_of(tmp_path, "c.jpg 0\n")


def test_a_number_outside_the_numbering_names_its_line(tmp_path):
    path = peer_file(tmp_path / "list.txt", NAMES, GIVEN, RAFDB, 1)
    lines = path.read_text().splitlines()
    lines[41] = f"{NAMES[41]} 9"
    path.write_text("\n".join(lines))
    with pytest.raises(UserError, match="line 42: class '9' is not one of 1, 2, 3, 4, 5, 6, 7"):
        noise_file.read(path, NAMES, SEVEN, LABELS)


def test_a_short_name_that_fits_two_records_is_refused(tmp_path):
    names = ("anger/1.jpg", "fear/1.jpg")
    text = "name,given,true\n"
    assert "line 2: '1.jpg' fits 2 training records" in error_of(
        tmp_path, text + "1.jpg,fear,\n", names
    )
    path = tmp_path / "whole.csv"
    path.write_text(text + "fear/1.jpg,anger,\n")
    assert noise_file.read(path, names, SEVEN, np.array([0, 2])).tolist() == [0, 0]


def test_missing_binary_and_empty_files(tmp_path):
    with pytest.raises(UserError, match="cannot read this label file"):
        noise_file.read(tmp_path / "none.csv", NAMES, SEVEN, LABELS)
    (tmp_path / "binary").write_bytes(b"\x89PNG\xff\x00")
    with pytest.raises(UserError, match=r"binary is not in UTF-8 \(byte 0"):
        noise_file.read(tmp_path / "binary", NAMES, SEVEN, LABELS)
    for text in ("", " \n\n", "\ufeff"):
        assert "is empty" in error_of(tmp_path, text)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "labels.csv"
    noise_file.write(path, ["a"], np.array([0]), None, SEVEN)
    before = path.read_text()
    with pytest.raises(IndexError):
        noise_file.write(path, ["a", "b"], np.array([0, 99]), None, SEVEN)
    assert path.read_text() == before


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
        "1 lines are of other splits and are not used"
    )
    both = [f"{name},neutral," for name in (*AFFECTNET_NAMES, *OTHERS)]
    given, said = _read(tmp_path, both)
    assert given == [6, 6]
    assert said.startswith("names 2 of 2 training records and changes the label of 2; 2 lines are")


def test_a_whole_name_of_a_split_that_is_not_there_is_no_training_record(tmp_path):
    text = "name,given,true\ntest/angry/0.jpg,sadness,\n"
    message = error_of(tmp_path, text, ("train/angry/0.jpg", "train/angry/1.jpg"))
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
    with pytest.raises(UserError, match="names none of the 2 training records"):
        _read(tmp_path, [])


def test_endings_and_case_are_passed_over_and_told(tmp_path):
    given, said = _read(tmp_path, ["train_set/images/3.JPG,fear,", "train_set/images/4,fear,"])
    assert given == [2, 2]
    assert "1 names fit only by another case; 1 names fit only without the ending" in said
    text = "name,given,true\na.png,fear,\n"
    assert "no training record is named 'a.png'; the nearest is 'a.jpg'" in error_of(tmp_path, text)


def test_names_with_blanks_at_their_edges_read_back(tmp_path):
    names = (" happy /1.jpg", "sad/1.jpg ", "sad/1.jpg")
    path = tmp_path / "labels.csv"
    noise_file.write(path, names, np.array([3, 4, 5]), None, SEVEN)
    given = noise_file.read(path, names, SEVEN, np.array([0, 0, 0]), complete=True)
    assert given.tolist() == [3, 4, 5]


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


def test_a_line_behind_a_second_header_is_named_by_its_number(tmp_path):
    text = "sep=,\nname,given,true\na.jpg,anger,\nname,given,true\nb.jpg,joy,\n"
    assert "line 5: class 'joy'" in error_of(tmp_path, text)


def test_other_encodings_are_named_in_one_line(tmp_path):
    path = tmp_path / "corrections.csv"
    path.write_bytes("name,given,true\nä.jpg,fear,\n".encode("cp1252"))
    with pytest.raises(UserError, match=r"not in UTF-8 \(byte 16, line 2: Excel's code page"):
        noise_file.read(path, ["ä.jpg"], SEVEN, np.array([0]))


def test_a_third_column_that_is_not_the_original_label_is_called_so(tmp_path):
    path = tmp_path / "list.txt"
    number = {label: RAFDB.index(name) + 1 for label, name in enumerate(SEVEN)}
    lines = [
        f"{name} {number[label]} {i}"
        for i, (name, label) in enumerate(zip(NAMES, GIVEN, strict=True))
    ]
    path.write_text("\n".join(lines))
    with pytest.raises(UserError, match="its third column does not look like the original label"):
        noise_file.read(path, NAMES, SEVEN, LABELS)
    path.write_text(
        "\n".join(f"{name} {label} 0.93" for name, label in zip(NAMES, GIVEN, strict=True))
    )
    with pytest.raises(UserError, match=r"line 1: the third column, '0\.93', does not look"):
        noise_file.read(path, NAMES, SEVEN, LABELS)
