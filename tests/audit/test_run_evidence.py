import numpy as np
import pytest

from lanet_jax.audit import run_evidence
from lanet_jax.audit.beliefs import Beliefs
from lanet_jax.audit.run_evidence import Evidence, Trial
from lanet_jax.from_config.data import Data
from lanet_jax.label_noise.verdict import Level, Verdict
from lanet_jax.run.summary import HOLDOUT

ALL = Verdict(Level.SUGGESTIONS, "Measured.")


@pytest.mark.parametrize(
    "accuracy, records, level",
    [
        (0.70, 300, Level.SUGGESTIONS),
        (0.33, 300, Level.NOTHING),  # the interval holds .3, which takes no network
        (0.40, 300, Level.RANKING),
        (0.45, 30, Level.NOTHING),  # the same on few images
    ],
)
def test_a_run_that_fails_its_test_suggests_nothing(accuracy, records, level):
    known = Evidence(43.0, 0.71, 0.45, Trial("test", accuracy, records, 0.3))
    found = run_evidence.temper(ALL, known, unchecked=False)
    assert found.level is level
    assert f"names {accuracy:.0%} of test correctly (95% interval" in found.sentence
    assert "repeats 71% of the training labels" in found.sentence
    assert "agree on 45%" in found.sentence


def test_what_was_not_allowed_stays_so():
    nothing = Verdict(Level.NOTHING, "Measured.")
    known = Evidence(43.0, 0.7, None, Trial("test", 0.9, 300, 0.3))
    assert run_evidence.temper(nothing, known, unchecked=False).level is Level.NOTHING
    assert run_evidence.temper(ALL, known, unchecked=True).level is Level.RANKING
    assert "spaces" not in str(known)


def test_evidence_comes_from_the_step_that_is_audited(data, make_records, monkeypatch):
    rows = [
        {"step": 10, "split": "test", "accuracy": 0.5},
        {"step": 20, "split": "test", "accuracy": 0.9},
        {"step": 10, "split": HOLDOUT, "accuracy": 0.1},
    ]
    monkeypatch.setattr(run_evidence.metrics_log, "read", lambda _: rows)
    test = make_records(list("abcd"), [0, 0, 0, 1])
    held = make_records(list("efghi"), [0] * 5)
    whole = Data(data.train, data.given, None, {"test": test, HOLDOUT: held})
    guess = np.eye(3)[[1, 1, 2, 0, 2, 0]]  # the observed label of four of six
    seen = Beliefs(guess, guess, {}, {}, 15)
    votes = {"expression": guess, "landmark": np.eye(3)[[1, 1, 2, 0, 1, 1]]}
    found = run_evidence.gather(None, seen, votes, whole, 2.5)
    assert found.tested == Trial("test", 0.5, 4, 0.75)
    assert found.repeated == pytest.approx(4 / 6)
    assert found.agreement == pytest.approx(4 / 6)
    assert run_evidence.gather(None, seen, votes, data, 2.5).tested is None
    votes["landmark"][:2] = 0  # without landmarks
    assert run_evidence.gather(None, seen, votes, data, 2.5).agreement == pytest.approx(2 / 4)
    votes["landmark"][:] = 0
    assert run_evidence.gather(None, seen, votes, data, 2.5).agreement is None
