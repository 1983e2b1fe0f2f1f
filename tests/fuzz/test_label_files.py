"""Label files: each record gets the class that its line names, or there is an error."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.files.text import decode
from lanet_jax.input import label_lines, noise_file

CLASSES = EXPRESSIONS[:7]
LABELS = np.arange(60) % 7
NAMES = [f"train_{n:05}_aligned.jpg" for n in range(60)]
GIVEN = np.where(np.arange(60) % 5 == 0, (LABELS + 1) % 7, LABELS)
RAFDB = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")


def as_written(line, names, label_of):
    """Whether a record's class stands beside its name in a line."""
    return any(name in line for name in names) and label_of in line


@settings(max_examples=200)
@given(st.data(), st.booleans())
def test_labels_csv(scratch, fuzz, data, complete):
    path = scratch / "labels.csv"
    noise_file.write(path, NAMES, GIVEN, LABELS, CLASSES)
    rows = [line.split(",") for line in path.read_text().splitlines()]
    content = data.draw(fuzz.edited(rows) | fuzz.corrupted(path.read_bytes()))
    path.write_bytes(content)
    read = noise_file.restore if complete else noise_file.read
    result = fuzz.read(read, path, NAMES, CLASSES, LABELS)
    if result is not None:
        lines = decode("", content).replace('"', "").casefold().splitlines()
        for row, (name, label) in enumerate(zip(NAMES, result, strict=True)):
            # Without its ending, or in another case, a name is still this record's alone.
            own = [line for line in lines if name.removesuffix("_aligned.jpg") in line]
            assert any(CLASSES[label] in line for line in own) or (
                not own and not complete and label == LABELS[row]
            )


@settings(max_examples=150)
@given(st.data(), st.booleans())
def test_a_peers_list(scratch, fuzz, data, with_original):
    path = scratch / "list.txt"
    rows = []
    for name, given_label, label in zip(NAMES, GIVEN, LABELS, strict=True):
        numbers = [str(RAFDB.index(CLASSES[index]) + 1) for index in (given_label, label)]
        rows.append([name.replace("_aligned", ""), *numbers[: 1 + with_original]])
    whole = "\n".join(" ".join(row) for row in rows).encode()
    content = data.draw(fuzz.edited(rows, " ") | fuzz.corrupted(whole))
    path.write_bytes(content)
    result = fuzz.read(noise_file.read, path, NAMES, CLASSES, LABELS)
    if result is not None:
        lines = decode("", content).casefold().splitlines()
        for row, (name, label) in enumerate(zip(NAMES, result, strict=True)):
            number = str(RAFDB.index(CLASSES[label]) + 1)
            stem = name.removesuffix("_aligned.jpg")
            own = [line.split(stem, 1)[1] for line in lines if stem in line]
            assert any(number in rest for rest in own) or (not own and label == LABELS[row])


@pytest.mark.parametrize("line", ["," * 200_000, "a" + " ," * 100_000, "1 " * 100_000 + "x"])
def test_a_line_of_separators_takes_no_time(fuzz, line):
    assert fuzz.read(lambda: list(label_lines.peers_rows("list.txt", line))) is None


def test_a_file_of_the_work_folder_must_name_all_records(tmp_path):
    path = tmp_path / "labels.csv"
    noise_file.write(path, NAMES[:-2], GIVEN[:-2], LABELS[:-2], CLASSES)
    np.testing.assert_array_equal(noise_file.read(path, NAMES, CLASSES, LABELS)[-2:], LABELS[-2:])
    with pytest.raises(UserError, match=r"no line for 2 of 60 records, such as 'train_00058_al"):
        noise_file.restore(path, NAMES, CLASSES, LABELS)
