import sys

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.label_noise import confident_learning

PROBABILITIES = np.array([[0.75, 0.25], [0.3, 0.7], [0.8, 0.2], [0.2, 0.8]])


def test_without_cleanlab_the_line_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cleanlab", None)
    monkeypatch.setitem(sys.modules, "cleanlab.count", None)
    with pytest.raises(UserError, match=r"pip install 'cleanlab>=2.9'"):
        confident_learning.ask(PROBABILITIES, np.array([0, 1, 1, 1]))


def test_its_scores_rise_with_suspicion():
    pytest.importorskip("cleanlab", reason="extra audit")
    found = confident_learning.ask(PROBABILITIES, np.array([0, 1, 1, 1]))
    assert set(found.scores) == {"cleanlab self_confidence", "cleanlab normalized_margin"}
    for score in found.scores.values():  # with two classes, the margin says the same
        np.testing.assert_allclose(score, [0.25, 0.3, 0.8, 0.2], atol=1e-6)
    assert found.rate == 0.25


def test_labels_of_one_class_are_refused():
    pytest.importorskip("cleanlab", reason="extra audit")
    with pytest.raises(UserError, match=r"the 2 records with .* have one label"):
        confident_learning.ask(PROBABILITIES[:2], np.array([1, 1]))
