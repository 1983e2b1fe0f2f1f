"""A peer's numbering; how a whole file is read by it is tested in test_noise_file.py."""

import numpy as np
import pytest

from lanet_jax.classes import EXPRESSIONS, RAFDB_ORDER
from lanet_jax.errors import UserError
from lanet_jax.input import numbering

SEVEN = EXPRESSIONS[:7]
LABELS = np.array([0, 1, 2, 3, 4, 5, 6, 3])


def evidence(numbers):
    return {row: (row + 1, str(number)) for row, number in enumerate(numbers)}


def test_the_order_and_the_first_number_are_found_by_hand():
    numbers = [RAFDB_ORDER.index(SEVEN[label]) + 1 for label in LABELS]
    found = numbering.find("list.txt", evidence(numbers), SEVEN, LABELS, False)
    # RAF-DB: 1 surprise, 2 fear, 3 disgust, 4 happiness, 5 sadness, 6 anger, 7 neutral.
    assert found == {"1": 5, "2": 2, "3": 1, "4": 3, "5": 4, "6": 0, "7": 6}


def test_advice_depends_on_which_column_is_read():
    nonsense = evidence([0] * len(LABELS))
    for are_originals, advice in ((False, "add the original label"), (True, "third column does")):
        with pytest.raises(UserError, match=f"list.txt: cannot tell .*{advice}"):
            numbering.find("list.txt", nonsense, SEVEN, LABELS, are_originals)
