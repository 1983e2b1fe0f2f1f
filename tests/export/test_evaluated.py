"""What is read of an evaluation."""

from types import SimpleNamespace

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.export import evaluated
from tests.export.evaluations import CLASSES, evaluation

P = np.array([[0.2, 0.5, 0.3], [0.7, 0.2, 0.1]])


def read(folder, classes):
    trained = SimpleNamespace(card={"classes": classes}, step=9)
    return evaluated.read("--calibrate", folder, trained)


def test_columns_and_labels_are_in_the_order_of_the_network_s_classes(tmp_path):
    folder = evaluation(tmp_path / "valid", P, [0, 2])
    found = read(folder, [CLASSES[c] for c in (2, 0, 1)])
    np.testing.assert_array_equal(found.probabilities, P[:, [2, 0, 1]])
    np.testing.assert_array_equal(found.labels, [1, 0])


def test_what_an_export_changed_in_the_evaluated_network_is_known(tmp_path):
    assert read(evaluation(tmp_path / "own", P, [0, 2]), CLASSES).temperature == 1
    warm = evaluation(tmp_path / "warm", P, [0, 2], temperature=0.6)
    assert read(warm, CLASSES).temperature == 0.6
    balanced = evaluation(tmp_path / "balanced", P, [0, 2], balance_power=0.5)
    with pytest.raises(UserError, match=r"balanced: of a network whose classes are balanced"):
        read(balanced, CLASSES)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("metrics.json", "[]"),
        ("predictions.csv", "name,label,predicted,anger,fear,happiness\na,anger,fear,0.5\n"),
        ("predictions.csv", "name,label,predicted,anger,fear,happiness\na,joy,fear,0.2,0.5,0.3\n"),
    ],
)
def test_a_damaged_file_is_one_line(tmp_path, file, text):
    folder = evaluation(tmp_path / "valid", P, [0, 2])
    (folder / file).write_text(text)
    with pytest.raises(UserError, match=r"--calibrate=.*: no evaluation"):
        read(folder, CLASSES)
