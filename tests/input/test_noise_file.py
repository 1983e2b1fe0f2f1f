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


def test_errors_name_the_line(error_of):
    csv = "name,given,true\na.jpg,anger,\n\n"
    assert "line 4: class 'joy'" in error_of(csv + "b.jpg,joy,\n")
    assert "line 4: no training record is named 'c.jpg'" in error_of(csv + "c.jpg,fear,")
    assert "line 4: 'x/a.jpg' is 'fear' here and 'anger' in line 2" in error_of(
        csv + "x/a.jpg,fear,anger\n"
    )
    assert "line 4: expected name,given,true" in error_of(csv + "b.jpg\n")
    assert "line 2: expected 'name label'" in error_of("a.jpg 0\nb.jpg anger\n")
    assert "line 1: no training record is named 'c.jpg'" in error_of("c.jpg 0\n")


def test_a_number_outside_the_numbering_names_its_line(tmp_path):
    path = peer_file(tmp_path / "list.txt", NAMES, GIVEN, RAFDB, 1)
    lines = path.read_text().splitlines()
    lines[41] = f"{NAMES[41]} 9"
    path.write_text("\n".join(lines))
    with pytest.raises(UserError, match="line 42: class '9' is not one of 1, 2, 3, 4, 5, 6, 7"):
        noise_file.read(path, NAMES, SEVEN, LABELS)


def test_a_short_name_that_fits_two_records_is_refused(error_of, tmp_path):
    names = ("anger/1.jpg", "fear/1.jpg")
    text = "name,given,true\n"
    assert "line 2: '1.jpg' fits 2 training records" in error_of(text + "1.jpg,fear,\n", names)
    path = tmp_path / "whole.csv"
    path.write_text(text + "fear/1.jpg,anger,\n")
    assert noise_file.read(path, names, SEVEN, np.array([0, 2])).tolist() == [0, 0]


def test_missing_binary_and_empty_files(error_of, tmp_path):
    with pytest.raises(UserError, match="cannot read this label file"):
        noise_file.read(tmp_path / "none.csv", NAMES, SEVEN, LABELS)
    (tmp_path / "binary").write_bytes(b"\x89PNG\xff\x00")
    with pytest.raises(UserError, match=r"binary is not in UTF-8 \(byte 0"):
        noise_file.read(tmp_path / "binary", NAMES, SEVEN, LABELS)
    for text in ("", " \n\n", "\ufeff"):
        assert "is empty" in error_of(text)
    for text in ("name,given,true\n", "sep=;\nname;given\n\n"):
        assert "has no line below its header" in error_of(text)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "labels.csv"
    noise_file.write(path, ["a"], np.array([0]), None, SEVEN)
    before = path.read_text()
    with pytest.raises(IndexError):
        noise_file.write(path, ["a", "b"], np.array([0, 99]), None, SEVEN)
    assert path.read_text() == before


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
