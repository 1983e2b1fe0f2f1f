"""Two classes whose labels are exchanged."""

import numpy as np

from lanet_jax.label_noise import exchanged
from lanet_jax.label_noise.of_arrays import audit_labels

CLASSES = ("fear", "happiness", "sadness")


def probabilities(called):
    return np.eye(3)[called] * 0.9 + 0.1 / 3


def test_each_of_two_must_mostly_be_called_the_other():
    given = np.repeat([0, 1, 2], [10, 12, 15])
    called = given.copy()
    called[:10] = 1  # a network that does not know fear, which is common
    assert exchanged.told(probabilities(called), given, CLASSES) == ""
    called[10:17] = 0  # 7 of 12
    assert exchanged.told(probabilities(called), given, CLASSES) == (
        "Of 10 records labelled fear the network calls 10 happiness, and of 12 labelled happiness "
        "7 fear: are these two exchanged?"
    )
    called[10] = 2  # 6 of 12
    assert exchanged.told(probabilities(called), given, CLASSES) == ""


def test_few_records_prove_nothing():
    given = np.repeat([0, 1], [9, 30])
    assert exchanged.told(probabilities(1 - given), given, CLASSES) == ""


def test_the_audit_says_it_and_suggests_nothing():
    rng = np.random.default_rng(0)
    true = np.arange(150) % 3
    features = rng.normal(size=(150, 8)) + 4 * np.eye(8)[true]
    given = np.array([0, 2, 1])[true]
    audit = audit_labels(given, probabilities(true), features, CLASSES)
    assert "are these two exchanged?" in audit.summary
    assert not any(row.suggested for row in audit)
